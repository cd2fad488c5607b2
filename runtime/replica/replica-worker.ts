/** One life of a replica's thread, as the supervisor holds it: the worker, its control link, how it ended. */

import { type MessagePort, Worker } from 'node:worker_threads';
import type { ControlLink } from '../bus/control.ts';
import { makeControlPorts } from '../bus/control-ports.ts';
import { fromPlainError } from '../bus/plain-error.ts';
import { monotonicMs } from '../clock.ts';
import type { FromReplicaThread, ReplicaControl, ReplicaThreadData, ToReplicaThread } from './thread-messages.ts';

export interface ReplicaWorkerListener {
  onMessage(message: Exclude<FromReplicaThread, { type: 'failed' }>): void;
  /** Once, when the thread has ended, of whatever cause. */
  onExit(): void;
}

export class ReplicaWorker {
  readonly #worker: Worker;
  readonly #controlPort: MessagePort;
  readonly #startedAtMs = monotonicMs();
  #control: Promise<ControlLink<ReplicaControl>> | null = null;
  #failure: Error | null = null;

  constructor(data: Omit<ReplicaThreadData, 'control'>, listener: ReplicaWorkerListener) {
    const { port1, port2 } = makeControlPorts();
    this.#controlPort = port1;
    this.#worker = new Worker(new URL('./replica-thread.js', import.meta.url), {
      workerData: { ...data, control: port2 } satisfies ReplicaThreadData,
      transferList: [port2],
      name: `replica ${data.id}`,
    });
    this.#worker.on('message', (message: FromReplicaThread) => {
      if (message.type === 'failed') this.blame(fromPlainError(message.error));
      else listener.onMessage(message);
    });
    this.#worker.on('error', (error) => this.blame(error));
    this.#worker.once('exit', () => {
      this.#controlPort.close();
      listener.onExit();
    });
  }

  /** Why the thread ends, where that is known: the first cause given. */
  get failure(): Error | null {
    return this.#failure;
  }

  get ageMs(): number {
    return monotonicMs() - this.#startedAtMs;
  }

  blame(cause: Error): void {
    this.#failure ??= cause;
  }

  send(message: ToReplicaThread): void {
    this.#worker.postMessage(message, 'port' in message ? [message.port] : []);
  }

  /** Opened at the first call. Its calls are rejected once the thread has ended. */
  control(): Promise<ControlLink<ReplicaControl>> {
    this.#control ??= import('../bus/control.ts').then(({ openControl }) => openControl(this.#controlPort));
    return this.#control;
  }

  /** Without warning, as a crash would end it. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Drains and ends; after `graceMs` it is ended. */
  async stop(graceMs: number): Promise<void> {
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    const grace = setTimeout(() => void this.terminate(), graceMs);
    const control = await this.control();
    // A thread that dies while it is being stopped has stopped.
    control.call('stop').catch(() => undefined);
    await exited;
    clearTimeout(grace);
  }
}
