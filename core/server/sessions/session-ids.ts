/**
 * Hands out session ids: the replica's id in the top byte, 40 bits of milliseconds, 16 bits of counter
 * (SessionTrackerImpl.initializeNextSessionId). Seeded with wall time, not uptime as Apache's, so that a machine that
 * was booted again does not hand out ids of its last life; and above whatever id of this replica is known, so that one
 * whose clock was set back does not either.
 *
 * The 40 bits wrap in 2039. From then on a seed is below the ids before it, and those that are known decide alone.
 */

import { makeSessionId, type PeerId, type SessionId } from '../../ids.ts';
import { OpCode } from '../../jute/op-code.ts';
import { JuteReader } from '../../jute/reader.ts';
import { readTxnHeader } from '../../jute/txn.ts';
import type { DataTree } from '../../tree/data-tree.ts';

/** The owner of container znodes, Long.MIN_VALUE: never a session. */
const CONTAINER_OWNER_HI = -0x80000000;
const TIME_RANGE = 2 ** 40;

export interface SessionIdSeed {
  readonly wallMs: number;
  /** No id looks older than this, whatever the clock says; milliseconds since 1970. */
  readonly fromMs: number;
}

/** What a replica's disk knows of sessions. */
interface KnownSessions {
  readonly tree: DataTree;
  readonly recent: readonly { readonly entry: Uint8Array }[];
}

export class SessionIdSource {
  readonly #peer: PeerId;
  #hi: number;
  #lo: number;

  constructor(peer: PeerId, { wallMs, fromMs }: SessionIdSeed) {
    this.#peer = peer;
    const time = Math.max(wallMs % TIME_RANGE, fromMs % TIME_RANGE);
    this.#hi = (peer << 24) | Math.floor(time / 0x10000);
    this.#lo = (time % 0x10000) << 16;
  }

  /** One that hands out no id which the tree or the log knows. */
  static above({ tree, recent }: KnownSessions, peer: PeerId, seed: SessionIdSeed): SessionIdSource {
    const source = new SessionIdSource(peer, seed);
    source.onTree(tree);
    source.onLog(recent);
    return source;
  }

  next(): SessionId {
    this.#lo = (this.#lo + 1) | 0;
    if (this.#lo === 0) this.#hi = (this.#hi + 1) | 0;
    return this.#hi === CONTAINER_OWNER_HI && this.#lo === 0 ? this.next() : makeSessionId(this.#hi, this.#lo);
  }

  /** This id has been handed out: later ones are above it. */
  onKnown({ hi, lo }: SessionId): void {
    if (hi >>> 24 !== this.#peer) return;
    const isAbove = hi >>> 0 > this.#hi >>> 0 || (hi === this.#hi && lo >>> 0 > this.#lo >>> 0);
    if (!isAbove) return;
    this.#hi = hi;
    this.#lo = lo;
  }

  /** All sessions that live in this tree. */
  onTree(tree: DataTree): void {
    for (const [id] of tree.sessions.entries()) this.onKnown(id);
  }

  /** The sessions that these entries of the log began, whether they still live or not. */
  onLog(entries: readonly { readonly entry: Uint8Array }[]): void {
    const reader = new JuteReader();
    for (const { entry } of entries) {
      const { type, clientId } = readTxnHeader(reader.reset(entry));
      if (type === OpCode.createSession) this.onKnown(clientId);
    }
  }
}

/** Whether an id looks as if it had been handed out before this time. Those of Apache's servers, which count uptime, do. */
export function isOlderThan({ hi, lo }: SessionId, wallMs: number): boolean {
  return (hi & 0xffffff) * 0x10000 + (lo >>> 16) < wallMs % TIME_RANGE;
}
