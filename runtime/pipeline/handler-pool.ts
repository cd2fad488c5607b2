/**
 * Handlers on pool threads: Piscina behind the runner's interface.
 *
 * One task is one batch, because a task costs 120 µs whatever is in it, and a thread has one task at a time, so that
 * whatever befalls the thread has one culprit (Piscina allows no more anyway for tasks that can be aborted). A batch that outlives its timeout costs its thread
 * its life; a thread that exhausts its heap or exits fails its batch; either way Piscina starts another thread and the
 * failure names what happened. With `atomics: 'disabled'` an idle thread sleeps in its event loop, so that timers and
 * sockets of a handler go on between batches (with Piscina's default they stop).
 * Not bounded by `memoryMiB`: ArrayBuffers, which V8 keeps outside the heap it limits.
 */

import type { Piscina } from 'piscina';
import type { Delivery } from '../../core/events/contracts.ts';
import type { PluginLog } from '../../core/hooks/steps.ts';
import type { HandlerConfig } from '../config/types.ts';
import { failAll, type Outcome } from './handle-batch.ts';
import type { HandlerRunner } from './handler-runner.ts';
import type { HandlerOrigin, HandlerTask, TaskReply } from './handler-thread.ts';

/** A thread that has not loaded its handler by then is ended. */
const LOAD_TIMEOUT_MS = 20_000;
const THREAD_MODULE = new URL('./handler-thread.js', import.meta.url).href;

export type PoolOptions = Pick<HandlerConfig, 'threads' | 'timeoutMs' | 'memoryMiB'>;

/** Opens a pool for one handler. Its threads start at once and load the handler with their first task. */
export async function openHandlerPool(
  origin: HandlerOrigin,
  options: PoolOptions,
  log: PluginLog,
): Promise<HandlerRunner> {
  const { Piscina } = await import('piscina');
  const pool: Piscina<HandlerTask, TaskReply> = new Piscina({
    filename: THREAD_MODULE,
    workerData: origin,
    minThreads: options.threads,
    maxThreads: options.threads,
    atomics: 'disabled',
    maxQueue: options.threads,
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMiB },
    recordTiming: false,
  });
  return new PoolRunner(pool, options, log);
}

class PoolRunner implements HandlerRunner {
  readonly lanes: number;
  readonly #pool: Piscina<HandlerTask, TaskReply>;
  readonly #options: PoolOptions;
  readonly #log: PluginLog;
  /** Threads that may still have to load the handler: an empty task each goes first, which `timeoutMs` does not bound. */
  #coldThreads: number;
  #warming: Promise<unknown> | null = null;
  #closed = false;

  constructor(pool: Piscina<HandlerTask, TaskReply>, options: PoolOptions, log: PluginLog) {
    this.#pool = pool;
    this.#options = options;
    this.#log = log;
    this.lanes = options.threads;
    this.#coldThreads = options.threads;
    // A thread that dies between two tasks: nothing is lost, but someone should know.
    pool.on('error', (error: unknown) => {
      this.#coldThreads += 1;
      if (!this.#closed) log.warn(`a handler thread ended between two batches: ${this.#describe(error)}`);
    });
  }

  async run(deliveries: readonly Delivery[]): Promise<readonly Outcome[]> {
    while (this.#coldThreads > 0 || this.#warming !== null) {
      this.#warming ??= this.#warm();
      const failure = await this.#warming;
      if (failure !== null) return this.#failed(deliveries, failure);
    }
    const { reply, failure } = await this.#post(deliveries, this.#options.timeoutMs);
    return reply === null ? this.#failed(deliveries, failure) : reply.outcomes;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.destroy();
  }

  /** @returns what kept a thread from loading the handler in time; null when all have */
  async #warm(): Promise<unknown> {
    const tasks = Array.from({ length: this.#coldThreads }, () => this.#post([], LOAD_TIMEOUT_MS));
    this.#coldThreads = 0;
    const failures = (await Promise.all(tasks)).filter(({ failure }) => failure !== null);
    this.#warming = null;
    return failures[0]?.failure ?? null;
  }

  async #post(
    deliveries: readonly Delivery[],
    timeoutMs: number,
  ): Promise<{ readonly reply: TaskReply | null; readonly failure: unknown }> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const reply = await this.#pool.run({ deliveries }, { signal: abort.signal });
      for (const line of reply.lines) this.#log.info(line);
      return { reply, failure: null };
    } catch (error) {
      this.#coldThreads += 1;
      const late = `took longer than ${timeoutMs} ms; its thread was ended`;
      return { reply: null, failure: abort.signal.aborted ? new Error(late) : error };
    } finally {
      clearTimeout(timer);
    }
  }

  /** A batch under way when the pool closed is not to blame for its end. */
  #failed(deliveries: readonly Delivery[], failure: unknown): readonly Outcome[] {
    if (failure instanceof Error && failure.message === 'Terminating worker thread') {
      return [{ status: 'skipped', indexes: deliveries.map((_, index) => index) }];
    }
    return failAll(deliveries, this.#describe(failure));
  }

  #describe(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return `used more than ${this.#options.memoryMiB} MiB; its thread was ended`;
    }
    const exit = /^worker exited with code: (-?\d+)$/.exec(error.message);
    return exit === null ? error.message : `ended its own thread with exit code ${exit[1]}`;
  }
}
