/**
 * The 32-bit murmur2 hash, as Kafka's default partitioner uses it (seed 0x9747b28c).
 *
 * It decides where a key lives, so it must never change and must not depend on the machine. Being Kafka's, a topic that
 * outgrows this process keeps its key-to-partition map when it moves to Kafka.
 * Source: Austin Appleby's MurmurHash2; Kafka `Utils.murmur2`.
 */

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/** Hash of the bytes, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const words = length >>> 2;
  let hash = SEED ^ length;
  for (let word = 0; word < words; word += 1) {
    const at = word << 2;
    let k =
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    k = Math.imul(k, MULTIPLIER);
    k ^= k >>> SHIFT;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(k, MULTIPLIER);
  }
  const rest = words << 2;
  const left = length - rest;
  if (left > 2) hash ^= byteAt(bytes, rest + 2) << 16;
  if (left > 1) hash ^= byteAt(bytes, rest + 1) << 8;
  if (left > 0) hash = Math.imul(hash ^ byteAt(bytes, rest), MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** Hash of the text's UTF-8 bytes, as a signed 32-bit number. */
export function murmur2OfText(text: string): number {
  return murmur2(Buffer.from(text, 'utf8'));
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
