/**
 * Key to partition: which of a topic's partitions an event goes to.
 *
 * The same key always goes to the same partition, which is what order rests on; events without a key are dealt out in
 * turn. The rule is Kafka's default one, so keys keep their partitions when a topic moves there.
 */

import { murmur2OfText } from '../murmur2.ts';

/** @returns 0 … partitions-1 */
export function partitionOfKey(key: string, partitions: number): number {
  // Kafka masks the sign away instead of taking the absolute value; both differ for negative hashes.
  return (murmur2OfText(key) & 0x7fffffff) % partitions;
}

/** Deals events without a key out in turn. Owns its place in the turn. */
export class Partitioner {
  readonly partitions: number;
  #turn = 0;

  /** @throws RangeError unless partitions is 1 … 65,536 */
  constructor(partitions: number) {
    if (!Number.isInteger(partitions) || partitions < 1 || partitions > 65_536) {
      throw new RangeError(`${partitions} partitions are outside 1 … 65536`);
    }
    this.partitions = partitions;
  }

  partitionOf(key: string | null): number {
    if (key !== null) return this.partitions === 1 ? 0 : partitionOfKey(key, this.partitions);
    const partition = this.#turn;
    this.#turn = (this.#turn + 1) % this.partitions;
    return partition;
  }
}
