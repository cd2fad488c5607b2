/** A vote: who should lead, and why: the history that the candidate would bring (FastLeaderElection, Vote). */

import type { PeerId } from '../ids.ts';
import type { Epoch, Zxid } from '../zxid.ts';

export interface Vote {
  /** 0: no opinion, from a peer without a vote. */
  readonly leader: PeerId | 0;
  readonly zxid: Zxid;
  readonly peerEpoch: Epoch;
}

/** The longest history of the latest epoch wins; the larger id breaks a tie. */
export function isBetter(a: Vote, b: Vote): boolean {
  if (a.peerEpoch !== b.peerEpoch) return a.peerEpoch > b.peerEpoch;
  if (a.zxid !== b.zxid) return a.zxid > b.zxid;
  return a.leader > b.leader;
}

export function isSameVote(a: Vote, b: Vote): boolean {
  return a.leader === b.leader && a.zxid === b.zxid && a.peerEpoch === b.peerEpoch;
}
