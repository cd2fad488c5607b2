/**
 * Consistent hashing with bounded loads: the ring's owner, unless that member is full, and then the next one round.
 *
 * No member gets more than `ceil(slack × keys / members)` keys, however unlucky the hashes. The result depends on the
 * set of keys and of members alone, never on the order in which they are listed.
 * Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads" (2016).
 */

import { type HashRing, ringHash } from './hash-ring.ts';

/** A member may hold this many times the mean. Nearer to 1 is more even and moves more keys at a change. */
export const LOAD_SLACK = 1.25;

/** Most keys that one member may get. */
export function loadLimit({ keys, members, slack = LOAD_SLACK }: LoadQuestion): number {
  if (slack < 1) throw new RangeError(`slack ${slack} is below 1: the keys would not fit`);
  return members === 0 ? 0 : Math.ceil((slack * keys) / members);
}

export interface LoadQuestion {
  readonly keys: number;
  readonly members: number;
  readonly slack?: number;
}

/**
 * Owner of each key.
 * @param keys   without repetition
 * @param slack  1 or more, default `LOAD_SLACK`
 * @returns one entry for each key; empty when the ring is
 */
export function assignBounded(
  ring: HashRing,
  keys: readonly string[],
  slack: number = LOAD_SLACK,
): ReadonlyMap<string, string> {
  const limit = loadLimit({ keys: keys.length, members: ring.members.length, slack });
  const loads = new Map<string, number>();
  const owners = new Map<string, string>();
  const inRingOrder = keys
    .map((key) => ({ key, hash: ringHash(key) }))
    .sort((a, b) => a.hash - b.hash || (a.key < b.key ? -1 : 1));
  for (const { key } of inRingOrder) {
    for (const member of ring.walkFrom(key)) {
      const load = loads.get(member) ?? 0;
      if (load >= limit) continue;
      loads.set(member, load + 1);
      owners.set(key, member);
      break;
    }
  }
  return owners;
}
