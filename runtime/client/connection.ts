/**
 * One connection to one server: opened, the handshake said, frames in and out, ended. A session outlives many of these.
 *
 *     opening ──onOpen──▶ handshake ──ConnectResponse──▶ established
 *        └───────────────────┴──────────────┴──▶ down (told once, unless the session closed it)
 *
 * It keeps the times of the last byte in each direction; judging them is the session's part. A frame that does not decode
 * ends the connection: after a misread byte nothing that follows can be trusted.
 */

import {
  type ConnectRequest,
  type ConnectResponse,
  readConnectResponse,
  writeConnectRequest,
} from '../../core/jute/connect.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import { JuteError, JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { SessionClock } from './clock.ts';
import type { ServerAddress } from './connect-string.ts';
import { FRAME_PREFIX_SIZE } from './frame-writer.ts';
import type { OpenTransport, Transport } from './transport.ts';

export interface ConnectionListener {
  onHandshake(response: ConnectResponse): void;
  /** The reader stands at a ReplyHeader; it and its bytes are lent for the call. @throws JuteError to end the connection */
  onFrame(reader: JuteReader): void;
  onDown(cause: Error): void;
}

export interface ConnectionParts {
  readonly server: ServerAddress;
  readonly openTransport: OpenTransport;
  readonly request: ConnectRequest;
  readonly frameBytesMax: number;
  readonly clock: SessionClock;
  readonly listener: ConnectionListener;
}

export class Connection {
  readonly server: ServerAddress;
  lastSentMs: number;
  readonly #clock: SessionClock;
  readonly #listener: ConnectionListener;
  readonly #decoder: FrameDecoder;
  readonly #reader = new JuteReader();
  readonly #transport: Transport;
  #lastHeardMs: number;
  #isEstablished = false;
  #isDown = false;

  constructor({ server, openTransport, request, frameBytesMax, clock, listener }: ConnectionParts) {
    this.server = server;
    this.#clock = clock;
    this.#listener = listener;
    this.#decoder = new FrameDecoder(frameBytesMax);
    this.#lastHeardMs = clock.nowMs();
    this.lastSentMs = this.#lastHeardMs;
    this.#transport = openTransport(server, {
      onOpen: () => this.write(encodeHandshake(request)),
      onChunk: (chunk) => this.#onChunk(chunk),
      onClose: (cause) => this.fail(cause),
    });
  }

  /** When the server was last known to be there. */
  get lastHeardMs(): number {
    return this.#transport.tellsEnd === true && !this.#isDown ? this.#clock.nowMs() : this.#lastHeardMs;
  }

  /** The handshake was answered, whatever happened since. */
  get wasEstablished(): boolean {
    return this.#isEstablished;
  }

  get isEstablished(): boolean {
    return this.#isEstablished && !this.#isDown;
  }

  /** Takes the bytes over. */
  write(bytes: Uint8Array): void {
    if (this.#isDown) return;
    this.lastSentMs = this.#clock.nowMs();
    this.#transport.write(bytes);
  }

  /** Ends the connection for a reason of ours, and tells. */
  fail(cause: Error): void {
    if (this.#isDown) return;
    this.close();
    this.#listener.onDown(cause);
  }

  /** Ends the connection without telling. Idempotent. */
  close(): void {
    this.#lastHeardMs = this.lastHeardMs;
    this.#isDown = true;
    this.#transport.close();
  }

  #onChunk(chunk: Uint8Array): void {
    if (this.#isDown) return;
    this.#lastHeardMs = this.#clock.nowMs();
    try {
      this.#decoder.push(chunk, this.#onFrame);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      this.fail(error);
    }
  }

  readonly #onFrame = (bytes: Uint8Array, start: number, end: number): void => {
    // A frame earlier in the same chunk may have led to the end of this connection.
    if (this.#isDown) return;
    this.#reader.reset(bytes, start, end);
    if (this.#isEstablished) {
      this.#listener.onFrame(this.#reader);
      return;
    }
    const response = readConnectResponse(this.#reader);
    this.#isEstablished = true;
    this.#listener.onHandshake(response);
  };
}

function encodeHandshake(request: ConnectRequest): Uint8Array {
  const writer = new JuteWriter(64);
  const start = writer.reserve(FRAME_PREFIX_SIZE);
  writeConnectRequest(writer, request);
  writer.patchInt(start, writer.length - start - FRAME_PREFIX_SIZE);
  return writer.copy();
}
