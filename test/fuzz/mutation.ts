/** Bytes as an enemy would send them: nothing but chance, or something right with one thing wrong. */
import type { Prng } from '../simulation/prng.ts';

/** Lengths and counts at which a reader might believe too much. */
const INTS = [-1, -2, 0, 1, 0x7fff_ffff, -0x8000_0000, 0x00ff_ffff, 0x2000_0000, 1000, 0x000f_ffff];
const RANDOM_BYTES_MAX = 300;
const CHANGES_MAX = 3;

/** Same prng, same bytes. @param samples  right ones, at least one */
export function mutate(prng: Prng, samples: readonly Uint8Array[]): Uint8Array {
  if (prng.chance(0.1)) return randomBytes(prng, prng.below(RANDOM_BYTES_MAX));
  let bytes: Buffer = Buffer.from(prng.pick(samples));
  for (let count = prng.between(1, CHANGES_MAX); count > 0; count--) bytes = change(prng, bytes, samples);
  return bytes;
}

export function randomBytes(prng: Prng, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = prng.next();
  return bytes;
}

function change(prng: Prng, bytes: Buffer, samples: readonly Uint8Array[]): Buffer {
  const at = prng.below(bytes.length + 1);
  switch (prng.below(7)) {
    case 0:
      return flipped(prng, bytes);
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return withInt(bytes, at, prng.pick(INTS));
    case 3:
      return Buffer.concat([bytes, randomBytes(prng, prng.below(20))]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(prng, prng.below(9)), bytes.subarray(at)]);
    case 5: {
      // The end of another one behind the beginning of this one.
      const other = Buffer.from(prng.pick(samples));
      return Buffer.concat([bytes.subarray(0, at), other.subarray(prng.below(other.length + 1))]);
    }
    default:
      // A part of it again and again: nested and endless lists.
      return Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: prng.below(5) }, () => bytes)]);
  }
}

function flipped(prng: Prng, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) {
    const at = prng.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << prng.below(8));
  }
  return copy;
}

function withInt(bytes: Buffer, at: number, value: number): Buffer {
  if (bytes.length < 4) return bytes;
  const copy = Buffer.from(bytes);
  copy.writeInt32BE(value, Math.min(at, bytes.length - 4));
  return copy;
}
