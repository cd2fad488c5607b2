/**
 * Mutated handshakes and requests at whole replicas, in one thread and without sockets. A replica that throws is dead, so
 * nothing may; and all along a neighbour's writes and reads are answered as if nobody else were there.
 */
import { Prng } from '../simulation/prng.ts';
import { World } from '../support/server-harness.ts';
import type { TestClient } from '../support/test-client.ts';
import { Enemy } from './enemy.ts';
import type { FuzzOptions } from './fuzz-decoders.ts';
import { handshake } from './handshake.ts';
import { mutate } from './mutation.ts';
import { REQUEST_SAMPLES } from './requests.ts';

const HANDSHAKES = [handshake()];
const CASES_PER_WORLD = 5000;
const REQUESTS_MAX = 30;
const REPLICAS = 3;

/** @returns what went wrong in the first case that failed, or null */
export function fuzzReplicas({ seed, cases }: FuzzOptions): string | null {
  for (let done = 0; done < cases; done += CASES_PER_WORLD) {
    const worldSeed = seed + done;
    const attack = new Attack(worldSeed);
    const count = Math.min(CASES_PER_WORLD, cases - done);
    try {
      while (attack.cases < count) attack.round();
    } catch (error) {
      const what = error instanceof Error ? error.stack : String(error);
      return `seed ${worldSeed}, within the requests before case ${attack.cases}: ${what}\n${attack.lastPayloads}`;
    }
  }
  return null;
}

class Attack {
  cases = 0;
  readonly #prng: Prng;
  readonly #world = new World({ voters: REPLICAS });
  readonly #neighbours: readonly TestClient[];
  #payloads: Uint8Array[] = [];
  #version = 0;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    this.#neighbours = Array.from({ length: REPLICAS }, (_, index) =>
      this.#world.client(index + 1, { timeoutMs: 20_000 }),
    );
    const [first] = this.#neighbours;
    first?.send({ op: 'create', path: '/neighbour', data: '0' });
    this.#world.settle();
    first?.take();
  }

  get lastPayloads(): string {
    return this.#payloads.map((payload) => Buffer.from(payload).toString('hex')).join('\n');
  }

  /** One connection's life, then the neighbours' turn. */
  round(): void {
    const prng = this.#prng;
    this.#payloads = [];
    const enemy = new Enemy(this.#world.replica(prng.between(1, REPLICAS)));
    this.#send(enemy, prng.chance(0.2) ? mutate(prng, HANDSHAKES) : handshake());
    if (prng.chance(0.8)) this.#settle(enemy);
    for (let count = prng.below(REQUESTS_MAX); count > 0; count--) {
      this.#send(enemy, mutate(prng, REQUEST_SAMPLES));
      if (prng.chance(0.1)) this.#settle(enemy);
    }
    this.#settle(enemy);
    enemy.hangUp();
    // Half of the sessions expire while others are begun.
    if (prng.chance(0.2)) this.#world.advance(1000);
    this.#askNeighbours();
  }

  #send(enemy: Enemy, payload: Uint8Array): void {
    if (!enemy.isOpen) return;
    this.cases += 1;
    this.#payloads.push(payload);
    enemy.send(payload);
  }

  #settle(enemy: Enemy): void {
    this.#world.settle();
    enemy.collect();
  }

  #askNeighbours(): void {
    const version = this.#version;
    this.#version += 1;
    const writer = this.#neighbours[version % REPLICAS];
    writer?.send({ op: 'setData', path: '/neighbour', data: String(version + 1), version });
    this.#world.settle();
    for (const [index, neighbour] of this.#neighbours.entries()) {
      neighbour.send({ op: 'getData', path: '/neighbour' });
      this.#world.settle();
      const told = neighbour.take();
      const isRight = told.includes(`"${version + 1}"`) && !told.includes('closed');
      if (!isRight) throw new Error(`neighbour ${index + 1} was told: ${told}`);
    }
  }
}
