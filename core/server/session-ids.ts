/**
 * Hands out session ids: the replica's id in the top byte, 40 bits of milliseconds, 16 bits of counter
 * (SessionTrackerImpl.initializeNextSessionId). Seeded with wall time, not uptime as Apache's, so that a machine that
 * was booted again does not hand out ids of its last life.
 */

import { makeSessionId, type PeerId, type SessionId } from '../ids.ts';

/** The owner of container znodes, Long.MIN_VALUE: never a session. */
const CONTAINER_OWNER_HI = -0x80000000;

export class SessionIdSource {
  #hi: number;
  #lo: number;

  constructor(peer: PeerId, wallMs: number) {
    const high24 = Math.floor(wallMs / 0x10000) % 0x1000000;
    this.#hi = (peer << 24) | high24;
    this.#lo = (wallMs % 0x10000) << 16;
  }

  next(): SessionId {
    this.#lo = (this.#lo + 1) | 0;
    if (this.#lo === 0) this.#hi = (this.#hi + 1) | 0;
    return this.#hi === CONTAINER_OWNER_HI && this.#lo === 0 ? this.next() : makeSessionId(this.#hi, this.#lo);
  }
}
