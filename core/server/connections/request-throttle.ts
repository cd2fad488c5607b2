/**
 * Lets only so many requests be under way to the leader at a time, the others in the order in which they came
 * (RequestThrottler). ZooKeeper holds back reads as well; here they are answered from memory and never wait for it.
 */

import { Fifo } from '../../fifo.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { Connection } from './connection.ts';
import type { ServerLimits } from './limits.ts';
import type { PendingRequest } from './pending-request.ts';
import type { ServerLoad } from './server-load.ts';

export interface Throttled {
  readonly connection: Connection;
  readonly request: PendingRequest;
}

export class RequestThrottle {
  readonly #limit: number;
  readonly #waitMs: number;
  readonly #load: ServerLoad;
  #waiting = new Fifo<Throttled>();

  constructor({ requestThrottleLimit, throttledOpWaitMs }: ServerLimits, load: ServerLoad) {
    this.#limit = requestThrottleLimit === 0 ? Number.POSITIVE_INFINITY : requestThrottleLimit;
    this.#waitMs = throttledOpWaitMs === 0 ? Number.POSITIVE_INFINITY : throttledOpWaitMs;
    this.#load = load;
  }

  /** @returns whether it may go to the leader now; otherwise it waits here. What has been on its way before may go again */
  admit(connection: Connection, request: PendingRequest): boolean {
    if (request.isUnderWay) return true;
    if (this.#load.underWayCount >= this.#limit || this.#waiting.size > 0) {
      this.#waiting.push({ connection, request });
      return false;
    }
    this.begin(request);
    return true;
  }

  /** Takes the next one whose turn has come; undefined when none waits, or none may go. */
  next(): Throttled | undefined {
    while (this.#load.underWayCount < this.#limit) {
      const throttled = this.#waiting.shift();
      if (throttled === undefined) return undefined;
      if (throttled.connection.phase === 'established') return throttled;
    }
    return undefined;
  }

  /** Whether it waited for its turn longer than a request is to wait. The end of a session waits, and is never refused. */
  isStale({ opCode, receivedMs }: PendingRequest, nowMs: number): boolean {
    return opCode !== OpCode.closeSession && nowMs - receivedMs > this.#waitMs;
  }

  /** It goes to the leader now. */
  begin(request: PendingRequest): void {
    request.isUnderWay = true;
    this.#load.onUnderWay();
  }

  /** All that waits is submitted anew. */
  reset(): void {
    if (this.#waiting.size > 0) this.#waiting = new Fifo();
  }
}
