/**
 * One connection of a client to one life of a replica, as TCP promises it: bytes in order, cut anywhere into chunks; an end
 * that one side may learn of long after the other.
 */

import type { Connection } from '../../../core/server/connections/connection.ts';
import type { Cluster } from '../cluster.ts';
import type { Prng } from '../prng.ts';
import type { Origin, ReplicaHost, ServedClient } from '../replica-host.ts';

export interface WireEnd {
  onBytes(bytes: Uint8Array, origin: Origin): void;
  onClosed(): void;
}

/** How the replica learns that its client has gone: behind all bytes, at once and instead of them, or much later. */
export type HangUp = 'in order' | 'at once' | 'late';

const LATE_US = [100_000, 1_500_000] as const;

export class ClientWire implements ServedClient {
  readonly host: ReplicaHost;
  readonly #cluster: Cluster;
  readonly #prng: Prng;
  readonly #delayUs: readonly [number, number];
  readonly #client: WireEnd;
  #connection: Connection | null = null;
  /** Nothing arrives earlier than what was sent before it. */
  #toHostUs = 0;
  #toClientUs = 0;
  /** What has not arrived by then comes then, and not before. */
  #lateUntilUs = 0;
  #isOpen = true;
  #isLost = false;
  #isStalled = false;

  constructor(cluster: Cluster, prng: Prng, delayUs: readonly [number, number], host: ReplicaHost, client: WireEnd) {
    this.#cluster = cluster;
    this.#prng = prng;
    this.#delayUs = delayUs;
    this.host = host;
    this.#client = client;
    host.clients.add(this);
    this.#toHost('client connects', () => {
      this.#connection = host.accept(this);
    });
  }

  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Nothing arrives any more in either direction, and nobody is told. */
  stall(): void {
    this.#isStalled = true;
  }

  send(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const size = this.#prng.chance(0.1) ? this.#prng.between(1, bytes.length - at) : bytes.length - at;
      const chunk = bytes.subarray(at, at + size);
      at += size;
      this.#toHost('client bytes', () => {
        if (this.#connection !== null) this.host.onClientBytes(this.#connection, chunk);
      });
    }
  }

  /** The client hangs up. It hears nothing more. */
  hangUp(how: HangUp): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.host.clients.delete(this);
    const close = (): void => {
      if (this.#connection !== null) this.host.onClientClosed(this.#connection);
    };
    if (how === 'at once') this.#isLost = true;
    if (how === 'late') {
      this.#lateUntilUs = this.#cluster.scheduler.nowUs + this.#prng.between(...LATE_US);
      this.#toHostUs = this.#lateUntilUs + 1;
    }
    this.#toHostUs = Math.max(this.#toHostUs, this.#cluster.scheduler.nowUs);
    this.#enqueueAt(this.#toHostUs, 'client is gone', close);
  }

  deliver(bytes: Uint8Array, origin: Origin): void {
    this.#toClient(() => this.#client.onBytes(bytes, origin));
  }

  end(): void {
    this.#toClient(() => {
      this.#isOpen = false;
      this.host.clients.delete(this);
      this.#client.onClosed();
    });
  }

  /** The replica crashed: what was under way to the client may be lost. */
  reset(): void {
    if (!this.#isOpen) return;
    if (this.#prng.chance(0.5)) return this.end();
    this.#isOpen = false;
    this.#cluster.scheduler.after(this.#prng.between(10, 1000), () => this.#client.onClosed());
  }

  #toHost(name: string, work: () => void): void {
    this.#toHostUs = Math.max(this.#toHostUs, this.#cluster.scheduler.nowUs + this.#prng.skewed(...this.#delayUs));
    this.#enqueueAt(this.#toHostUs, name, () => {
      if (!this.#isLost && !this.#isStalled) work();
    });
  }

  #enqueueAt(timeUs: number, name: string, work: () => void): void {
    this.#cluster.scheduler.at(timeUs, () => {
      if (this.#cluster.scheduler.nowUs < this.#lateUntilUs) return this.#enqueueAt(this.#lateUntilUs, name, work);
      if (this.#cluster.hostOf(this.host.id) === this.host) {
        this.#cluster.enqueue(this.host.id, { type: 'call', name, work });
      }
    });
  }

  #toClient(work: () => void): void {
    this.#toClientUs = Math.max(this.#toClientUs, this.#cluster.scheduler.nowUs + this.#prng.skewed(...this.#delayUs));
    this.#cluster.scheduler.at(this.#toClientUs, () => {
      if (this.#isOpen && !this.#isStalled) work();
    });
  }
}
