/**
 * Ids of the scheme `digest`: `user:base64(hash("user:password"))` (DigestAuthenticationProvider). Whatever a client says
 * becomes an id; a wrong password shows only later, when that id is in no ACL.
 */

import type { Hash, HashAlgorithm } from './hash.ts';

/** @param authData  `user:password`; without a colon all of it is the user */
export function digestId(authData: Uint8Array, hash: Hash, algorithm: HashAlgorithm): string {
  // Hashed as text: bytes that are no UTF-8 count as the replacement character, as they do for a Java server.
  const text = Buffer.from(authData.buffer, authData.byteOffset, authData.length).toString('utf8');
  const [user] = text.split(':', 1);
  return `${user}:${Buffer.from(hash(algorithm, Buffer.from(text, 'utf8'))).toString('base64')}`;
}

/** Two parts around a colon, the first of which may be empty; colons at the end do not count, as Java's split has it. */
export function isDigestId(id: string): boolean {
  return /^[^:]*:[^:]+:*$/.test(id);
}
