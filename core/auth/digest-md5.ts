/**
 * The arithmetic of SASL DIGEST-MD5 (RFC 2831, 2.1.2) that both sides share: what proves that somebody knows a password
 * without saying it. Only the quality of protection `auth` exists here; ZooKeeper asks for no other.
 */

import type { Hash } from './hash.ts';

/** What a Java server of ZooKeeper calls itself: its realm, and the host in the client's digest-uri. */
export const SASL_REALM = 'zk-sasl-md5';
export const SASL_URI = `zookeeper/${SASL_REALM}`;
export const QUALITY = 'auth';
export const FIRST_NONCE_COUNT = '00000001';

export interface Proof {
  readonly user: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly clientNonce: string;
  readonly nonceCount: string;
  readonly uri: string;
  /** Present where the client asks to act for somebody. */
  readonly authorization: string | null;
}

/** The client's `response`, and the server's `rspauth` in answer to it, both in hexadecimal. */
export function proofOf(proof: Proof, side: 'client' | 'server', hash: Hash): string {
  const { nonce, clientNonce, nonceCount, authorization, uri } = proof;
  const nonces = Buffer.from(`:${nonce}:${clientNonce}`, 'latin1');
  const suffix = Buffer.from(authorization === null ? '' : `:${authorization}`, 'utf8');
  const secret = md5(hash, Buffer.concat([secretOf(proof, hash), nonces, suffix]));
  const purpose = md5(hash, Buffer.from(`${side === 'client' ? 'AUTHENTICATE' : ''}:${uri}`, 'latin1'));
  return md5(hash, Buffer.from([secret, nonce, nonceCount, clientNonce, QUALITY, purpose].join(':'), 'latin1'));
}

function secretOf({ user, realm, password }: Proof, hash: Hash): Uint8Array {
  const colon = Buffer.from(':');
  return hash('md5', Buffer.concat([bytesOf(user), colon, bytesOf(realm), colon, bytesOf(password)]));
}

function md5(hash: Hash, bytes: Uint8Array): string {
  return Buffer.from(hash('md5', bytes)).toString('hex');
}

/** A text that ISO 8859-1 can hold is hashed in it, whatever the charset of the message (RFC 2831, 2.1.2.1). */
function bytesOf(text: string): Buffer {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0xff) return Buffer.from(text, 'utf8');
  }
  return Buffer.from(text, 'latin1');
}
