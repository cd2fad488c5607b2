/**
 * The seed's placement: h(x) = (x mod p) + 1.
 *
 * Simple and even, and it moves almost every key when p changes; the hash ring beside it exists for that reason.
 * Selectable, and the yardstick that the ring is measured against.
 */

/**
 * Place of the number x among p places.
 * @param x  a whole number, 0 or more
 * @param p  how many places there are, 1 or more
 * @returns  1 … p
 * @throws RangeError when x or p is outside its range
 */
export function placeByModulo({ x, p }: { readonly x: number; readonly p: number }): number {
  if (!Number.isSafeInteger(x) || x < 0) throw new RangeError(`x is ${x}, not a whole number of 0 or more`);
  if (!Number.isSafeInteger(p) || p < 1) throw new RangeError(`p is ${p}, not a whole number of 1 or more`);
  return (x % p) + 1;
}
