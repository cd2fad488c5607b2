/** What the supervisor and a replica's thread say to each other. Data takes the bus; this is birth, links and death. */

import type { MessagePort } from 'node:worker_threads';
import type { PeerId } from '../../core/ids.ts';
import type { EnsembleMember } from '../../core/server/membership/ensemble-config.ts';
import type { RoleReport } from '../../core/zab/effects.ts';
import type { RuntimeReport } from '../admin/metrics/runtime-report.ts';
import type { PlainError } from '../bus/plain-error.ts';
import type { EnsembleConfig } from '../config/types.ts';
import type { AuthSettings } from '../security/auth-settings.ts';
import type { TlsSettings } from '../security/tls-settings.ts';
import type { ReplicaPlace } from '../storage/replica-place.ts';
import type { SessionSecret } from '../storage/session-secret.ts';
import type { StorageSettings } from '../storage/storage-settings.ts';

/** What a replica's thread needs of the configuration. */
export type ReplicaSettings = Pick<
  EnsembleConfig,
  | 'tickTimeMs'
  | 'heartbeatMs'
  | 'heartbeatTimeoutMs'
  | 'minSessionTimeoutMs'
  | 'maxSessionTimeoutMs'
  | 'sessionPasswords'
  | 'readOnlyMode'
  | 'snapCount'
  | 'snapSizeLimitKiB'
  | 'digestEnabled'
  | 'maxClientConnections'
  | 'maxConnections'
  | 'maxUnreadBytes'
  | 'globalOutstandingLimit'
  | 'requestThrottleLimit'
  | 'throttledOpWaitMs'
  | 'largeRequestThreshold'
  | 'largeRequestMaxBytes'
  | 'connectionThrottleTokens'
  | 'connectionThrottleFillCount'
  | 'connectionThrottleFillTimeMs'
  | 'connectionThrottleFreezeTimeMs'
  | 'connectionThrottleDropIncrease'
  | 'connectionThrottleDropDecrease'
  | 'connectionThrottleDecreaseRatio'
  | 'clientTcpKeepAlive'
  | 'clientPortListenBacklog'
  | 'extendedTypes'
  | 'containerCheckIntervalMs'
  | 'containerMaxPerMinute'
  | 'containerMaxNeverUsedMs'
  | 'enforceQuota'
  | 'reconfigEnabled'
  | 'skipAcl'
  | 'eagerAclCheck'
  | 'maxFrameBytes'
  | 'clientPortUnification'
  | 'secureHost'
  | 'fourLetterWords'
  | 'adminSnapshotIntervalMs'
> & {
  readonly initLimitMs: number;
  readonly auth: AuthSettings;
  /** null: nothing speaks TLS. */
  readonly tls: TlsSettings | null;
};

/** Where operators and monitors reach a replica by HTTP. Ports: 0: a free one; null: none. */
export interface AdminPlace {
  readonly host: string;
  readonly adminPort: number | null;
  readonly metricsPort: number | null;
}

export interface ReplicaThreadData {
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  readonly settings: ReplicaSettings;
  readonly observers: readonly PeerId[];
  readonly host: string;
  /** See `sessionPasswords`; the same for all replicas and for every life of them. */
  readonly sessionSecret: SessionSecret | null;
  /** 0: a free port. */
  readonly clientPort: number;
  /** The same for TLS; null: no such port. */
  readonly secureClientPort: number | null;
  readonly admin: AdminPlace;
  /** Whether its metrics are those that tell of the whole process too: one replica's are. */
  readonly speaksForProcess: boolean;
  readonly storage:
    | { readonly type: 'files'; readonly place: ReplicaPlace; readonly settings: StorageSettings }
    | { readonly type: 'memory'; readonly start: 'first' | 'restart' };
  /** One int for each replica, which its thread counts up: it stands still when the thread does. */
  readonly pulses: Int32Array;
  readonly pulseIndex: number;
  readonly control: MessagePort;
}

export type ToReplicaThread =
  | { readonly type: 'peer'; readonly peer: PeerId; readonly port: MessagePort }
  | { readonly type: 'client'; readonly port: MessagePort }
  /** Where all replicas are reached, this one too. */
  | { readonly type: 'members'; readonly members: readonly EnsembleMember[] }
  /** The answer to `reportWanted`. */
  | { readonly type: 'report'; readonly report: RuntimeReport };

export type FromReplicaThread =
  /** `mayVote` is false for a replica that has lost what it acknowledged and has to fetch it. */
  | { readonly type: 'recovered'; readonly mayVote: boolean }
  /** null: it does not listen there. */
  | {
      readonly type: 'listening';
      readonly port: number;
      readonly securePort: number | null;
      readonly adminPort: number | null;
      readonly metricsPort: number | null;
    }
  /** Somebody reads this replica's metrics. */
  | { readonly type: 'reportWanted' }
  | { readonly type: 'role'; readonly role: RoleReport }
  | { readonly type: 'failed'; readonly error: PlainError };

/** What `inspect` tells of a replica. */
export interface ReplicaStatus {
  readonly id: PeerId;
  readonly role: RoleReport;
  /** As 0x… */
  readonly zxid: string;
  readonly znodeCount: number;
  readonly sessionCount: number;
  readonly connectionCount: number;
  readonly watchCount: number;
}

/** Control calls, by comlink. */
export interface ReplicaControl extends Record<string, (...parameters: never[]) => unknown> {
  inspect(): ReplicaStatus;
  /** Drains and syncs; the thread ends by itself afterwards. */
  stop(): Promise<void>;
  /** Blocks the thread for so long, as a runaway loop would: fault injection. */
  freeze(ms: number): void;
}
