/**
 * What the 64 bits of a stored ephemeralOwner say (EphemeralType; zookeeper-facts 5.3), and which znodes a session owns.
 *
 *     0                      persistent
 *     0x8000000000000000     container
 *     0xff00 | ttl (ms)      TTL, where types are extended: 16 marker and feature bits, 8 unused, 40 of time
 *     anything else          the session that owns the ephemeral
 *
 * Types are extended by a setting (zookeeper.extendedTypesEnabled) and not by anything in the tree: without it a TTL znode
 * is, to ZooKeeper and to us, the ephemeral of a session that nobody has.
 */

import { makeSessionId, type SessionId, SessionMap } from '../ids.ts';
import type { Row } from './znode-records.ts';

export const CONTAINER_OWNER: SessionId = Object.freeze(makeSessionId(0x80000000, 0));
const TTL_MARK = 0xff;
const TTL_HIGH_MASK = 0xff;

/** The longest time to live, milliseconds: what 40 bits hold. */
export const TTL_MAX_MS = 2 ** 40 - 1;

export type OwnerKind = 'persistent' | 'ephemeral' | 'container' | 'ttl';

/** Whether owners that begin with 0xff are times to live. */
export type OwnerTypes = 'plain' | 'extended';

export function ownerKind(hi: number, lo: number, types: OwnerTypes): OwnerKind {
  if (hi === 0 && lo === 0) return 'persistent';
  if (types === 'extended' && hi >>> 24 === TTL_MARK) return 'ttl';
  return hi === CONTAINER_OWNER.hi && lo === 0 ? 'container' : 'ephemeral';
}

/** @param ttl milliseconds, 1 … 2^40-1 */
export function ttlOwner(ttl: number): SessionId {
  return makeSessionId((TTL_MARK << 24) | (Math.floor(ttl / 2 ** 32) & TTL_HIGH_MASK), ttl % 2 ** 32);
}

/** Milliseconds to live of a TTL znode's owner. */
export function ttlOf(owner: SessionId): number {
  return (owner.hi & TTL_HIGH_MASK) * 2 ** 32 + (owner.lo >>> 0);
}

/** The rows of each session's ephemerals, in the order of their creation. */
export class EphemeralIndex {
  readonly #rowsByOwner = new SessionMap<Set<Row>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(owner: SessionId, row: Row): void {
    let rows = this.#rowsByOwner.get(owner);
    if (rows === undefined) {
      rows = new Set();
      this.#rowsByOwner.set(owner, rows);
    }
    rows.add(row);
    this.#count += 1;
  }

  remove(owner: SessionId, row: Row): void {
    const rows = this.#rowsByOwner.get(owner);
    if (rows === undefined || !rows.delete(row)) return;
    this.#count -= 1;
    if (rows.size === 0) this.#rowsByOwner.delete(owner);
  }

  rowsOf(owner: SessionId): Iterable<Row> {
    return this.#rowsByOwner.get(owner) ?? [];
  }

  *owners(): IterableIterator<SessionId> {
    for (const [owner] of this.#rowsByOwner.entries()) yield owner;
  }
}
