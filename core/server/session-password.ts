/**
 * The password that proves ownership of a session at re-attach: 16 bytes that every server can recompute from the id
 * (SessionTrackerImpl, ZooKeeperServer.generatePasswd): `new java.util.Random(sessionId ^ 0xB3415C00).nextBytes(16)`.
 * It is a checksum rather than a secret; all servers of an ensemble, Apache's included, must agree on it.
 */

import { isNoSession, type SessionId } from '../ids.ts';
import { PASSWORD_SIZE } from '../jute/connect.ts';

const SUPER_SECRET = 0xb3415c00n;
const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

// BigInt is right here: this runs once a connection, and the generator needs 48-bit products.
export function sessionPassword(id: SessionId): Uint8Array {
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

/** Whether `claimed` is the session's password. Session 0 has none. */
export function isSessionPassword(id: SessionId, claimed: Uint8Array | null): boolean {
  if (isNoSession(id) || claimed === null || claimed.length !== PASSWORD_SIZE) return false;
  const password = sessionPassword(id);
  let difference = 0;
  for (let at = 0; at < PASSWORD_SIZE; at++) difference |= (password[at] as number) ^ (claimed[at] as number);
  return difference === 0;
}
