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
import { PulseMonitor } from './pulse-monitor.ts';
import { RestartPolicy } from './restart-policy.ts';
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
  /** Lives so far. */
  lives: number;
  /** Why the thread ends, where it could still say so. */
  failure: Error | null;
  readonly restarts: RestartPolicy;
}

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
      lives: 0,
      failure: null,
      restarts: new RestartPolicy(),
    }));
    for (const seat of this.#seats) this.#spawn(seat);
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
    this.#pulse.close();
    for (const timer of this.#restarting) clearTimeout(timer);
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
          ? { type: 'memory', start: seat.lives === 0 ? 'first' : 'restart' }
          : { type: 'files', replicaPath: seat.replicaPath },
      pulses: this.#pulse.pulses,
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
    seat.lives += 1;
    seat.failure = null;
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
    else this.#onListening(seat, message.port);
    if (this.isReady) this.#wasReady = true;
    this.#options.onChange();
  }

  #onExit(seat: Seat, worker: Worker): void {
    if (seat.worker !== worker) return;
    this.#switchboard.detach(endpointOf(seat.id));
    this.#pulse.forget(seat.index);
    seat.control?.close();
    seat.worker = null;
    seat.control = null;
    seat.role = ABSENT;
    this.#options.onChange();
    if (this.#isStopping) return;
    if (!this.#wasReady && seat.failure !== null) return this.#options.onStartFailure(seat.failure);
    const cause = seat.failure === null ? 'its thread ended' : describeError(seat.failure);
    const restartInMs = seat.restarts.delayAfter(monotonicMs() - seat.startedAtMs);
    this.#options.log('warn', `replica ${seat.id} is down (${cause}); restarting in ${restartInMs} ms`);
    const timer = setTimeout(() => {
      this.#restarting.delete(timer);
      this.#spawn(seat);
    }, restartInMs);
    this.#restarting.add(timer);
  }

  // Watched from here on: until it listens, a thread may be reading back a long log without a pause.
  #onListening(seat: Seat, port: number): void {
    seat.port = port;
    this.#pulse.watch(seat.index);
  }

  #onStill(index: number): void {
    const seat = this.#seats[index];
    if (seat === undefined) return;
    seat.failure = new Error(`its thread has not moved for ${this.#options.settings.heartbeatTimeoutMs} ms`);
    void seat.worker?.terminate();
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
