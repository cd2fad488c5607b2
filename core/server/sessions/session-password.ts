/**
 * The password that proves ownership of a session at re-attach: 16 bytes that every replica computes anew from the
 * session's id, so that none is stored and any replica can be asked (ZooKeeperServer.generatePasswd).
 *
 * How is a host's choice, handed in as `SessionPasswords`. ZooKeeper's own way is here: a checksum rather than a secret,
 * since whoever knows an id can compute it, but the one on which Apache's servers agree.
 */

import { isNoSession, type SessionId } from '../../ids.ts';
import { PASSWORD_SIZE } from '../../jute/connect.ts';

export interface SessionPasswords {
  /** What the clients of this session get: 16 bytes, always the same for the same id. */
  given(id: SessionId): Uint8Array;
  /** Further passwords that prove it as well, because its client may have been given them by other servers. */
  alsoAccepted(id: SessionId): readonly Uint8Array[];
  /** Milliseconds since 1970. No new session gets an id that looks older: for older ones others may have known passwords. */
  readonly idsFromMs: number;
}

const SUPER_SECRET = 0xb3415c00n;
const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/** `new java.util.Random(sessionId ^ 0xB3415C00).nextBytes(16)`: the same on all ZooKeeper servers. */
// BigInt is right here: this runs once a connection, and the generator needs 48-bit products.
export function zookeeperPassword(id: SessionId): Uint8Array {
  const seed = (BigInt.asUintN(32, BigInt(id.hi)) << 32n) | BigInt.asUintN(32, BigInt(id.lo));
  let state = (seed ^ SUPER_SECRET ^ MULTIPLIER) & MASK;
  const password = new Uint8Array(PASSWORD_SIZE);
  const view = new DataView(password.buffer);
  for (let at = 0; at < PASSWORD_SIZE; at += 4) {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    view.setUint32(at, Number((state >> 16n) & 0xffffffffn), true);
  }
  return password;
}

/** Passwords as Apache's servers give and know them. */
export const ZOOKEEPER_PASSWORDS: SessionPasswords = Object.freeze({
  given: zookeeperPassword,
  alsoAccepted: () => [],
  idsFromMs: 0,
});

/** Whether `claimed` proves the session. Nothing proves session 0. */
export function isSessionPassword(passwords: SessionPasswords, id: SessionId, claimed: Uint8Array | null): boolean {
  if (isNoSession(id) || claimed === null || claimed.length !== PASSWORD_SIZE) return false;
  let isProved = isSame(passwords.given(id), claimed);
  for (const password of passwords.alsoAccepted(id)) isProved = isSame(password, claimed) || isProved;
  return isProved;
}

// Takes the same time wherever the first difference is: the time of a refusal tells nothing about how near a guess was.
function isSame(password: Uint8Array, claimed: Uint8Array): boolean {
  let difference = 0;
  for (let at = 0; at < PASSWORD_SIZE; at++) difference |= (password[at] ?? 0) ^ (claimed[at] ?? 0);
  return difference === 0;
}
