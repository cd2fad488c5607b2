/** The one place that draws chance. */

import { randomBytes } from 'node:crypto';

/** In [0, 1). */
export function chance(): number {
  return Math.random();
}

/** Bytes that nobody can guess. */
export function randomKey(size: number): Uint8Array {
  return new Uint8Array(randomBytes(size));
}
