/**
 * Which connections were heard of since the leader was last told, so that one message a tick keeps all their sessions
 * alive (LearnerSessionTracker). A connection that is kept alive counts as heard of without a word from its client.
 */

import type { Connection } from './connection.ts';

/** Connections that are kept alive count as heard of at every so many calls: a fraction of the shortest session. */
const TAKES_PER_SIGN = 4;

export class SignsOfLife {
  #heard: Connection[] = [];
  readonly #keptAlive = new Set<Connection>();
  #takes = 0;

  hear(connection: Connection): void {
    if (connection.isHeard) return;
    connection.isHeard = true;
    this.#heard.push(connection);
  }

  /** The connection being open is sign of life enough for its session. */
  keepAlive(connection: Connection): void {
    this.#keptAlive.add(connection);
  }

  forget(connection: Connection): void {
    this.#keptAlive.delete(connection);
  }

  /** At every tick: those to tell of. With nobody to tell, what was heard is kept for later. */
  take(to: 'somebody' | 'nobody'): Connection[] {
    if (this.#takes++ % TAKES_PER_SIGN === 0) for (const connection of this.#keptAlive) this.hear(connection);
    if (to === 'nobody' || this.#heard.length === 0) return [];
    const heard = this.#heard;
    this.#heard = [];
    for (const connection of heard) connection.isHeard = false;
    return heard.filter((connection) => connection.phase === 'established');
  }
}
