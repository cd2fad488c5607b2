/**
 * Clients that ask for txns at peers of their choice, at a rate with bursts, and now and then probe the leader. Each
 * entry is unique, so that what is committed twice, changed or invented shows.
 */

import type { PeerId } from '../../../core/ids.ts';
import type { Cluster } from '../cluster.ts';
import type { Prng } from '../prng.ts';

const BURST_COUNT = 30;

export class Requests {
  readonly #cluster: Cluster;
  readonly #prng: Prng;
  #count = 0;
  #probeCount = 0;
  #isRunning = false;

  constructor(cluster: Cluster, prng: Prng) {
    this.#cluster = cluster;
    this.#prng = prng;
  }

  start(): void {
    this.#isRunning = true;
    this.#next();
  }

  stop(): void {
    this.#isRunning = false;
  }

  /** Asks this peer for one more txn. */
  ask(id: PeerId): void {
    this.#cluster.enqueue(id, { type: 'client', entry: this.#createEntry(id) });
  }

  #next(): void {
    const meanUs = 1_000_000 / this.#cluster.world.requestsPerSecond;
    this.#cluster.scheduler.after(Math.ceil(meanUs * 2 * this.#prng.unit()), () => {
      if (!this.#isRunning) return;
      this.#act();
      this.#next();
    });
  }

  #act(): void {
    const active = this.#cluster.running.filter(({ view }) => view.active);
    if (active.length === 0) return;
    const { id } = this.#prng.pick(active);
    if (this.#prng.chance(0.05)) this.#cluster.enqueue(id, { type: 'snapshot' });
    if (this.#prng.chance(0.1)) this.#cluster.enqueue(id, { type: 'probe', token: this.#probeCount++ });
    const count = this.#prng.chance(0.02) ? BURST_COUNT : 1;
    for (let index = 0; index < count; index++) this.ask(id);
  }

  #createEntry(id: PeerId): Uint8Array {
    const entry = Buffer.alloc(5 + this.#prng.below(60), id);
    entry.writeUInt32BE(this.#count++, 0);
    return entry;
  }
}

/** The peer at which a client asked for this entry. */
export function askedAt(entry: Uint8Array): number | undefined {
  return entry[4];
}
