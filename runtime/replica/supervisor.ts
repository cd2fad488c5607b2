/**
 * Starts the replicas' threads, joins them by links, and sees to it that they stay (main thread).
 *
 * A thread that ends is news at once: its peers see their ports close, and a new thread takes its place, again at once
 * the first time and ever later when it keeps dying. A thread that stands still without ending is found by its pulse.
 */

import type { MessagePort } from 'node:worker_threads';
import type { PeerId } from '../../core/ids.ts';
import type { RoleReport } from '../../core/zab/effects.ts';
import { quorumSize } from '../../core/zab/quorum.ts';
import type { PipelinesReport, RuntimeReport } from '../admin/metrics/runtime-report.ts';
import type { ControlLink } from '../bus/control.ts';
import { makeLinkPorts } from '../bus/port-link.ts';
import { Switchboard } from '../bus/switchboard.ts';
import { describeError, type Log } from '../logger.ts';
import { HistoryLostError } from '../storage/errors.ts';
import type { ReplicaPlace } from '../storage/replica-place.ts';
import type { SessionSecret } from '../storage/session-secret.ts';
import type { StorageSettings } from '../storage/storage-settings.ts';
import { ensembleMembers } from './ensemble-members.ts';
import { PulseMonitor } from './pulse-monitor.ts';
import { ReplicaWorker } from './replica-worker.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { AdminPlace, FromReplicaThread, ReplicaControl, ReplicaSettings } from './thread-messages.ts';

export interface SupervisorOptions {
  readonly replicas: readonly {
    readonly id: PeerId;
    /** False for an observer. */
    readonly isVoter: boolean;
    readonly host: string;
    readonly clientPort: number;
    /** null: no port for TLS. */
    readonly secureClientPort: number | null;
    readonly admin: AdminPlace;
    /** Where the replica's files are; null: memory only. */
    readonly place: ReplicaPlace | null;
  }[];
  readonly settings: ReplicaSettings;
  readonly storage: StorageSettings;
  readonly sessionSecret: SessionSecret | null;
  readonly log: Log;
  /** What pipelines there are, for the metrics. */
  readonly describePipelines: () => PipelinesReport;
  /** A replica's role or port has changed. */
  readonly onChange: () => void;
  /** A replica failed before it was ever ready: the ensemble cannot start as configured. */
  readonly onStartFailure: (error: Error) => void;
}

export interface SupervisedReplica {
  readonly id: PeerId;
  readonly role: RoleReport;
  /** null until the port is open. */
  readonly clientPort: number | null;
  /** For TLS; null until it is open, and where there is none. */
  readonly secureClientPort: number | null;
  /** null where it does not listen. */
  readonly adminPort: number | null;
  readonly metricsPort: number | null;
  readonly isAlive: boolean;
}

interface Seat {
  readonly id: PeerId;
  readonly index: number;
  readonly isVoter: boolean;
  readonly host: string;
  readonly wantedPort: number;
  readonly wantedSecurePort: number | null;
  readonly place: ReplicaPlace | null;
  readonly restarts: RestartPolicy;
  worker: ReplicaWorker | null;
  role: RoleReport;
  port: number | null;
  securePort: number | null;
  /** Free ports that were found are kept over its lives. */
  admin: AdminPlace;
  /** It had acknowledged what it has no more, and has not fetched it yet. */
  hasLost: boolean;
  /** Lives so far. */
  lives: number;
}

type Listening = Extract<FromReplicaThread, { type: 'listening' }>;

const ABSENT: RoleReport = { state: 'looking', active: false, leader: null, epoch: null, resynchronised: null };

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #seats: Seat[];
  readonly #switchboard = new Switchboard();
  readonly #pulse: PulseMonitor;
  readonly #restarting = new Set<NodeJS.Timeout>();
  #isStopping = false;
  #wasReady = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#pulse = new PulseMonitor({
      count: options.replicas.length,
      timeoutMs: options.settings.heartbeatTimeoutMs,
      onStill: (index) => this.#onStill(index),
    });
    this.#seats = options.replicas.map(({ id, isVoter, host, clientPort, secureClientPort, admin, place }, index) => ({
      id,
      index,
      isVoter,
      host,
      wantedPort: clientPort,
      wantedSecurePort: secureClientPort,
      place,
      restarts: new RestartPolicy(),
      worker: null,
      role: ABSENT,
      port: null,
      securePort: null,
      admin,
      hasLost: false,
      lives: 0,
    }));
    for (const seat of this.#seats) this.#spawn(seat);
  }

  get replicas(): SupervisedReplica[] {
    return this.#seats.map(({ id, role, port, securePort, admin, worker }) => ({
      id,
      role,
      clientPort: port,
      secureClientPort: securePort,
      adminPort: port === null ? null : admin.adminPort,
      metricsPort: port === null ? null : admin.metricsPort,
      isAlive: worker !== null,
    }));
  }

  /** Every replica listens and serves. */
  get isReady(): boolean {
    return this.#seats.every((seat) => seat.port !== null && seat.role.active);
  }

  /** Rejects when the replica has no thread at the moment. */
  async control(id: PeerId): Promise<ControlLink<ReplicaControl>> {
    const { worker } = this.#seat(id);
    if (worker === null) throw new Error(`replica ${id} has no thread at the moment`);
    return await worker.control();
  }

  /** A new link to a replica, for a client inside the process; null while the replica has no thread. */
  openClientPort(id: PeerId): MessagePort | null {
    const { worker } = this.#seat(id);
    if (worker === null) return null;
    const { port1, port2 } = makeLinkPorts();
    worker.send({ type: 'client', port: port2 });
    return port1;
  }

  /** Ends a replica's thread without warning, as a crash would; a new one takes its place. */
  async kill(id: PeerId): Promise<void> {
    await this.#seat(id).worker?.terminate();
  }

  /** Drains and stops all replicas. Those that do not stop within `graceMs` are ended. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#pulse.close();
    for (const timer of this.#restarting) clearTimeout(timer);
    await Promise.all(this.#seats.map(({ worker }) => worker?.stop(graceMs)));
  }

  get #voters(): Seat[] {
    return this.#seats.filter(({ isVoter }) => isVoter);
  }

  #seat(id: PeerId): Seat {
    const seat = this.#seats.find((candidate) => candidate.id === id);
    if (seat === undefined) throw new RangeError(`there is no replica ${id}`);
    return seat;
  }

  #spawn(seat: Seat): void {
    const worker = new ReplicaWorker(
      {
        id: seat.id,
        voters: this.#voters.map(({ id }) => id),
        observers: this.#seats.filter(({ isVoter }) => !isVoter).map(({ id }) => id),
        settings: this.#options.settings,
        host: seat.host,
        sessionSecret: this.#options.sessionSecret,
        clientPort: seat.port ?? seat.wantedPort,
        secureClientPort: seat.securePort ?? seat.wantedSecurePort,
        admin: seat.admin,
        speaksForProcess: seat.index === 0,
        storage:
          seat.place === null
            ? { type: 'memory', start: seat.lives === 0 ? 'first' : 'restart' }
            : { type: 'files', place: seat.place, settings: this.#options.storage },
        pulses: this.#pulse.pulses,
        pulseIndex: seat.index,
      },
      {
        onMessage: (message) => {
          if (message.type === 'reportWanted') return worker.send({ type: 'report', report: this.#report() });
          if (message.type === 'role') this.#onRole(seat, message.role);
          else if (message.type === 'listening') this.#onListening(seat, message);
          else this.#onRecovered(seat, message.mayVote);
          if (this.isReady) this.#wasReady = true;
          this.#options.onChange();
        },
        onExit: () => this.#onExit(seat, worker),
      },
    );
    seat.worker = worker;
    seat.lives += 1;
    const name = endpointOf(seat.id);
    this.#switchboard.attach(name, (peer, port) => worker.send({ type: 'peer', peer: peerOf(peer), port }));
    this.#switchboard.connectToAll(name, () => true);
    this.#tellMembers([worker]);
  }

  /** Nothing as long as a port is not known. */
  #tellMembers(workers: readonly (ReplicaWorker | null)[]): void {
    const places = this.#seats.map(({ id, isVoter, host, port, wantedPort }) => {
      return { id, role: isVoter ? 'participant' : 'observer', host, port: port ?? (wantedPort || null) } as const;
    });
    const members = ensembleMembers(places);
    if (members !== null) for (const worker of workers) worker?.send({ type: 'members', members });
  }

  #onExit(seat: Seat, worker: ReplicaWorker): void {
    this.#switchboard.detach(endpointOf(seat.id));
    this.#pulse.forget(seat.index);
    seat.worker = null;
    seat.role = ABSENT;
    this.#options.onChange();
    if (this.#isStopping) return;
    const { failure, ageMs } = worker;
    if (!this.#wasReady && failure !== null) return this.#options.onStartFailure(failure);
    const cause = failure === null ? 'its thread ended' : describeError(failure);
    const restartInMs = seat.restarts.delayAfter(ageMs);
    this.#options.log('warn', `replica ${seat.id} is down (${cause}); restarting in ${restartInMs} ms`);
    const timer = setTimeout(() => {
      this.#restarting.delete(timer);
      this.#spawn(seat);
    }, restartInMs);
    this.#restarting.add(timer);
  }

  #onRole(seat: Seat, role: RoleReport): void {
    seat.role = role;
    if (role.active) seat.hasLost = false;
  }

  // Replicas that have lost what they acknowledged do not vote. Once the others are no majority, there will be no leader
  // any more, however long one waits.
  #onRecovered(seat: Seat, mayVote: boolean): void {
    seat.hasLost = !mayVote;
    const voters = this.#voters;
    const lost = voters.filter(({ hasLost }) => hasLost);
    if (mayVote || voters.length - lost.length >= quorumSize(voters.length)) return;
    const places = lost.map(({ id, place }) => ({ id, path: place?.replicaPath ?? `the memory of replica ${id}` }));
    const error = new HistoryLostError(places, voters.length);
    if (this.#wasReady) this.#options.log('error', error.message);
    else this.#options.onStartFailure(error);
  }

  // Watched from here on: until it listens, a thread may be reading back a long log without a pause.
  #onListening(seat: Seat, { port, securePort, adminPort, metricsPort }: Listening): void {
    seat.admin = { ...seat.admin, adminPort, metricsPort };
    const isNews = seat.port !== port && seat.wantedPort !== port;
    seat.port = port;
    seat.securePort = securePort;
    this.#pulse.watch(seat.index);
    if (isNews) this.#tellMembers(this.#seats.map(({ worker }) => worker));
  }

  #report(): RuntimeReport {
    const replicas = this.#seats.map(({ id, worker, lives }) => ({
      id,
      isAlive: worker !== null,
      restarts: Math.max(0, lives - 1),
    }));
    return { replicas, ...this.#options.describePipelines() };
  }

  #onStill(index: number): void {
    const worker = this.#seats[index]?.worker;
    worker?.blame(new Error(`its thread has not moved for ${this.#options.settings.heartbeatTimeoutMs} ms`));
    void worker?.terminate();
  }
}

function endpointOf(id: PeerId): string {
  return `replica:${id}`;
}

function peerOf(endpoint: string): PeerId {
  return Number(endpoint.slice('replica:'.length)) as PeerId;
}
