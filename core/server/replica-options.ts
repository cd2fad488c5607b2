/** What a replica is configured with, what its disk gives back at start, and what it is told of time. */

import type { DataTree } from '../tree/data-tree.ts';
import type { PeerOptions } from '../zab/options.ts';
import type { Epoch, Zxid } from '../zxid.ts';
import type { AuthPolicy } from './access/auth-policy.ts';
import type { ServerLimits } from './connections/limits.ts';
import type { SessionPasswords } from './sessions/session-password.ts';
import type { WriteSettings } from './writes/write-rules.ts';

export interface ReplicaOptions extends PeerOptions {
  /** Width of a session expiry bucket, milliseconds. */
  readonly tickMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  readonly sessionPasswords: SessionPasswords;
  readonly auth: AuthPolicy;
  /** Txns between snapshots; the exact number is `snapCount` × (½ + `snapPhase` / 2), so that replicas take turns. */
  readonly snapCount: number;
  /** The same by the bytes of their entries. */
  readonly snapSizeLimitBytes: number;
  /** 0 … 1, drawn by the host. */
  readonly snapPhase: number;
  /** How long clients may wait here for a leader before they are turned away, milliseconds. */
  readonly electionHoldMs: number;
  /** Without a quorum, serve reads to clients that ask for no more. Default false. */
  readonly readOnlyMode?: boolean;
  /** Defaults: `LIMIT_DEFAULTS`. Outstanding requests: of the ensemble, whose followers share them. */
  readonly limits?: Partial<ServerLimits>;
  /** Draws from [0, 1), where a limit leaves something to chance. Default: always 1. */
  readonly chance?: () => number;
  /** Defaults: `WRITE_DEFAULTS`. */
  readonly writes?: Partial<WriteSettings>;
}

/** What the disk remembers. */
export interface RestoredReplica {
  readonly tree: DataTree;
  readonly acceptedEpoch: Epoch;
  readonly currentEpoch: Epoch;
  readonly lastZxid: Zxid;
  /** The tail of the log, ascending. */
  readonly recent: readonly { readonly zxid: Zxid; readonly entry: Uint8Array }[];
  /** False when the disk lost what this replica had acknowledged. */
  readonly mayVote: boolean;
}

export interface Clock {
  /** Monotonic, whole milliseconds. */
  readonly nowMs: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}
