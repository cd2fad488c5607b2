/**
 * What waits in the connections of a replica altogether, and how much of it is too much. The connections' queues count;
 * whoever reads from them asks.
 */

import type { ServerLimits } from './limits.ts';

/** A request, as far as it weighs. */
interface Waiting {
  readonly start: number;
  readonly end: number;
  /** It is on its way to the leader. */
  readonly isUnderWay: boolean;
}

export class ServerLoad {
  #requestCount = 0;
  #underWayCount = 0;
  #largeBytes = 0;
  readonly #requestsMax: number;
  readonly #largeThreshold: number;
  readonly #largeBytesMax: number;

  constructor({ globalOutstandingLimit, largeRequestThreshold, largeRequestMaxBytes }: ServerLimits) {
    this.#requestsMax = globalOutstandingLimit;
    this.#largeThreshold = largeRequestThreshold < 0 ? Number.POSITIVE_INFINITY : largeRequestThreshold;
    this.#largeBytesMax = largeRequestMaxBytes;
  }

  get requestCount(): number {
    return this.#requestCount;
  }

  get underWayCount(): number {
    return this.#underWayCount;
  }

  /** Connections with something under way are to wait for it before they ask more. */
  get isHigh(): boolean {
    return this.#requestCount > this.#requestsMax;
  }

  /** Whether there is room for a request of this size. */
  admits(bytes: number): boolean {
    return bytes <= this.#largeThreshold || this.#largeBytes + bytes <= this.#largeBytesMax;
  }

  onQueued({ start, end }: Waiting): void {
    this.#requestCount += 1;
    if (end - start > this.#largeThreshold) this.#largeBytes += end - start;
  }

  onUnderWay(): void {
    this.#underWayCount += 1;
  }

  onLeft({ start, end, isUnderWay }: Waiting): void {
    this.#requestCount -= 1;
    if (isUnderWay) this.#underWayCount -= 1;
    if (end - start > this.#largeThreshold) this.#largeBytes -= end - start;
  }
}
