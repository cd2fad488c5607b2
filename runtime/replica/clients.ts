/** The client connections of a replica's thread: lets them in, as many as there may be, and sends to them once per turn. */

import type { Connection } from '../../core/server/connections/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import type { ServedConnection } from '../admin/replica-view.ts';
import type { Log } from '../logger.ts';
import type { ClientCarrier, ClientSession } from '../net/client-carrier.ts';
import { Crowd, type CrowdLimits } from './crowd.ts';
import type { ReplicaMeters } from './replica-meters.ts';
import { type AnswerWord, type ClientSurroundings, ServedClient, type TrafficLimits } from './served-client.ts';

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
  readonly meters: ReplicaMeters;
  /** null: four-letter words are no words here. */
  readonly answerWord: AnswerWord | null;
  readonly scheduleTurn: () => void;
}

/** What clients inside the process are told to come from. */
const PEER_INSIDE = '127.0.0.1:0';

export class Clients {
  readonly #replica: Replica;
  readonly #options: ClientsOptions;
  readonly #crowd: Crowd;
  readonly #served = new Map<Connection, ServedClient>();
  readonly #around: ClientSurroundings;

  constructor(replica: Replica, options: ClientsOptions) {
    this.#replica = replica;
    this.#options = options;
    this.#crowd = new Crowd(options.limits);
    const onEnd = (served: ServedClient): void => this.#onEnd(served);
    this.#around = { ...options, replica, onEnd, largePartialBytes: 0 };
  }

  readonly accept = (carrier: ClientCarrier, address: string): ClientSession => {
    const connection = this.#replica.onConnect(address, carrier.certificate);
    const served = new ServedClient(connection, carrier, this.#around);
    this.#served.set(connection, served);
    if (!carrier.isRemote) this.#replica.keepAlive(connection);
    const excess = carrier.isRemote ? this.#crowd.join(address) : null;
    if (excess !== null) {
      const { log, meters } = this.#options;
      meters.rejectedConnectionCount += 1;
      log('warn', `refusing the connection of ${carrier.peer}: ${excess}`);
      served.end();
    }
    return served;
  };

  /** Sends what the core has for its clients. */
  flush(): void {
    for (const connection of this.#replica.takeDirty()) this.#served.get(connection)?.flush();
  }

  /** Everybody who is connected, those included who asked a four-letter word. */
  *list(): Generator<ServedConnection, void, undefined> {
    for (const { connection, carrier, isPaused, unreadBytes } of this.#served.values()) {
      const peer = carrier.isRemote ? carrier.peer : PEER_INSIDE;
      yield { connection, peer, isPaused, isSecure: carrier.isSecure, queuedBytes: unreadBytes };
    }
  }

  /** A carrier may tell of an end that was this side's. */
  #onEnd({ connection, carrier }: ServedClient): void {
    if (this.#served.delete(connection) && carrier.isRemote) this.#crowd.leave(connection.address);
  }
}
