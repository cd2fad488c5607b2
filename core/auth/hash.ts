/**
 * The hashes that authentication needs, as a function that the host hands in: core has no cryptography of its own, and the
 * same bytes give the same hash everywhere. Also the one comparison that secrets are compared with.
 */

export type HashAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

export type Hash = (algorithm: HashAlgorithm, bytes: Uint8Array) => Uint8Array;

/** Whether two texts are equal, found out in a time that tells nothing but their lengths. */
export function equalSecrets(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
