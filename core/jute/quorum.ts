/**
 * What servers say to each other: election notifications and quorum packets (zookeeper-facts 13.1, 13.3).
 *
 *     QuorumPacket { int type; long zxid; buffer data; vector<Id> authinfo }
 *
 * Two departures, both properties of the carrier and not of the protocol (core/SPEC.md, departures):
 * a snapshot travels as `snapshotChunk` packets in place of a raw stream after SNAP, and `close` stands for the end
 * of a TCP connection, because a link between threads outlives the quorum connections made over it.
 */

import type { PeerId, SessionId } from '../ids.ts';
import type { Epoch, Zxid } from '../zxid.ts';

export type PeerState = 'looking' | 'following' | 'leading' | 'observing';

/** A vote and its sender's state (FastLeaderElection.Notification). */
export interface Notification {
  readonly type: 'notification';
  readonly state: PeerState;
  /** Proposed (or established) leader; 0 from a peer that does not vote. */
  readonly leader: PeerId | 0;
  /** Last logged zxid of the proposed leader. */
  readonly zxid: Zxid;
  /** Election round: ZooKeeper's logicalclock. */
  readonly electionEpoch: number;
  readonly peerEpoch: Epoch;
}

export type QuorumPacket =
  | { readonly type: 'followerInfo'; readonly acceptedEpoch: Epoch }
  | { readonly type: 'observerInfo'; readonly acceptedEpoch: Epoch }
  | { readonly type: 'leaderInfo'; readonly epoch: Epoch }
  /** `currentEpoch` is -1 when this learner had accepted the epoch before: the ack does not count again. */
  | { readonly type: 'ackEpoch'; readonly lastZxid: Zxid; readonly currentEpoch: Epoch | -1 }
  | { readonly type: 'diff'; readonly zxid: Zxid }
  | { readonly type: 'trunc'; readonly zxid: Zxid }
  | { readonly type: 'snap'; readonly zxid: Zxid }
  | { readonly type: 'snapshotChunk'; readonly bytes: Uint8Array; readonly last: boolean }
  | { readonly type: 'newLeader'; readonly zxid: Zxid }
  | { readonly type: 'upToDate' }
  | { readonly type: 'proposal'; readonly zxid: Zxid; readonly entry: Uint8Array }
  | { readonly type: 'ack'; readonly zxid: Zxid }
  | { readonly type: 'commit'; readonly zxid: Zxid }
  | { readonly type: 'inform'; readonly zxid: Zxid; readonly entry: Uint8Array }
  /** Leader: last proposed zxid, no sessions. Learner: the same zxid back, with the sessions heard since the last. */
  | { readonly type: 'ping'; readonly zxid: Zxid; readonly sessions: readonly TouchedSession[] }
  /** A client's write, sync, or session creation on its way to the leader; `body` is the record without header. */
  | {
      readonly type: 'request';
      readonly session: SessionId;
      readonly cxid: number;
      readonly opCode: number;
      readonly body: Uint8Array;
      readonly identities: readonly Identity[];
    }
  /** Learner asks whether a session lives; the leader answers with the same id and `valid`. */
  | { readonly type: 'revalidate'; readonly session: SessionId; readonly timeoutMs: number }
  | { readonly type: 'revalidated'; readonly session: SessionId; readonly valid: boolean }
  /** Answers the oldest unanswered sync request of this learner. */
  | { readonly type: 'sync' }
  /** The quorum connection ends. */
  | { readonly type: 'close' };

export interface TouchedSession {
  readonly session: SessionId;
  readonly timeoutMs: number;
}

/** Who a connection is (zookeeper.jute, class Id): scheme and id, as the authentication providers granted it. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/**
 * What one peer sends to another over a link. `stream` numbers the quorum connection that a packet belongs to; the
 * learner chooses a new number for each attempt, so what is left over of an older one is recognised and dropped.
 */
export type PeerMessage =
  | Notification
  | { readonly type: 'packet'; readonly stream: number; readonly packet: QuorumPacket };
