/**
 * Who runs batches through a handler: the interface of the pool and of the inline runner, and the inline one.
 *
 * A runner never rejects: whatever a handler does (throws, hangs, dies) comes back as outcomes. It starts at most `lanes`
 * batches at a time; its caller does not offer more.
 */

import type { Delivery } from '../../core/events/contracts.ts';
import type { Handler } from '../../core/hooks/steps.ts';
import type { HandlerConfig } from '../config/types.ts';
import { failAll, handleBatch, type Outcome } from './handle-batch.ts';

export interface HandlerRunner {
  /** Batches that may be under way at once. */
  readonly lanes: number;
  run(deliveries: readonly Delivery[]): Promise<readonly Outcome[]>;
  /** Ends what is under way. Idempotent. */
  close(): Promise<void>;
}

/**
 * Runs the handler on the main thread: no hop, and no protection. One that blocks stops the main thread until it returns;
 * only one that waits can be timed out, and what it was doing goes on unseen.
 */
export class InlineRunner implements HandlerRunner {
  readonly lanes = 1;
  readonly #handler: Handler;
  readonly #timeoutMs: number;
  readonly #concurrency: number;

  constructor(handler: Handler, { timeoutMs, concurrency }: Pick<HandlerConfig, 'timeoutMs' | 'concurrency'>) {
    this.#handler = handler;
    this.#timeoutMs = timeoutMs;
    this.#concurrency = concurrency;
  }

  async run(deliveries: readonly Delivery[]): Promise<readonly Outcome[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly Outcome[]>((resolve) => {
      const message = `took longer than ${this.#timeoutMs} ms; it runs inline and could not be stopped`;
      timer = setTimeout(() => resolve(failAll(deliveries, message)), this.#timeoutMs);
    });
    try {
      return await Promise.race([handleBatch(this.#handler, deliveries, this.#concurrency), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#handler.close?.();
  }
}
