/** Node's cryptography, as the core asks for it. */

import { createHash, randomBytes as drawBytes } from 'node:crypto';
import type { Hash } from '../../core/auth/hash.ts';

export const hash: Hash = (algorithm, bytes) => createHash(algorithm).update(bytes).digest();

export function randomBytes(count: number): Uint8Array {
  return drawBytes(count);
}
