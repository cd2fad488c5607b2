/** The client connections of a replica's thread: lets them in, as many as there may be, and sends to them once per turn. */

import type { Connection } from '../../core/server/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import type { Log } from '../logger.ts';
import type { ClientCarrier, ClientSession } from '../net/client-carrier.ts';
import { Crowd, type CrowdLimits } from './crowd.ts';
import { type ClientSurroundings, ServedClient, type TrafficLimits } from './served-client.ts';

/** See `EnsembleConfig`. */
export interface ClientLimits extends CrowdLimits, TrafficLimits {}

export const CLIENT_LIMITS: ClientLimits = Object.freeze({
  maxClientConnections: 60,
  maxConnections: 0,
  maxFrameBytes: 0xfffff,
  maxUnreadBytes: 64 << 20,
  largeRequestThreshold: -1,
  largeRequestMaxBytes: 100 << 20,
});

export interface ClientsOptions {
  readonly log: Log;
  readonly limits: ClientLimits;
  readonly scheduleTurn: () => void;
}

export class Clients {
  readonly #replica: Replica;
  readonly #log: Log;
  readonly #crowd: Crowd;
  readonly #served = new Map<Connection, ServedClient>();
  readonly #around: ClientSurroundings;

  constructor(replica: Replica, { log, limits, scheduleTurn }: ClientsOptions) {
    this.#replica = replica;
    this.#log = log;
    this.#crowd = new Crowd(limits);
    const onEnd = (served: ServedClient): void => this.#onEnd(served);
    this.#around = { replica, limits, log, scheduleTurn, onEnd, largePartialBytes: 0 };
  }

  readonly accept = (carrier: ClientCarrier, address: string): ClientSession => {
    const connection = this.#replica.onConnect(address, carrier.certificate);
    const served = new ServedClient(connection, carrier, this.#around);
    this.#served.set(connection, served);
    if (!carrier.isRemote) this.#replica.keepAlive(connection);
    const excess = carrier.isRemote ? this.#crowd.join(address) : null;
    if (excess !== null) {
      this.#log('warn', `refusing the connection of ${carrier.peer}: ${excess}`);
      served.end();
    }
    return served;
  };

  /** Sends what the core has for its clients. */
  flush(): void {
    for (const connection of this.#replica.takeDirty()) this.#served.get(connection)?.flush();
  }

  /** A carrier may tell of an end that was this side's. */
  #onEnd({ connection, carrier }: ServedClient): void {
    if (this.#served.delete(connection) && carrier.isRemote) this.#crowd.leave(connection.address);
  }
}
