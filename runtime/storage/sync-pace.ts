/**
 * Where to wait for the disk: in the replica's own thread while a sync takes less than a millisecond, else in libuv's
 * pool. The pool costs two wake-ups and a switch of threads, about as much as a sync of a fast disk; but a slow disk
 * must not keep the thread from its clients and peers. Judged by a moving average of the syncs made in the thread;
 * while they go to the pool, every hundredth is made in the thread, to see whether the disk has become fast again.
 */

const INLINE_BELOW_MS = 1;
const PROBE_EVERY = 100;
/** Weight of the newest sync: a single slow one changes nothing, ten in a row do. */
const WEIGHT = 1 / 8;

export class SyncPace {
  #averageMs = 0;
  #pooledSinceProbe = 0;

  /** Whether the next sync is to be made in the thread. */
  isInline(): boolean {
    if (this.#averageMs < INLINE_BELOW_MS) return true;
    this.#pooledSinceProbe = (this.#pooledSinceProbe + 1) % PROBE_EVERY;
    return this.#pooledSinceProbe === 0;
  }

  /** A sync made in the thread took so long. */
  record(durationMs: number): void {
    this.#averageMs += (durationMs - this.#averageMs) * WEIGHT;
  }
}
