/** Majorities: floor(n/2) + 1 of the voters, so that any two of them share a peer (QuorumMaj). */

import type { PeerId } from '../ids.ts';
import type { Zxid } from '../zxid.ts';

export function quorumSize(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

export function isQuorum(voters: readonly PeerId[], has: (voter: PeerId) => boolean): boolean {
  let count = 0;
  for (const voter of voters) if (has(voter)) count++;
  return count >= quorumSize(voters.length);
}

/** The largest zxid that a quorum has reached. `zxids` holds one for each voter. */
export function quorumZxid(zxids: Zxid[]): Zxid {
  zxids.sort((a, b) => b - a);
  return zxids[quorumSize(zxids.length) - 1] as Zxid;
}
