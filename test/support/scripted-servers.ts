/**
 * Servers that do what a test says, frame by frame, without sockets and without time: the other end of a client whose
 * every byte and every millisecond is decided by the test.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { makeSessionId, type SessionId } from '../../core/ids.ts';
import { type ConnectRequest, readConnectRequest, refusal, writeConnectResponse } from '../../core/jute/connect.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { writeReplyHeader, writeWatchedEvent } from '../../core/jute/request.ts';
import type { Stat } from '../../core/jute/stat.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { SessionClock } from '../../runtime/client/clock.ts';
import type { OpenTransport, TransportListener } from '../../runtime/client/transport.ts';

export const SESSION_ID: SessionId = makeSessionId(0x01000001, 0x23456789);
export const PASSWORD = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

/** One request as it arrived. */
export interface Received {
  readonly xid: number;
  readonly op: number;
  /** Stands at the body. */
  readonly body: JuteReader;
}

/** What becomes of a reply's body. */
export type WriteReply = (writer: JuteWriter) => void;

export class ScriptedConnection {
  readonly host: string;
  handshake: ConnectRequest | null = null;
  readonly received: Received[] = [];
  /** Number of writes to the transport, the handshake included. */
  writes = 0;
  isClosed = false;
  /** A four-letter word, where one was sent in place of a handshake. */
  text = '';
  readonly #listener: TransportListener;
  readonly #decoder = new FrameDecoder();

  constructor(host: string, listener: TransportListener) {
    this.host = host;
    this.#listener = listener;
  }

  /** The transport is open: the client says its handshake. */
  open(): void {
    this.#listener.onOpen();
  }

  /** Opens, and grants the session. */
  accept({ timeoutMs = 30_000, sessionId = SESSION_ID, readOnly = false } = {}): void {
    if (this.handshake === null) this.open();
    this.#send((writer) =>
      writeConnectResponse(writer, { protocolVersion: 0, timeoutMs, sessionId, password: PASSWORD, readOnly }),
    );
  }

  /** Opens, and says that the session is no more. */
  refuseSession(): void {
    if (this.handshake === null) this.open();
    this.#send((writer) => writeConnectResponse(writer, refusal(false)));
  }

  reply(
    xid: number,
    { zxid = 1, error = 0, body = () => undefined }: { zxid?: number; error?: number; body?: WriteReply } = {},
  ): void {
    this.#send((writer) => {
      writeReplyHeader(writer, xid, zxid, error);
      body(writer);
    });
  }

  event(type: number, path: string, zxid = -1): void {
    this.#send((writer) => {
      writeReplyHeader(writer, -1, zxid, 0);
      writeWatchedEvent(writer, { type, state: 3, path });
    });
  }

  /** The connection ends from the server's side. */
  close(reason = 'closed by the script'): void {
    this.isClosed = true;
    this.#listener.onClose(new Error(reason));
  }

  raw(bytes: Uint8Array): void {
    this.#listener.onChunk(bytes);
  }

  get ops(): readonly number[] {
    return this.received.map(({ op }) => op);
  }

  onWrite(bytes: Uint8Array): void {
    this.writes += 1;
    // A four-letter word, which is no frame.
    if (this.handshake === null && bytes.length === 4) {
      this.text += Buffer.from(bytes).toString('latin1');
      return;
    }
    this.#decoder.push(bytes, (frame, start, end) => {
      const reader = new JuteReader(frame, start, end);
      if (this.handshake === null) {
        this.handshake = readConnectRequest(reader);
        return;
      }
      const xid = reader.readInt();
      this.received.push({ xid, op: reader.readInt(), body: reader });
    });
  }

  #send(write: WriteReply): void {
    const writer = new JuteWriter();
    writer.writeInt(0);
    write(writer);
    writer.patchInt(0, writer.length - 4);
    this.#listener.onChunk(writer.copy());
  }
}

export class ScriptedServers {
  /** In the order in which the client tried them. */
  readonly connections: ScriptedConnection[] = [];

  readonly openTransport: OpenTransport = (server, listener) => {
    const connection = new ScriptedConnection(server.host, listener);
    this.connections.push(connection);
    return {
      write: (bytes) => connection.onWrite(bytes),
      close: () => {
        connection.isClosed = true;
      },
    };
  };

  /** The connection that the client tried last. */
  get last(): ScriptedConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('the client has not connected');
    return connection;
  }
}

interface Timer {
  readonly dueMs: number;
  readonly onTime: () => void;
}

/** Time that stands still until the test moves it, and chance that always says the same. */
export class ScriptedClock implements SessionClock {
  #nowMs = 0;
  #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  startTimer(delayMs: number, onTime: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, onTime };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  random(): number {
    return 0;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms` and fires each timer at its moment; what they set in motion in promises comes to rest. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.onTime();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  /** Moves on at once, as when the process was held up: timers that fell due meanwhile fire late. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms;
    await this.advance(0);
  }
}

/** Lets ticks and promise reactions run, so that what a turn asked for is sent. */
export async function settle(): Promise<void> {
  await nextTurn();
}

export function makeStat(changes: Partial<Stat> = {}): Stat {
  const zero = { czxid: 1, mzxid: 1, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0 };
  return { ...zero, ephemeralOwner: makeSessionId(0, 0), dataLength: 0, numChildren: 0, pzxid: 1, ...changes };
}
