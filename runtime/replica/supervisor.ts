/**
 * Starts the replicas' threads, joins them by links, and sees to it that they stay (main thread).
 *
 * A thread that ends is news at once: its peers see their ports close, and a new thread takes its place, again at once
 * the first time and ever later when it keeps dying. A thread that stands still without ending is found by its pulse.
 */

import { type MessagePort, Worker } from 'node:worker_threads';
import type { PeerId } from '../../core/ids.ts';
import type { RoleReport } from '../../core/zab/effects.ts';
import { type ControlLink, makeControlPorts, openControl } from '../bus/control.ts';
import { fromPlainError } from '../bus/plain-error.ts';
import { makeLinkPorts } from '../bus/port-link.ts';
import { Switchboard } from '../bus/switchboard.ts';
import { monotonicMs } from '../clock.ts';
import { describeError, type Log } from '../logger.ts';
import type {
  FromReplicaThread,
  ReplicaControl,
  ReplicaSettings,
  ReplicaThreadData,
  ToReplicaThread,
} from './thread-messages.ts';

export interface SupervisorOptions {
  readonly replicas: readonly {
    readonly id: PeerId;
    readonly clientPort: number;
    /** Directory of the replica's files; null: memory only. */
    readonly replicaPath: string | null;
  }[];
  readonly settings: ReplicaSettings;
  readonly log: Log;
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
  readonly isAlive: boolean;
}

interface Seat {
  readonly id: PeerId;
  readonly index: number;
  readonly wantedPort: number;
  readonly replicaPath: string | null;
  worker: Worker | null;
  control: ControlLink<ReplicaControl> | null;
  role: RoleReport;
  port: number | null;
  startedAtMs: number;
  deaths: number;
  failure: Error | null;
  lastPulse: number;
  missedPulses: number;
}

const ABSENT: RoleReport = { state: 'looking', active: false, leader: null, epoch: null, resynchronised: null };
const RESTART_DELAY_MS = { first: 0, step: 100, max: 5000 } as const;
/** A thread that lived this long has not died of its start. */
const SETTLED_MS = 10_000;
const PULSE_CHECKS = 4;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #seats: Seat[];
  readonly #switchboard = new Switchboard();
  readonly #pulses: Int32Array;
  readonly #pulseTimer: NodeJS.Timeout;
  readonly #restarts = new Set<NodeJS.Timeout>();
  #isStopping = false;
  #wasReady = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#pulses = new Int32Array(new SharedArrayBuffer(4 * options.replicas.length));
    this.#seats = options.replicas.map(({ id, clientPort, replicaPath }, index) => ({
      id,
      index,
      wantedPort: clientPort,
      replicaPath,
      worker: null,
      control: null,
      role: ABSENT,
      port: null,
      startedAtMs: 0,
      deaths: 0,
      failure: null,
      lastPulse: 0,
      missedPulses: 0,
    }));
    for (const seat of this.#seats) this.#spawn(seat);
    const { heartbeatTimeoutMs } = options.settings;
    this.#pulseTimer = setInterval(() => this.#checkPulses(), heartbeatTimeoutMs / PULSE_CHECKS);
    this.#pulseTimer.unref();
  }

  get replicas(): SupervisedReplica[] {
    return this.#seats.map(({ id, role, port, worker }) => ({ id, role, clientPort: port, isAlive: worker !== null }));
  }

  /** Every replica listens and serves. */
  get isReady(): boolean {
    return this.#seats.every((seat) => seat.port !== null && seat.role.active);
  }

  /** @throws ControlDownError when the replica has no thread at the moment */
  control(id: PeerId): ControlLink<ReplicaControl> {
    const { control } = this.#seat(id);
    if (control === null) throw new Error(`replica ${id} has no thread at the moment`);
    return control;
  }

  /** A new link to a replica, for a client inside the process; null while the replica has no thread. */
  openClientPort(id: PeerId): MessagePort | null {
    const { worker } = this.#seat(id);
    if (worker === null) return null;
    const { port1, port2 } = makeLinkPorts();
    send(worker, { type: 'client', port: port2 });
    return port1;
  }

  /** Ends a replica's thread without warning, as a crash would; a new one takes its place. */
  async kill(id: PeerId): Promise<void> {
    await this.#seat(id).worker?.terminate();
  }

  /** Drains and stops all replicas. Those that do not stop within `graceMs` are ended. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#pulseTimer);
    for (const timer of this.#restarts) clearTimeout(timer);
    await Promise.all(this.#seats.map((seat) => this.#stopSeat(seat, graceMs)));
  }

  #seat(id: PeerId): Seat {
    const seat = this.#seats.find((candidate) => candidate.id === id);
    if (seat === undefined) throw new RangeError(`there is no replica ${id}`);
    return seat;
  }

  #spawn(seat: Seat): void {
    const { port1, port2 } = makeControlPorts();
    const data: ReplicaThreadData = {
      id: seat.id,
      voters: this.#seats.map(({ id }) => id),
      settings: this.#options.settings,
      clientPort: seat.port ?? seat.wantedPort,
      storage:
        seat.replicaPath === null
          ? { type: 'memory', start: seat.deaths === 0 ? 'first' : 'restart' }
          : { type: 'files', replicaPath: seat.replicaPath },
      pulses: this.#pulses,
      pulseIndex: seat.index,
      control: port2,
    };
    const worker = new Worker(new URL('./replica-thread.js', import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: `replica ${seat.id}`,
    });
    seat.worker = worker;
    seat.control = openControl<ReplicaControl>(port1);
    seat.startedAtMs = monotonicMs();
    seat.failure = null;
    seat.missedPulses = 0;
    worker.on('message', (message: FromReplicaThread) => this.#onMessage(seat, message));
    worker.on('error', (error) => {
      seat.failure ??= error;
    });
    worker.on('exit', () => this.#onExit(seat, worker));
    const name = endpointOf(seat.id);
    this.#switchboard.attach(name, (peer, port) => send(worker, { type: 'peer', peer: peerOf(peer), port }));
    this.#switchboard.connectToAll(name, () => true);
  }

  #onMessage(seat: Seat, message: FromReplicaThread): void {
    if (message.type === 'failed') seat.failure = fromPlainError(message.error);
    else if (message.type === 'role') seat.role = message.role;
    else seat.port = message.port;
    if (this.isReady) this.#wasReady = true;
    this.#options.onChange();
  }

  #onExit(seat: Seat, worker: Worker): void {
    if (seat.worker !== worker) return;
    this.#switchboard.detach(endpointOf(seat.id));
    seat.control?.close();
    seat.worker = null;
    seat.control = null;
    seat.role = ABSENT;
    this.#options.onChange();
    if (this.#isStopping) return;
    if (!this.#wasReady && seat.failure !== null) return this.#options.onStartFailure(seat.failure);
    const cause = seat.failure === null ? 'its thread ended' : describeError(seat.failure);
    const isEarly = monotonicMs() - seat.startedAtMs < SETTLED_MS;
    seat.deaths = isEarly ? seat.deaths + 1 : 1;
    const delayMs = seat.deaths === 1 ? RESTART_DELAY_MS.first : RESTART_DELAY_MS.step * 2 ** (seat.deaths - 2);
    const restartInMs = Math.min(delayMs, RESTART_DELAY_MS.max);
    this.#options.log('warn', `replica ${seat.id} is down (${cause}); restarting in ${restartInMs} ms`);
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#spawn(seat);
    }, restartInMs);
    this.#restarts.add(timer);
  }

  // Counted in checks, not in time: when the whole process was suspended, nobody's pulse has stopped.
  #checkPulses(): void {
    for (const seat of this.#seats) {
      const pulse = Atomics.load(this.#pulses, seat.index);
      const isFrozen = pulse === seat.lastPulse && seat.port !== null && seat.worker !== null;
      seat.missedPulses = isFrozen ? seat.missedPulses + 1 : 0;
      seat.lastPulse = pulse;
      if (seat.missedPulses < PULSE_CHECKS) continue;
      seat.missedPulses = 0;
      seat.failure = new Error(`its thread has not moved for ${this.#options.settings.heartbeatTimeoutMs} ms`);
      void seat.worker?.terminate();
    }
  }

  async #stopSeat(seat: Seat, graceMs: number): Promise<void> {
    const { worker, control } = seat;
    if (worker === null || control === null) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const grace = setTimeout(() => void worker.terminate(), graceMs);
    // A thread that dies while it is being stopped has stopped.
    control.call('stop').catch(() => undefined);
    await exited;
    clearTimeout(grace);
  }
}

function send(worker: Worker, message: ToReplicaThread): void {
  worker.postMessage(message, [message.port]);
}

function endpointOf(id: PeerId): string {
  return `replica:${id}`;
}

function peerOf(endpoint: string): PeerId {
  return Number(endpoint.slice('replica:'.length)) as PeerId;
}
