/**
 * What a replica wants done, in the order in which it must happen. The rules are those of core/zab/effects.ts: epochs
 * are durable before the next effect is performed, `append` becomes durable later (`onSynced`), and `truncate` and
 * `install` report their end (`onTruncated`, `onInstalled`). Bytes for clients are not effects: they wait in the
 * connections that `takeDirty` names, and may leave at any time after the effects that stand before them.
 */

import type { PeerId } from '../ids.ts';
import type { PeerMessage } from '../jute/quorum.ts';
import type { DataTree } from '../tree/data-tree.ts';
import type { RoleReport } from '../zab/effects.ts';
import type { Epoch, Zxid } from '../zxid.ts';

export type ReplicaEffect =
  | { readonly type: 'send'; readonly to: PeerId; readonly message: PeerMessage }
  | { readonly type: 'append'; readonly zxid: Zxid; readonly entry: Uint8Array }
  | { readonly type: 'saveAcceptedEpoch'; readonly epoch: Epoch }
  | { readonly type: 'saveCurrentEpoch'; readonly epoch: Epoch }
  /** Cut the log after `zxid`; with `reload`, load the tree anew from disk and hand it to `onTruncated`. */
  | { readonly type: 'truncate'; readonly zxid: Zxid; readonly reload: boolean }
  /** Replace all snapshots and logs by this tree, durably; it is the replica's tree already. */
  | { readonly type: 'install'; readonly zxid: Zxid; readonly tree: DataTree }
  /** Roll the log and write a snapshot of the tree in the background, slice by slice; then `onSnapshotSaved`. */
  | { readonly type: 'snapshot'; readonly zxid: Zxid; readonly tree: DataTree }
  /** Remember durably that this replica may vote again. */
  | { readonly type: 'completeResync' }
  | { readonly type: 'role'; readonly role: RoleReport }
  /** Tell the operator that this replica is not what it should be, and goes on. */
  | { readonly type: 'alarm'; readonly text: string }
  /** Tell the operator. It comes seldom enough for a log. */
  | { readonly type: 'notice'; readonly text: string };
