/** A connection in memory that says anything and does not care what it is told. */
import type { Connection } from '../../core/server/connections/connection.ts';
import type { Replica } from '../../core/server/replica.ts';

export class Enemy {
  readonly #replica: Replica;
  readonly #connection: Connection;
  #isGone = false;

  constructor(replica: Replica) {
    this.#replica = replica;
    this.#connection = replica.onConnect('127.0.0.9');
  }

  get isOpen(): boolean {
    return !this.#isGone && this.#connection.isOpen;
  }

  send(payload: Uint8Array): void {
    this.#replica.onFrame(this.#connection, Buffer.from(payload), 0, payload.length);
  }

  /** Does what a host does with what was written for it, and with its end. */
  collect(): void {
    if (this.#connection.output.length > 0) this.#connection.output.detach();
    if (this.#connection.phase === 'finishing') this.hangUp();
  }

  hangUp(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#replica.onDisconnect(this.#connection);
  }
}
