/** What a replica's own thread knows of itself and may tell: all that words, commands and metrics are made from. */

import type { PeerId } from '../../core/ids.ts';
import type { Connection } from '../../core/server/connections/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import type { Clock } from '../../core/server/replica-options.ts';
import type { ServerMode } from '../../core/server/server-mode.ts';
import type { ReplicaMeters } from '../replica/replica-meters.ts';
import type { ReplicaSettings } from '../replica/thread-messages.ts';
import type { HistoryPlace } from '../storage/replica-place.ts';
import type { RuntimeReport } from './metrics/runtime-report.ts';

/** A connection of the core with what only its carrier knows. */
export interface ServedConnection {
  readonly connection: Connection;
  /** `address:port`; port 0 for clients inside the process. */
  readonly peer: string;
  /** Whether it is TLS. */
  readonly isSecure: boolean;
  /** Whether nothing is read from it at present. */
  readonly isPaused: boolean;
  /** Bytes that it has not taken yet. */
  readonly queuedBytes: number;
}

export interface SnapshotTaken {
  readonly zxid: number;
  /** The file; for a replica in memory, the bytes. */
  readonly content: string | readonly Uint8Array[];
  readonly bytes: number;
}

/** One end of a link to another replica. */
export interface LinkFacts {
  readonly peer: PeerId;
  readonly queuedBytes: number;
  readonly isUp: boolean;
}

/** How busy this thread is. */
export interface LoopGauge {
  /** Milliseconds since the thread started. */
  utilization(): { readonly active: number; readonly idle: number };
  /** How late timers ran, nanoseconds; null where nobody asks for it: measuring wakes the thread fifty times a second. */
  readonly delay: { percentile(percentile: number): number } | null;
}

/** Where this replica listens; null: not at all. */
export interface ListeningPorts {
  readonly client: number;
  /** For TLS. */
  readonly secureClient: number | null;
  readonly admin: number | null;
  readonly metrics: number | null;
}

export interface ReplicaView {
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  readonly observers: readonly PeerId[];
  /** The address where clients are served. */
  readonly host: string;
  readonly settings: ReplicaSettings;
  readonly ports: ListeningPorts;
  /** The `version-2` folders with snapshots and logs; null: in memory. */
  readonly history: HistoryPlace | null;
  readonly replica: Replica;
  readonly meters: ReplicaMeters;
  /** Why writes are refused at present, or null. */
  readonly storageProblem: string | null;
  readonly clock: Clock;
  readonly loop: LoopGauge;
  connections(): Iterable<ServedConnection>;
  links(): Iterable<LinkFacts>;
  /** @throws Error while another one is being taken, or when it cannot be written */
  takeSnapshot(): Promise<SnapshotTaken>;
  /** What the main thread says of threads and pipelines; null when it does not answer in time. */
  askRuntime(): Promise<RuntimeReport | null>;
}

/** A server alone, as ZooKeeper has it without `server.N` lines. */
export function isStandalone({ voters, observers }: ReplicaView): boolean {
  return voters.length + observers.length === 1;
}

/** What `Mode:` says; null while no client is served. */
export function serverState({ replica }: ReplicaView): ServerMode | null {
  return replica.mode;
}

/** What is told instead of an answer while no client is served. */
export const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests';
