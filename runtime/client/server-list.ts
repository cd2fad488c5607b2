/**
 * Which server to try next, and after which pause.
 *
 * The list is shuffled once, so that clients spread over the servers, and is then walked round. As long as some server
 * was not tried since the last success, the next attempt starts at once: the common case is one dead server among
 * healthy ones. After a whole round of failures the pause doubles from 50 ms to 2 s, each time shortened by a random
 * half at most, so that the clients of an ensemble that comes back do not arrive together.
 * (ZooKeeper's own client sleeps up to a second blindly before every attempt.)
 */

import type { SessionClock } from './clock.ts';
import type { ServerAddress } from './connect-string.ts';

const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 2000;

export class ServerList {
  readonly #servers: readonly ServerAddress[];
  readonly #random: () => number;
  #index = 0;
  #failuresInARow = 0;

  constructor(servers: readonly ServerAddress[], clock: Pick<SessionClock, 'random'>) {
    this.#random = () => clock.random();
    this.#servers = this.#shuffle(servers);
  }

  get size(): number {
    return this.#servers.length;
  }

  /** The server to try now. */
  get current(): ServerAddress {
    const server = this.#servers[this.#index];
    if (server === undefined) throw new RangeError('a connect string names at least one server');
    return server;
  }

  /** All but that one. */
  get others(): readonly ServerAddress[] {
    const { current } = this;
    return this.#servers.filter((server) => server !== current);
  }

  /** The attempt after the next failure goes to this one. */
  tryNext(server: ServerAddress): void {
    const index = this.#servers.indexOf(server);
    if (index >= 0) this.#index = (index + this.#servers.length - 1) % this.#servers.length;
  }

  onConnected(): void {
    this.#failuresInARow = 0;
  }

  /** Moves on to the next server. @returns how long to wait before trying it, in milliseconds */
  onFailure(): number {
    this.#index = (this.#index + 1) % this.#servers.length;
    this.#failuresInARow += 1;
    const rounds = Math.floor(this.#failuresInARow / this.#servers.length);
    // With one server, the first failure is the end of a connection that worked: that one is retried at once as well.
    if (rounds === 0 || this.#failuresInARow === 1) return 0;
    const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** Math.min(rounds - 1, 16), PAUSE_MAX_MS);
    return this.#failuresInARow % this.#servers.length === 0 ? pauseMs * (1 - this.#random() / 2) : 0;
  }

  #shuffle(servers: readonly ServerAddress[]): readonly ServerAddress[] {
    const shuffled = [...servers];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Math.floor(this.#random() * (last + 1));
      const kept = shuffled[last];
      const taken = shuffled[other];
      if (kept === undefined || taken === undefined) continue;
      shuffled[last] = taken;
      shuffled[other] = kept;
    }
    return shuffled;
  }
}
