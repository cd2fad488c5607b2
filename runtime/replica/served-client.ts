/**
 * One client connection of a replica's thread: pairs a connection of the core with what carries it, cuts chunks into
 * frames, and bounds what waits in either direction.
 *
 *     unread replies   above PAUSE_BYTES the client is not served any more, above `maxUnreadBytes` it is given up
 *     requests         while the core has enough of them the client is not read from; what was read already is held
 *     unfinished ones  large ones of all clients together are bounded, as large requests that wait are in the core
 */

import { FrameDecoder } from '../../core/jute/frame.ts';
import { JuteError } from '../../core/jute/reader.ts';
import type { Connection } from '../../core/server/connections/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import { WordGate } from '../admin/four-letter/word-gate.ts';
import type { AskedWord } from '../admin/four-letter/words.ts';
import { PieceSender, type SendingEnd } from '../admin/piece-sender.ts';
import type { Log } from '../logger.ts';
import type { ClientCarrier, ClientSession } from '../net/client-carrier.ts';
import type { ReplicaMeters } from './replica-meters.ts';

const PAUSE_BYTES = 1 << 20;
/** What a connection keeps ready for its next replies, at most. */
const OUTPUT_BYTES_KEPT = 1 << 16;

export interface TrafficLimits {
  /** Largest request, bytes. */
  readonly maxFrameBytes: number;
  /** Bytes of replies and watch events that a client may leave unread before it is hung up on. */
  readonly maxUnreadBytes: number;
  /** Bytes above which a request counts as large; -1: none does. */
  readonly largeRequestThreshold: number;
  /** Bytes of large requests that may have come in part, of all clients together. */
  readonly largeRequestMaxBytes: number;
}

/** What to say to a four-letter word, piece by piece. */
export type AnswerWord = (asked: AskedWord) => Promise<Iterable<string>>;

/** What all clients of a replica have in common. */
export interface ClientSurroundings {
  readonly replica: Replica;
  readonly limits: TrafficLimits;
  readonly log: Log;
  readonly meters: ReplicaMeters;
  readonly answerWord: AnswerWord | null;
  readonly scheduleTurn: () => void;
  /** The connection has ended, from either side. */
  readonly onEnd: (served: ServedClient) => void;
  /** Bytes of large requests that have come in part. */
  largePartialBytes: number;
}

/** One frame's payload, which the decoder never writes to again. */
interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const NOTHING_HELD: HeldFrame[] = [];

export class ServedClient implements ClientSession {
  readonly connection: Connection;
  readonly carrier: ClientCarrier;
  readonly #around: ClientSurroundings;
  readonly #decoder: FrameDecoder;
  /** Frames that came in one chunk with others whose answers have to leave first: less than a chunk of bytes. */
  #held = NOTHING_HELD;
  #isPaused = false;
  #partialBytes = 0;
  /** While it may still turn out that a four-letter word is asked. */
  #gate: WordGate | null;
  /** It asked a four-letter word, and gets the answer in place of a session. */
  #hasAsked = false;
  #answer: PieceSender | null = null;
  #hasLeft = false;

  constructor(connection: Connection, carrier: ClientCarrier, around: ClientSurroundings) {
    this.connection = connection;
    this.carrier = carrier;
    this.#around = around;
    this.#decoder = new FrameDecoder(around.limits.maxFrameBytes);
    this.#gate = carrier.isRemote && around.answerWord !== null ? new WordGate() : null;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Bytes that wait for the client to read. */
  get unreadBytes(): number {
    return this.carrier.queuedBytes + this.connection.output.length;
  }

  onChunk(chunk: Buffer): void {
    if (!this.connection.isOpen) return;
    this.#around.scheduleTurn();
    const frames = this.#gate === null ? chunk : this.#passGate(this.#gate, chunk);
    if (frames === null) return;
    try {
      this.#decoder.push(frames, (bytes, start, end) => this.#onFrame(bytes, start, end));
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      return this.#hangUp(error.message);
    }
    this.#weighPartial();
    this.#consider();
  }

  onDrain(): void {
    this.#around.scheduleTurn();
    if (this.#hasAsked) this.#answer?.advance();
    else this.#consider();
  }

  /** Whoever asked a word may have nothing more to say, and still listens. */
  onEnd(): void {
    if (!this.#hasAsked) this.carrier.end();
  }

  onClose(): void {
    this.#answer?.abandon();
    this.#around.scheduleTurn();
    this.#leave();
  }

  /** Sends what the core has written, and ends the connection if that is the end of it. */
  flush(): void {
    if (this.#hasAsked) return;
    const { output, fault, phase } = this.connection;
    if (fault !== null) this.#warn(fault);
    if (output.length > 0) this.carrier.send(output.detach(Math.min(output.length, OUTPUT_BYTES_KEPT)));
    if (phase === 'finishing') this.end();
    else this.#consider();
  }

  /** Ends the connection once what was sent has left. */
  end(): void {
    this.#leave();
    this.carrier.end();
  }

  /** @returns what are frames; null while that is open, and where a word was asked */
  #passGate(gate: WordGate, chunk: Buffer): Buffer | null {
    const verdict = gate.push(chunk);
    if (verdict.type === 'more') return null;
    this.#gate = null;
    if (verdict.type === 'frames') return verdict.bytes;
    void this.#answerWord(verdict.asked);
    return null;
  }

  /** From here on the connection is no client's: it is told the answer, and ends. */
  async #answerWord(asked: AskedWord): Promise<void> {
    const { replica, answerWord } = this.#around;
    const { statistics } = replica;
    statistics.onReceived(this.connection.statistics, asked.word.length);
    this.#hasAsked = true;
    this.connection.finish();
    const pieces = await answerWord?.(asked);
    if (pieces === undefined || this.#hasLeft) return;
    const onEnd = (end: SendingEnd): void => {
      statistics.counts.packetsSent += 1;
      this.#endAnswer(asked, end);
    };
    this.#answer = new PieceSender(this.carrier, pieces, { onEnd });
    this.#answer.advance();
  }

  #endAnswer({ word }: AskedWord, end: SendingEnd): void {
    if (end === 'sent') return this.end();
    this.#giveUp(`it does not read the answer to ${word}`);
  }

  #onFrame(bytes: Uint8Array, start: number, end: number): void {
    if (this.#held.length === 0 && !this.#isFull) this.#around.replica.onFrame(this.connection, bytes, start, end);
    else if (this.#held === NOTHING_HELD) this.#held = [{ bytes, start, end }];
    else this.#held.push({ bytes, start, end });
  }

  get #isFull(): boolean {
    return this.connection.isSaturated || this.unreadBytes > PAUSE_BYTES;
  }

  // A client that asks faster than it is answered, or reads slower than it asks, is served and read from later.
  #consider(): void {
    if (this.unreadBytes > this.#around.limits.maxUnreadBytes) {
      return this.#giveUp('it does not read its replies');
    }
    this.#serveHeld();
    const mustPause = this.connection.isOpen && (this.#held.length > 0 || this.#isFull);
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.carrier.pause();
    else this.carrier.resume();
  }

  #serveHeld(): void {
    if (this.#held.length === 0 || this.#isFull) return;
    this.#around.scheduleTurn();
    let count = 0;
    while (count < this.#held.length && !this.#isFull) {
      const frame = this.#held[count++];
      if (frame !== undefined) this.#around.replica.onFrame(this.connection, frame.bytes, frame.start, frame.end);
    }
    this.#held = count === this.#held.length ? NOTHING_HELD : this.#held.slice(count);
  }

  #weighPartial(): void {
    const { limits } = this.#around;
    const { bufferedBytes } = this.#decoder;
    const isLarge = limits.largeRequestThreshold >= 0 && bufferedBytes > limits.largeRequestThreshold;
    this.#setPartial(isLarge ? bufferedBytes : 0);
    if (isLarge && this.#around.largePartialBytes > limits.largeRequestMaxBytes) {
      this.#hangUp('too many large requests are under way already');
    }
  }

  #setPartial(bytes: number): void {
    this.#around.largePartialBytes += bytes - this.#partialBytes;
    this.#partialBytes = bytes;
  }

  #hangUp(reason: string): void {
    this.#warn(reason);
    this.end();
  }

  #giveUp(reason: string): void {
    this.#warn(reason);
    this.#leave();
    this.carrier.destroy();
  }

  #warn(reason: string): void {
    this.#around.meters.faultyConnectionCount += 1;
    this.#around.log('warn', `closing the connection of ${this.carrier.peer}: ${reason}`);
  }

  #leave(): void {
    this.#hasLeft = true;
    this.#setPartial(0);
    this.#around.onEnd(this);
    this.#around.replica.onDisconnect(this.connection);
  }
}
