/** A clock that stands still until a test moves it: waits end in the order in which they fall due. */

import { setImmediate as nextTurn } from 'node:timers/promises';

interface Wait {
  readonly dueMs: number;
  readonly resolve: () => void;
}

export class VirtualClock {
  #nowMs: number;
  #waits: Wait[] = [];

  constructor(startMs = Date.UTC(2024, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        this.#waits = this.#waits.filter((other) => other !== wait);
        reject(signal.reason);
      };
      const wait: Wait = {
        dueMs: this.#nowMs + ms,
        resolve: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#waits.push(wait);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Resolves once somebody waits, however long the real work before that takes. */
  async untilWaiting(): Promise<void> {
    while (this.#waits.length === 0) await nextTurn();
  }

  /** Moves on by `ms`, stopping at every wait that falls due on the way, and lets what it woke come to rest. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await nextTurn();
    for (;;) {
      const due = this.#waits.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#waits = this.#waits.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.resolve();
      await nextTurn();
    }
    this.#nowMs = endMs;
  }
}
