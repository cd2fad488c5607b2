/**
 * Which connections were heard of since the leader was last told (ZooKeeperServer.touchSession, the learners' pings).
 *
 * A connection of this process counts as heard of for as long as it is open: its end is told at once, and its thread may
 * be busy with other things for longer than a session lasts.
 */

import type { Connection } from '../connections/connection.ts';

/** Connections that are kept alive count as heard of at every so many rounds: a fraction of the shortest session. */
const ROUNDS_PER_SIGN = 4;

export class SignsOfLife {
  #heard: Connection[] = [];
  readonly #keptAlive = new Set<Connection>();
  #rounds = 0;

  hear(connection: Connection): void {
    if (connection.isHeard) return;
    connection.isHeard = true;
    this.#heard.push(connection);
  }

  keepAlive(connection: Connection): void {
    this.#keptAlive.add(connection);
  }

  forget(connection: Connection): void {
    this.#keptAlive.delete(connection);
  }

  /** To be called at regular times. */
  considerKeptAlive(): void {
    if (this.#rounds++ % ROUNDS_PER_SIGN === 0) for (const connection of this.#keptAlive) this.hear(connection);
  }

  /** The established connections heard of since the last call. */
  take(): Connection[] {
    const heard = this.#heard;
    this.#heard = [];
    for (const connection of heard) connection.isHeard = false;
    return heard.filter((connection) => connection.phase === 'established');
  }
}
