/**
 * The client connections of a replica's thread: pairs each connection of the core with what carries it, feeds chunks in
 * as frames, and sends what the core has written, once per turn.
 */

import { FrameDecoder } from '../../core/jute/frame.ts';
import { JuteError } from '../../core/jute/reader.ts';
import type { Connection } from '../../core/server/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import type { Log } from '../logger.ts';
import type { ClientCarrier, ClientSession } from '../net/client-carrier.ts';

/** Unsent bytes above which a client is not read from any more, and above which it is given up. */
const PAUSE_BYTES = 1 << 20;
const QUEUE_BYTES_MAX = 64 << 20;

interface Served {
  readonly connection: Connection;
  readonly carrier: ClientCarrier;
  isPaused: boolean;
}

export interface ClientLimits {
  readonly log: Log;
  /** Connections from one address; 0: no limit. */
  readonly maxClientConnections: number;
  /** Largest request, bytes. */
  readonly maxFrameBytes: number;
}

export class Clients {
  readonly #replica: Replica;
  readonly #limits: ClientLimits;
  readonly #scheduleTurn: () => void;
  readonly #served = new Map<Connection, Served>();

  constructor(replica: Replica, limits: ClientLimits, scheduleTurn: () => void) {
    this.#replica = replica;
    this.#limits = limits;
    this.#scheduleTurn = scheduleTurn;
  }

  readonly accept = (carrier: ClientCarrier, address: string): ClientSession => {
    const connection = this.#replica.onConnect(address);
    const served: Served = { connection, carrier, isPaused: false };
    const decoder = new FrameDecoder(this.#limits.maxFrameBytes);
    this.#served.set(connection, served);
    if (carrier.isRemote && this.#isCrowded(address)) {
      const { log, maxClientConnections } = this.#limits;
      log('warn', `refusing a connection of ${address}: it has ${maxClientConnections} already`);
      this.#end(served);
    }
    const onFrame = (bytes: Uint8Array, start: number, end: number): void =>
      this.#replica.onFrame(connection, bytes, start, end);
    return {
      onChunk: (chunk) => {
        if (!connection.isOpen) return;
        this.#scheduleTurn();
        try {
          decoder.push(chunk, onFrame);
        } catch (error) {
          if (!(error instanceof JuteError)) throw error;
          this.#limits.log('warn', `closing the connection of ${address}: ${error.message}`);
          this.#end(served);
        }
        this.#consider(served);
      },
      onDrain: () => this.#consider(served),
      onClose: () => {
        this.#served.delete(connection);
        this.#scheduleTurn();
        this.#replica.onDisconnect(connection);
      },
    };
  };

  /** Sends what the core has for its clients. */
  flush(): void {
    for (const connection of this.#replica.takeDirty()) {
      const served = this.#served.get(connection);
      if (served === undefined) continue;
      const { output } = connection;
      if (output.length > 0) served.carrier.send(output.detach(Math.min(output.length, 1 << 16)));
      if (connection.phase === 'finishing') this.#end(served);
      else this.#consider(served);
    }
  }

  /** Counted where it is needed: connections come rarely, and there is one number less to keep right. */
  #isCrowded(address: string): boolean {
    const { maxClientConnections } = this.#limits;
    if (maxClientConnections === 0) return false;
    let count = 0;
    for (const { connection, carrier } of this.#served.values()) {
      if (carrier.isRemote && connection.address === address) count++;
    }
    return count > maxClientConnections;
  }

  #end({ connection, carrier }: Served): void {
    this.#served.delete(connection);
    this.#replica.onDisconnect(connection);
    carrier.end();
  }

  // A client that asks faster than it is answered, or reads slower than it asks, is read from later.
  #consider(served: Served): void {
    const { connection, carrier } = served;
    const queuedBytes = carrier.queuedBytes + connection.output.length;
    if (queuedBytes > QUEUE_BYTES_MAX) {
      this.#limits.log('warn', `closing the connection of ${connection.address}: it does not read its replies`);
      this.#end(served);
      return;
    }
    const mustPause = connection.isSaturated || queuedBytes > PAUSE_BYTES;
    if (mustPause === served.isPaused) return;
    served.isPaused = mustPause;
    if (mustPause) carrier.pause();
    else carrier.resume();
  }
}
