/**
 * Applies what handlers ask of the tree, each batch exactly once, whatever replies are lost.
 *
 * Effects that gather while a transaction is under way go together in the next one. Every transaction also sets a marker
 * znode (`/threadkeeper/pipelines/<name>`) to its own number, with a version check. Then, when a reply is lost:
 *   1. the outcome is unknown, so the marker is read again;
 *   2. it holds our number: the transaction was applied, and is not repeated;
 *   3. it does not: the transaction is sent again with the marker's version. If the lost one is still on its way, one of
 *      the two fails its version check, so both can never be applied.
 * Nothing is given up while the ensemble is away: the pipeline waits, and back-pressure stops its generator.
 * Bounds: one transaction under way; `GROUP_EFFECTS_MAX` effects joined; `CACHE_MAX` znodes remembered. The queue is
 * bounded by its caller's credits.
 */

import type { ZnodeEffect } from '../../core/events/contracts.ts';
import { nextDelayMs, type RetryPolicy } from '../../core/events/retry.ts';
import { type Change, foldEffects, type Known, pathsOf, planOps } from './effect-plan.ts';
import type { Seams } from './seams.ts';
import { isRetryable, type ZnodeOp, type Znodes } from './znodes.ts';

const GROUP_EFFECTS_MAX = 500;
const CACHE_MAX = 4096;
/** Conflicts after which the writer pauses before it tries again. */
const CONFLICTS_AT_ONCE = 3;
const PATIENCE: RetryPolicy = Object.freeze({ attempts: Infinity, delayMs: 20, maxDelayMs: 2000, jitter: 0.5 });

export interface EffectWriterOptions {
  readonly znodes: Znodes;
  readonly pipeline: string;
  /** Distinguishes this process from earlier ones in the marker. */
  readonly run: string;
  /** Largest request that the ensemble takes; a larger one would cost the connection, again and again. */
  readonly frameBytesMax: number;
  readonly seams: Seams;
}

interface Request {
  readonly effects: readonly ZnodeEffect[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class EffectWriter {
  readonly #options: EffectWriterOptions;
  readonly #marker: string;
  readonly #closing = new AbortController();
  #queue: Request[] = [];
  #writing = false;
  #sequence = 0;
  /** What znodes hold, as last read or written here; a conflict shows that one was wrong. */
  readonly #cache = new Map<string, Known>();

  constructor(options: EffectWriterOptions) {
    this.#options = options;
    this.#marker = `/threadkeeper/pipelines/${options.pipeline}`;
  }

  /**
   * Resolves once the effects are applied, all of them. Rejects when they cannot be (a refused path, a znode that holds no
   * JSON object), or when the writer was closed first: then it is unknown whether they were.
   */
  apply(effects: readonly ZnodeEffect[]): Promise<void> {
    if (effects.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#closing.signal.aborted) {
        reject(this.#closing.signal.reason);
        return;
      }
      this.#queue.push({ effects, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  /** Ends waiting for the ensemble; what is not applied is rejected. Idempotent. */
  close(): void {
    this.#closing.abort(new Error(`pipeline ${this.#options.pipeline} was closed`));
  }

  async #write(): Promise<void> {
    this.#writing = true;
    for (let group = this.#takeGroup(); group.length > 0; group = this.#takeGroup()) {
      const failure = await this.#tryGroup(group);
      if (failure === null) for (const { resolve } of group) resolve();
      else if (group.length === 1) for (const { reject } of group) reject(failure.reason);
      // One of them is at fault: each stands for itself.
      else for (const request of group) await this.#writeAlone(request);
    }
    this.#writing = false;
  }

  async #writeAlone(request: Request): Promise<void> {
    const failure = await this.#tryGroup([request]);
    if (failure === null) request.resolve();
    else request.reject(failure.reason);
  }

  #takeGroup(): readonly Request[] {
    let count = 0;
    let effects = 0;
    for (const request of this.#queue) {
      effects += request.effects.length;
      if (count > 0 && effects > GROUP_EFFECTS_MAX) break;
      count += 1;
    }
    const group = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return group;
  }

  async #tryGroup(group: readonly Request[]): Promise<{ readonly reason: unknown } | null> {
    try {
      await this.#commit(foldEffects(group.flatMap(({ effects }) => effects)));
      return null;
    } catch (reason) {
      return { reason };
    }
  }

  async #commit(effects: ReadonlyMap<string, Change>): Promise<void> {
    this.#sequence += 1;
    const number = JSON.stringify({ run: this.#options.run, commit: this.#sequence });
    const changes = new Map([...effects, [this.#marker, { type: 'put', data: number } as const]]);
    const { seams } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (attempt > 1 && (await this.#readAgain(this.#marker))?.data === number) return;
        if ((await this.#attempt(changes)) === 'committed') return;
        // Somebody else changed a znode: read all of them again. The marker, read first, tells whether it was us.
        for (const path of pathsOf(changes)) this.#cache.delete(path);
        if (attempt > CONFLICTS_AT_ONCE) await this.#pause(attempt - CONFLICTS_AT_ONCE);
      } catch (error) {
        if (!isRetryable(error)) throw error;
        for (const path of pathsOf(changes)) this.#cache.delete(path);
        if (attempt === 1)
          seams.log.warn(`pipeline ${this.#options.pipeline} waits for the ensemble: ${String(error)}`);
        await this.#pause(attempt);
      }
      this.#closing.signal.throwIfAborted();
    }
  }

  async #pause(attempt: number): Promise<void> {
    const { clock, random } = this.#options.seams;
    await clock.wait(nextDelayMs(PATIENCE, attempt, random()) ?? 0, this.#closing.signal);
  }

  async #attempt(changes: ReadonlyMap<string, Change>): Promise<'committed' | 'conflict'> {
    const known = new Map<string, Known>();
    for (const path of pathsOf(changes)) {
      const cached = this.#cache.get(path);
      known.set(path, cached === undefined ? await this.#readAgain(path) : cached);
    }
    const { ops, after } = planOps(changes, known);
    const bytes = requestBytes(ops);
    const { frameBytesMax } = this.#options;
    if (bytes > frameBytesMax)
      throw new RangeError(`${ops.length} znodes need ${bytes} bytes, more than ${frameBytesMax}`);
    const outcome = await this.#options.znodes.commit(ops);
    if (outcome === 'committed') for (const [path, value] of after) this.#remember(path, value);
    return outcome;
  }

  async #readAgain(path: string): Promise<Known> {
    const found = await this.#options.znodes.read(path);
    const known = found === null ? null : { data: Buffer.from(found.data).toString('utf8'), version: found.version };
    this.#remember(path, known);
    return known;
  }

  #remember(path: string, known: Known): void {
    this.#cache.delete(path);
    this.#cache.set(path, known);
    if (this.#cache.size <= CACHE_MAX) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}

/** What the operations take on the wire, with more than enough for what surrounds path and data. */
function requestBytes(ops: readonly ZnodeOp[]): number {
  let bytes = 128;
  for (const op of ops) bytes += 64 + Buffer.byteLength(op.path) + (op.type === 'delete' ? 0 : op.data.length);
  return bytes;
}
