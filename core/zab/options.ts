/** What a peer is configured with, and what its disk gives back at start. */

import type { PeerId } from '../ids.ts';
import type { Epoch, Zxid } from '../zxid.ts';

export interface PeerOptions {
  readonly id: PeerId;
  /** Every peer with a vote, `id` among them unless this peer observes. */
  readonly voters: readonly PeerId[];
  readonly observers: readonly PeerId[];
  /** The leader pings each learner this often, milliseconds. */
  readonly heartbeatIntervalMs: number;
  /** Silence after which a synchronised peer counts as lost, milliseconds. */
  readonly syncLimitMs: number;
  /** Time for discovery and synchronisation, milliseconds. */
  readonly initLimitMs: number;
  /** How long an election with a quorum waits for a better vote of a peer that has not voted yet, milliseconds. */
  readonly finalizeWaitMs: number;
  /** A vote is sent again after this silence; the time doubles up to the maximum. Milliseconds. */
  readonly notificationMinMs: number;
  readonly notificationMaxMs: number;
  /** Committed txns kept in memory to bring learners up to date without a snapshot: number and bytes, at most. */
  readonly commitLogCount: number;
  readonly commitLogBytes: number;
}

export interface LogEntry {
  readonly zxid: Zxid;
  readonly entry: Uint8Array;
}

export interface RestoredPeer {
  readonly acceptedEpoch: Epoch;
  readonly currentEpoch: Epoch;
  /** Last zxid in the log, or that of the snapshot when the log holds nothing after it. */
  readonly lastZxid: Zxid;
  /** Last zxid that the tree shows; the host may have replayed the whole log. */
  readonly appliedZxid: Zxid;
  /** The tail of the log, ascending; it ends at `lastZxid`. */
  readonly recent: readonly LogEntry[];
  /**
   * False for a peer whose disk lost what it had acknowledged. Its vote would count for a history that it no longer
   * holds, so it joins as an observer until a leader has made it whole.
   */
  readonly mayVote: boolean;
}
