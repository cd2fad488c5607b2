/** Adler-32 (RFC 1950), the checksum of ZooKeeper's logs and snapshots. Continue a sum by passing the previous one. */
const MODULUS = 65521;
// The longest run after which the second sum still fits 32 bits unsigned (zlib's NMAX).
const RUN = 5552;

export const ADLER32_START = 1;

export function adler32(bytes: Uint8Array, start = 0, end = bytes.length, previous = ADLER32_START): number {
  let a = previous & 0xffff;
  let b = previous >>> 16;
  let at = start;
  while (at < end) {
    const stop = Math.min(at + RUN, end);
    for (; at < stop; at++) {
      a += bytes[at] as number;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}
