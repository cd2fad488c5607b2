/**
 * The client connections of a replica's thread: pairs each connection of the core with what carries it, feeds chunks in
 * as frames, and sends what the core has written, once per turn.
 */

import { FrameDecoder } from '../../core/jute/frame.ts';
import { JuteError } from '../../core/jute/reader.ts';
import type { Connection } from '../../core/server/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import { WordGate } from '../admin/four-letter/word-gate.ts';
import type { AskedWord } from '../admin/four-letter/words.ts';
import { PieceSender, type SendingEnd } from '../admin/piece-sender.ts';
import type { ServedConnection } from '../admin/replica-view.ts';
import type { Log } from '../logger.ts';
import type { ClientCarrier, ClientSession } from '../net/client-carrier.ts';
import type { ReplicaMeters } from './replica-meters.ts';

/** Unsent bytes above which a client is not served any more, and above which it is given up. */
const PAUSE_BYTES = 1 << 20;
const QUEUE_BYTES_MAX = 64 << 20;

/** One frame's payload, which the decoder never writes to again. */
interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

interface Served {
  readonly connection: Connection;
  readonly carrier: ClientCarrier;
  /** Frames that came in one chunk with others whose answers have to leave first: less than a chunk of bytes. */
  held: HeldFrame[];
  isPaused: boolean;
  /** It asked a four-letter word, and gets the answer in place of a session. */
  hasAsked: boolean;
  answer: PieceSender | null;
}

export interface ClientLimits {
  readonly log: Log;
  /** Connections from one address; 0: no limit. */
  readonly maxClientConnections: number;
  /** Largest request, bytes. */
  readonly maxFrameBytes: number;
  readonly meters: ReplicaMeters;
  /** What to say to a four-letter word; null: they are no words here. */
  readonly answerWord: ((asked: AskedWord) => Promise<Iterable<string>>) | null;
}

/** What clients inside the process are told to come from. */
const PEER_INSIDE = '127.0.0.1:0';

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
    const connection = this.#replica.onConnect(address, carrier.certificate);
    const served: Served = { connection, carrier, held: [], isPaused: false, hasAsked: false, answer: null };
    let gate = carrier.isRemote && this.#limits.answerWord !== null ? new WordGate() : null;
    const decoder = new FrameDecoder(this.#limits.maxFrameBytes);
    this.#served.set(connection, served);
    if (!carrier.isRemote) this.#replica.keepAlive(connection);
    if (carrier.isRemote && this.#isCrowded(address)) {
      const { log, maxClientConnections, meters } = this.#limits;
      meters.rejectedConnectionCount += 1;
      log('warn', `refusing the connection of ${carrier.peer}: ${address} has ${maxClientConnections} already`);
      this.#end(served);
    }
    const onFrame = (bytes: Uint8Array, start: number, end: number): void => {
      if (served.held.length > 0 || isFull(served)) served.held.push({ bytes, start, end });
      else this.#replica.onFrame(connection, bytes, start, end);
    };
    return {
      onChunk: (chunk) => {
        if (!connection.isOpen) return;
        this.#scheduleTurn();
        let bytes = chunk;
        if (gate !== null) {
          const verdict = gate.push(chunk);
          if (verdict.type === 'more') return;
          gate = null;
          if (verdict.type === 'word') {
            void this.#answerWord(served, verdict.asked);
            return;
          }
          bytes = verdict.bytes;
        }
        try {
          decoder.push(bytes, onFrame);
        } catch (error) {
          if (!(error instanceof JuteError)) throw error;
          this.#limits.meters.faultyConnectionCount += 1;
          this.#limits.log('warn', `closing the connection of ${carrier.peer}: ${error.message}`);
          this.#end(served);
          return;
        }
        this.#consider(served);
      },
      onDrain: () => {
        this.#scheduleTurn();
        if (served.hasAsked) served.answer?.advance();
        else this.#consider(served);
      },
      // Whoever asked a word may have nothing more to say, and still listens.
      onEnd: () => {
        if (!served.hasAsked) carrier.end();
      },
      onClose: () => {
        served.answer?.abandon();
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
      if (served === undefined || served.hasAsked) continue;
      const { output, fault } = connection;
      if (fault !== null) this.#limits.meters.faultyConnectionCount += 1;
      if (fault !== null) this.#limits.log('warn', `closing the connection of ${served.carrier.peer}: ${fault}`);
      if (output.length > 0) served.carrier.send(output.detach(Math.min(output.length, 1 << 16)));
      if (connection.phase === 'finishing') this.#end(served);
      else this.#consider(served);
    }
  }

  /** Everybody who is connected, those included who asked a four-letter word. */
  *list(): Generator<ServedConnection, void, undefined> {
    for (const { connection, carrier, isPaused } of this.#served.values()) {
      const peer = carrier.isRemote ? carrier.peer : PEER_INSIDE;
      yield {
        connection,
        peer,
        isPaused,
        isSecure: carrier.isSecure,
        queuedBytes: carrier.queuedBytes + connection.output.length,
      };
    }
  }

  /** From here on the connection is no client's: it is told the answer, and ends. */
  async #answerWord(served: Served, asked: AskedWord): Promise<void> {
    const { connection, carrier } = served;
    const { statistics } = this.#replica;
    statistics.onReceived(connection.statistics, asked.word.length);
    served.hasAsked = true;
    connection.finish();
    const pieces = await this.#limits.answerWord?.(asked);
    // It may be gone by now.
    if (pieces === undefined || this.#served.get(connection) !== served) return;
    const onEnd = (end: SendingEnd): void => {
      statistics.counts.packetsSent += 1;
      this.#endAnswer(served, asked, end);
    };
    served.answer = new PieceSender(carrier, pieces, { onEnd });
    served.answer.advance();
  }

  #endAnswer(served: Served, { word }: AskedWord, end: SendingEnd): void {
    this.#forget(served);
    if (end === 'sent') return served.carrier.end();
    this.#limits.log(
      'warn',
      `closing the connection of ${served.carrier.peer}: it does not read the answer to ${word}`,
    );
    served.carrier.destroy();
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

  #end(served: Served): void {
    this.#forget(served);
    served.carrier.end();
  }

  #forget({ connection }: Served): void {
    this.#served.delete(connection);
    this.#replica.onDisconnect(connection);
  }

  // A client that asks faster than it is answered, or reads slower than it asks, is served and read from later.
  #consider(served: Served): void {
    const { connection, carrier } = served;
    if (queuedBytesOf(served) > QUEUE_BYTES_MAX) {
      this.#limits.meters.faultyConnectionCount += 1;
      this.#limits.log('warn', `closing the connection of ${carrier.peer}: it does not read its replies`);
      this.#forget(served);
      carrier.destroy();
      return;
    }
    this.#serveHeld(served);
    const mustPause = connection.isOpen && (served.held.length > 0 || isFull(served));
    if (mustPause === served.isPaused) return;
    served.isPaused = mustPause;
    if (mustPause) carrier.pause();
    else carrier.resume();
  }

  #serveHeld(served: Served): void {
    if (served.held.length === 0 || isFull(served)) return;
    this.#scheduleTurn();
    let count = 0;
    while (count < served.held.length && !isFull(served)) {
      const frame = served.held[count++];
      if (frame !== undefined) this.#replica.onFrame(served.connection, frame.bytes, frame.start, frame.end);
    }
    served.held = served.held.slice(count);
  }
}

function queuedBytesOf({ connection, carrier }: Served): number {
  return carrier.queuedBytes + connection.output.length;
}

function isFull(served: Served): boolean {
  return served.connection.isSaturated || queuedBytesOf(served) > PAUSE_BYTES;
}
