/** Injects faults from the table, several at a time if it so happens, and ends each after a while. */

import type { Cluster } from '../cluster.ts';
import type { Prng } from '../prng.ts';
import { FAULTS, type Fault } from './fault.ts';

export class FaultSchedule {
  readonly #cluster: Cluster;
  readonly #prng: Prng;
  readonly #faults: readonly Fault[];
  readonly #endings = new Set<() => void>();
  #isRunning = false;

  constructor(cluster: Cluster, prng: Prng, faults: readonly Fault[] = FAULTS) {
    this.#cluster = cluster;
    this.#prng = prng;
    this.#faults = faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
  }

  start(): void {
    this.#isRunning = true;
    this.#next();
  }

  /** No more faults, and the end of all there are; whoever is down is started. */
  stop(): void {
    this.#isRunning = false;
    for (const end of this.#endings) end();
    this.#endings.clear();
    for (const id of this.#cluster.everybody) {
      this.#cluster.disarm(id);
      this.#cluster.thaw(id);
      this.#cluster.start(id);
    }
  }

  #next(): void {
    const meanUs = this.#cluster.world.faultEveryMs * 1000;
    this.#cluster.scheduler.after(Math.ceil(meanUs * 2 * this.#prng.unit()), () => {
      if (!this.#isRunning) return;
      this.#inject(this.#prng.pick(this.#faults));
      this.#next();
    });
  }

  #inject(fault: Fault): void {
    this.#cluster.transcript.write('---', () => fault.name);
    const end = fault.inject(this.#cluster, this.#prng);
    this.#endings.add(end);
    const [low, high] = fault.lastsMs;
    this.#cluster.scheduler.after(this.#prng.between(low * 1000, high * 1000), () => {
      if (this.#endings.delete(end)) end();
    });
  }
}
