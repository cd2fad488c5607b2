/**
 * One connection to a client port: shakes hands, sends requests many at a time, pairs answers with them in their order,
 * and writes down what came, line by line, until the server hangs up.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SessionId } from '../../../core/ids.ts';
import { type ConnectRequest, readConnectResponse, writeConnectRequest } from '../../../core/jute/connect.ts';
import { FrameDecoder } from '../../../core/jute/frame.ts';
import { JuteReader } from '../../../core/jute/reader.ts';
import { JuteWriter } from '../../../core/jute/writer.ts';
import { describeEvent, describeReply, type Notation } from './describe.ts';
import { encodeRequest } from './encode.ts';
import type { Request } from './operation.ts';

const ANSWER_WITHIN_MS = 10_000;
const FRAME_BYTES_MAX = 1 << 24;
const WATCH_EVENT = -1;
const MARSHALLING_ERROR = -5;
const UNIMPLEMENTED = -6;
const AUTH_FAILED = -115;
const SESSION_CLOSED_REQUIRE_SASL = -124;

export interface WireNotation extends Notation {
  /** The server could not decode a request: some give it a zxid nevertheless. */
  undecodable(request: Request, zxid: number): void;
}

interface Sent {
  readonly xid: number;
  /** Null: the sync by which the connection catches up; of its answer only the zxid is told. */
  readonly request: Request | null;
}

export class Wire {
  session: SessionId | null = null;
  password: Uint8Array = new Uint8Array(16);
  /** Highest zxid of a reply, as clients keep it; 0 before the first. */
  lastZxidSeen = 0;
  isOpen = true;
  readonly #notation: WireNotation;
  readonly #socket: Socket;
  #xid = 0;
  #isConnected = false;
  /** The server has said what it says before it hangs up. */
  #isDoomed = false;
  #sent: Sent[] = [];
  #lines: string[] = [];
  #onProgress: () => void = () => undefined;

  private constructor(socket: Socket, notation: WireNotation) {
    this.#socket = socket;
    this.#notation = notation;
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk, (bytes, start, end) => this.#onPayload(bytes.subarray(start, end)));
      this.#onProgress();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isOpen = false;
      this.#lines.push('closed');
      this.#onProgress();
    });
  }

  /** Resolves when the server has accepted or refused the session, or has hung up. */
  static async open(port: number, request: ConnectRequest, notation: WireNotation): Promise<Wire> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const wire = new Wire(socket, notation);
    const writer = new JuteWriter();
    writeConnectRequest(writer, request);
    wire.#send([writer.copy()]);
    await wire.#until(() => wire.#isConnected || !wire.isOpen);
    return wire;
  }

  /** Sends all of them in one write, a sync before them; resolves when they are answered or the connection has ended. */
  async ask(requests: readonly Request[]): Promise<void> {
    const payloads = [this.#encode({ op: 'sync', path: '/' }, null)];
    for (const request of requests) payloads.push(this.#encode(request, request));
    this.#send(payloads);
    await this.#until(() => !this.isOpen || (this.#sent.length === 0 && !this.#isDoomed));
  }

  /** For a request that ends what a connection was good for, or may overtake what was asked before it. */
  async askWithoutSync(request: Request): Promise<void> {
    this.#send([this.#encode(request, request)]);
    await this.#until(() => !this.isOpen || (this.#sent.length === 0 && !this.#isDoomed));
  }

  async untilClosed(): Promise<void> {
    await this.#until(() => !this.isOpen);
  }

  /** Ends the connection from this side. */
  async hangUp(): Promise<void> {
    if (!this.isOpen) return;
    this.#socket.destroy();
    await this.untilClosed();
    this.#lines.pop();
  }

  /** What came since the last call. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  async #until(isOver: () => boolean): Promise<void> {
    if (isOver()) return;
    await new Promise<void>((resolve) => {
      const end = (line: string | null): void => {
        clearTimeout(timer);
        this.#onProgress = () => undefined;
        if (line !== null) this.#lines.push(line);
        resolve();
      };
      const timer = setTimeout(() => end('no answer'), ANSWER_WITHIN_MS);
      this.#onProgress = () => {
        if (isOver()) end(null);
      };
    });
  }

  #encode(request: Request, told: Request | null): Uint8Array {
    const { xid, payload } = encodeRequest(request, () => ++this.#xid);
    this.#sent.push({ xid, request: told });
    return payload;
  }

  #send(payloads: readonly Uint8Array[]): void {
    const frames = payloads.flatMap((payload) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(payload.length);
      return [length, payload];
    });
    this.#socket.write(Buffer.concat(frames));
  }

  #onPayload(payload: Uint8Array): void {
    const reader = new JuteReader(payload);
    if (!this.#isConnected) return this.#onConnectResponse(reader);
    const xid = reader.readInt();
    if (xid === WATCH_EVENT) {
      this.#lines.push(describeEvent(reader, this.#notation));
      return;
    }
    const sent = this.#sent.shift();
    this.#lines.push(sent?.xid === xid ? this.#describe(reader, sent) : `reply to ${xid}, due is ${sent?.xid}`);
  }

  #describe(reader: JuteReader, { request }: Sent): string {
    const start = reader.position;
    const zxid = reader.readLong();
    const error = reader.readInt();
    if (zxid > 0) this.lastZxidSeen = zxid;
    const isUnknown = error === UNIMPLEMENTED && zxid === -1;
    if (isUnknown || error === AUTH_FAILED || error === SESSION_CLOSED_REQUIRE_SASL) this.#isDoomed = true;
    if (request === null) return `at ${this.#notation.zxid(zxid)}${error === 0 ? '' : ` sync failed with ${error}`}`;
    if (error === MARSHALLING_ERROR) this.#notation.undecodable(request, zxid);
    reader.position = start;
    return describeReply(reader, request, this.#notation);
  }

  #onConnectResponse(reader: JuteReader): void {
    this.#isConnected = true;
    const { timeoutMs, sessionId, password, readOnly } = readConnectResponse(reader);
    const flag = readOnly === null ? ', without a flag' : readOnly ? ', read-only' : '';
    if (timeoutMs === 0) {
      const isPlain = sessionId.hi === 0 && sessionId.lo === 0 && password.every((byte) => byte === 0);
      this.#lines.push(`refused${flag}${isPlain && password.length === 16 ? '' : ', but told more'}`);
      return;
    }
    this.session = sessionId;
    this.password = Uint8Array.from(password);
    this.#lines.push(`connected for ${timeoutMs} ms, password of ${password.length} bytes${flag}`);
  }
}
