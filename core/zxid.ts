/**
 * Zxids and epochs, and the only arithmetic on them.
 *
 * On the wire and on disk a zxid is 64 bits: epoch (32) and counter (32). Inside, it is a Number,
 * `epoch * 2**32 + counter`, which is exact for every epoch below 2**21. Larger ones are refused by name, because a
 * rounded zxid would silently reorder history. (A long read as a BigInt costs four times a Number.)
 */

import type { Brand } from './ids.ts';

export type Zxid = Brand<number, 'Zxid'>;
export type Epoch = Brand<number, 'Epoch'>;

/** First epoch that does not fit. */
export const EPOCH_LIMIT = 2 ** 21;
export const COUNTER_MAX = 0xffffffff;
const COUNTER_RANGE = 2 ** 32;

export const ZXID_ZERO = 0 as Zxid;
export const EPOCH_ZERO = 0 as Epoch;

/** @throws RangeError when epoch is not in [0, 2**21) or counter not in [0, 2**32) */
export function makeZxid(epoch: number, counter: number): Zxid {
  toEpoch(epoch);
  if (!Number.isInteger(counter) || counter < 0 || counter > COUNTER_MAX) {
    throw new RangeError(`zxid counter ${counter} is outside 0 … ${COUNTER_MAX}`);
  }
  return (epoch * COUNTER_RANGE + counter) as Zxid;
}

/** Checks a number that came from a wire or a disk. @throws RangeError outside [0, 2**53) */
export function toZxid(value: number): Zxid {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`zxid ${value} is outside 0 … 2^53-1`);
  return value as Zxid;
}

/** @throws RangeError outside [0, 2**21) */
export function toEpoch(value: number): Epoch {
  if (!Number.isInteger(value) || value < 0 || value >= EPOCH_LIMIT) {
    throw new RangeError(`epoch ${value} is outside 0 … ${EPOCH_LIMIT - 1}`);
  }
  return value as Epoch;
}

export function epochOf(zxid: Zxid): Epoch {
  return Math.floor(zxid / COUNTER_RANGE) as Epoch;
}

export function counterOf(zxid: Zxid): number {
  return zxid % COUNTER_RANGE;
}

/** The zxid that opens an epoch; it never carries a txn. */
export function firstZxidOf(epoch: Epoch): Zxid {
  return makeZxid(epoch, 0);
}

/** The zxid after this one, in the same epoch. @throws RangeError when the counter is used up: a new epoch must begin */
export function nextZxid(zxid: Zxid): Zxid {
  return makeZxid(epochOf(zxid), counterOf(zxid) + 1);
}

/** ZooKeeper's notation: 0x and lower-case hex without padding. */
export function formatZxid(zxid: Zxid | number): string {
  return `0x${zxid.toString(16)}`;
}
