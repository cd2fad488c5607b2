/**
 * The boundary of the consensus core: what a peer is told (`PeerInput`) and what it wants done (`PeerEffect`).
 *
 * Effects are performed strictly in the order in which they stand. A crash may strike between any two of them.
 * `saveAcceptedEpoch` and `saveCurrentEpoch` are durable before the next effect is performed. `append` is only
 * written, not yet durable: durability comes back as the input `synced`. `truncate` and `installSnapshot` take as
 * long as they take; their end comes back as `truncated` and `installed`.
 */

import type { PeerId } from '../ids.ts';
import type { PeerMessage, PeerState, QuorumPacket } from '../jute/quorum.ts';
import type { Epoch, Zxid } from '../zxid.ts';

export type PeerInput =
  /** Time, as the host's monotonic clock in whole milliseconds. Never goes back; may jump. */
  | { readonly type: 'tick'; readonly nowMs: number }
  | { readonly type: 'message'; readonly from: PeerId; readonly message: PeerMessage }
  /** The carrier to this peer works (again). Links are FIFO; what was sent before a `linkDown` may be lost. */
  | { readonly type: 'linkUp'; readonly peer: PeerId }
  /** The peer's thread ended, or its link was cut: at once, without waiting for a timeout. */
  | { readonly type: 'linkDown'; readonly peer: PeerId }
  /** Every entry up to and including `zxid` is durable in this peer's log. Reports come in the order of the effects. */
  | { readonly type: 'synced'; readonly zxid: Zxid }
  /** The cut is done and durable, and so is all that stands before it. */
  | { readonly type: 'truncated'; readonly zxid: Zxid }
  | { readonly type: 'installed'; readonly zxid: Zxid }
  /** Leader only: the next txn, already encoded; its zxid must be `nextZxid`. */
  | { readonly type: 'propose'; readonly zxid: Zxid; readonly entry: Uint8Array }
  /** A packet of the server layer for the leader (request, revalidate); dropped when there is none. */
  | { readonly type: 'sendToLeader'; readonly packet: QuorumPacket }
  /** A packet of the server layer for one learner of this leader (revalidated, sync); dropped when it has gone. */
  | { readonly type: 'sendToLearner'; readonly learner: PeerId; readonly packet: QuorumPacket };

export type PeerEffect =
  | { readonly type: 'send'; readonly to: PeerId; readonly message: PeerMessage }
  /** Write to the txn log, after everything appended before. `entry` stays unchanged for ever. */
  | { readonly type: 'append'; readonly zxid: Zxid; readonly entry: Uint8Array }
  | { readonly type: 'saveAcceptedEpoch'; readonly epoch: Epoch }
  | { readonly type: 'saveCurrentEpoch'; readonly epoch: Epoch }
  /** Cut every log record after `zxid`. If the tree had applied one of them, the host reloads it from disk. */
  | { readonly type: 'truncate'; readonly zxid: Zxid }
  /** Stream the tree to a learner as snapshotChunk packets, before anything sent to it on this stream afterwards. */
  | { readonly type: 'streamSnapshot'; readonly to: PeerId; readonly stream: number }
  /** The bytes of one snapshotChunk arrived. After the last: replace tree, snapshot files and log by them, durably. */
  | {
      readonly type: 'receiveSnapshot';
      readonly bytes: Uint8Array;
      readonly last: boolean;
      readonly zxid: Zxid;
      /** With the last: the tree is a mixture until this txn is applied. */
      readonly wholeFrom: Zxid;
    }
  /** This peer holds again all that was committed: remember durably that it may vote. */
  | { readonly type: 'completeResync' }
  /** Apply to the tree; every entry exactly once and in zxid order. */
  | { readonly type: 'commit'; readonly zxid: Zxid; readonly entry: Uint8Array }
  /** This peer's role changed. `active` means: synchronised with a quorum, so clients may be served. */
  | { readonly type: 'role'; readonly role: RoleReport }
  /** A packet of the server layer came from the leader, or from a learner of this leader. */
  | { readonly type: 'deliver'; readonly from: PeerId; readonly packet: QuorumPacket };

export interface RoleReport {
  readonly state: PeerState;
  readonly active: boolean;
  /** The leader that this peer follows, or itself; null while looking. */
  readonly leader: PeerId | null;
  /** The epoch being served; null while not active. */
  readonly epoch: Epoch | null;
  /** Whether this peer's last synchronisation replaced its tree (SNAP) or cut its log (TRUNC) rather than extend it. */
  readonly resynchronised: 'diff' | 'trunc' | 'snap' | null;
}
