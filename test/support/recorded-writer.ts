/**
 * A client that writes without pause and keeps the books: what was acknowledged, and what it never heard of again. After
 * any fault the books are held against the tree: an acknowledged write is there exactly once, an unanswered one at most
 * once, and nothing is there that was never asked for.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { EnsembleError } from '../../core/errors.ts';
import type { Client } from '../../runtime/client/client.ts';
import { monotonicMs } from '../../runtime/clock.ts';

export interface RecordedWriterOptions {
  readonly client: Client;
  /** Its own part of the tree; created by `start`, with its parents there already. */
  readonly root: string;
  /** Writes under way at once. Default 4. */
  readonly lanes?: number;
  /** Pause of a lane after each pair of writes, milliseconds. Default 0. */
  readonly pauseMs?: number;
}

/** Far below what a client may have under way. */
const READ_AT_ONCE = 500;

/** One lane writes one after another: a sequential create, then a setData with the same number, and so on. */
interface Lane {
  readonly queue: string;
  readonly counter: string;
  readonly created: Map<string, string>;
  readonly uncertainCreates: Set<string>;
  /** Values of acknowledged setData, in order. */
  lastSet: number;
  setCount: number;
  readonly uncertainSets: number[];
}

export class RecordedWriter {
  readonly root: string;
  /** Longest time between two acknowledgements since `resetGap`, milliseconds. */
  gapMsMax = 0;
  acknowledged = 0;
  /** Writes whose outcome never became known, because a connection was lost. */
  unanswered = 0;
  readonly #client: Client;
  readonly #lanes: Lane[];
  readonly #pauseMs: number;
  #next = 0;
  #isStopping = false;
  #lastAckMs = 0;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ client, root, lanes = 4, pauseMs = 0 }: RecordedWriterOptions) {
    this.root = root;
    this.#client = client;
    this.#pauseMs = pauseMs;
    this.#lanes = Array.from({ length: lanes }, (_, index) => ({
      queue: `${root}/queue-${index}`,
      counter: `${root}/counter-${index}`,
      created: new Map(),
      uncertainCreates: new Set(),
      lastSet: -1,
      setCount: 0,
      uncertainSets: [],
    }));
  }

  /** Creates its znodes, then begins to write. */
  async start(): Promise<void> {
    await this.#client.create(this.root);
    for (const { queue, counter } of this.#lanes) {
      await this.#client.create(queue);
      await this.#client.create(counter, '-1');
    }
    this.resetGap();
    this.#running = Promise.all(this.#lanes.map((lane) => this.#run(lane)));
  }

  resetGap(): void {
    this.#lastAckMs = monotonicMs();
    this.gapMsMax = 0;
  }

  /**
   * Writes no more; resolves once everything under way was answered or given up (without a server that takes the session
   * timeout, unless the client is detached first). Rejects for any other failure.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  /** Holds the books against what a client reads. */
  async check(reader: Client): Promise<void> {
    for (const lane of this.#lanes) {
      await this.#checkQueue(reader, lane);
      await this.#checkCounter(reader, lane);
    }
  }

  async #run(lane: Lane): Promise<void> {
    while (!this.#isStopping) {
      const number = this.#next++;
      const value = String(number);
      try {
        const path = await this.#client.create(`${lane.queue}/n-`, value, { mode: 'persistentSequential' });
        lane.created.set(path, value);
        this.#onAck();
      } catch (error) {
        if (this.#isNeverSent(error)) return;
        requireUnknown(error);
        this.unanswered++;
        lane.uncertainCreates.add(value);
      }
      try {
        await this.#client.setData(lane.counter, value);
        lane.lastSet = number;
        lane.setCount++;
        this.#onAck();
      } catch (error) {
        if (this.#isNeverSent(error)) return;
        requireUnknown(error);
        this.unanswered++;
        lane.uncertainSets.push(number);
      }
      if (this.#pauseMs > 0) await delay(this.#pauseMs);
    }
  }

  /** The test has closed or detached the client, which ends the lane. */
  #isNeverSent(error: unknown): boolean {
    return this.#client.state === 'closed' && error instanceof EnsembleError && error.code === 'SESSION_EXPIRED';
  }

  #onAck(): void {
    const now = monotonicMs();
    this.gapMsMax = Math.max(this.gapMsMax, now - this.#lastAckMs);
    this.#lastAckMs = now;
    this.acknowledged++;
  }

  async #checkQueue(reader: Client, { queue, created, uncertainCreates }: Lane): Promise<void> {
    const { children } = await reader.getChildren(queue);
    const there = new Map<string, string>();
    for (let at = 0; at < children.length; at += READ_AT_ONCE) {
      const paths = children.slice(at, at + READ_AT_ONCE).map((name) => `${queue}/${name}`);
      const texts = await Promise.all(paths.map((path) => readText(reader, path)));
      for (const [index, path] of paths.entries()) there.set(path, texts[index] ?? '');
    }
    for (const [path, value] of created) must(there.get(path) === value, `acknowledged ${path} is lost`);
    const others = [...there].filter(([path]) => !created.has(path)).map(([, value]) => value);
    must(new Set(others).size === others.length, `an unanswered create happened twice: ${others}`);
    for (const value of others) must(uncertainCreates.has(value), `${queue} holds ${value}, which is a duplicate`);
  }

  async #checkCounter(reader: Client, { counter, lastSet, setCount, uncertainSets }: Lane): Promise<void> {
    const { data, stat } = await reader.getData(counter);
    const value = Number(textOf(data));
    const isExpected = value === lastSet || (value > lastSet && uncertainSets.includes(value));
    must(isExpected, `${counter} is ${value}, but ${lastSet} was acknowledged last`);
    const mostSets = setCount + uncertainSets.length;
    const isCounted = stat.version >= setCount && stat.version <= mostSets;
    must(isCounted, `${counter} was set ${stat.version} times; acknowledged ${setCount}, asked ${mostSets}`);
  }
}

/** Not the assertions of the tests: a soak keeps these books as well. */
function must(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}

async function readText(reader: Client, path: string): Promise<string> {
  return textOf((await reader.getData(path)).data);
}

function textOf(data: Uint8Array | null): string {
  return Buffer.from(data ?? []).toString();
}

/** A lost connection leaves the outcome open; every other error is a failure of the test. */
function requireUnknown(error: unknown): void {
  const isOpen = error instanceof EnsembleError && error.code === 'CONNECTION_LOSS';
  if (!isOpen) throw error;
}
