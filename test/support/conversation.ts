/**
 * A client's side of one connection, whatever carries it: makes the bytes of its requests, pairs replies with them, and
 * tells what came line by line. Requests are numbered; a reply is told as `#number` and the line of `describeReply`.
 */
import { NO_SESSION, type SessionId } from '../../core/ids.ts';
import { readConnectResponse, writeConnectRequest } from '../../core/jute/connect.ts';
import { SpecialXid } from '../../core/jute/op-code.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import {
  describeEvent,
  describeReply,
  encodeRequest,
  type Notation,
  PLAIN_NOTATION,
  type Request,
} from './requests.ts';

export interface ConnectOptions {
  readonly timeoutMs?: number;
  readonly lastZxidSeen?: number;
  readonly session?: SessionId;
  readonly password?: Uint8Array;
  /** null: an old client, which does not send the byte. */
  readonly readOnly?: boolean | null;
}

interface Sent {
  readonly xid: number;
  readonly request: Request;
}

export class Conversation {
  session: SessionId = NO_SESSION;
  password: Uint8Array = new Uint8Array(16);
  timeoutMs = 0;
  /** As a client keeps it: of replies, not of events. */
  lastZxidSeen = 0;
  readonly #notation: Notation;
  #xid = 0;
  #isConnected = false;
  #sent: Sent[] = [];
  #lines: string[] = [];

  constructor(notation: Notation = PLAIN_NOTATION) {
    this.#notation = notation;
  }

  /** Requests without an answer; the ConnectRequest does not count. */
  get waiting(): number {
    return this.#sent.length;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  connectRequest(options: ConnectOptions = {}): Uint8Array {
    const writer = new JuteWriter();
    writeConnectRequest(writer, {
      protocolVersion: 0,
      lastZxidSeen: options.lastZxidSeen ?? 0,
      timeoutMs: options.timeoutMs ?? 10_000,
      sessionId: options.session ?? NO_SESSION,
      password: options.password ?? new Uint8Array(16),
      readOnly: options.readOnly === undefined ? false : options.readOnly,
    });
    return writer.copy();
  }

  /** The payload of the next request. */
  request(request: Request): Uint8Array {
    const xid = request.op === 'ping' ? SpecialXid.ping : ++this.#xid;
    this.#sent.push({ xid, request });
    return encodeRequest(xid, request);
  }

  onClosed(): void {
    this.#lines.push('closed');
  }

  onPayload(payload: Uint8Array): void {
    const reader = new JuteReader(payload);
    if (!this.#isConnected) return this.#onConnectResponse(reader);
    const xid = reader.readInt();
    const zxid = reader.readLong();
    reader.position = 0;
    if (xid === SpecialXid.watchEvent) {
      this.#lines.push(describeEvent(reader, this.#notation));
      return;
    }
    if (zxid > 0) this.lastZxidSeen = zxid;
    const index = this.#sent.findIndex((sent) => sent.xid === xid);
    const [sent] = index < 0 ? [] : this.#sent.splice(index, 1);
    const number = xid < 0 ? '' : `#${xid} `;
    const order = index > 0 ? 'out of order: ' : '';
    if (sent === undefined) this.#lines.push(`reply ${xid} to nothing`);
    else this.#lines.push(`${order}${number}${describeReply(reader, sent.request, this.#notation)}`);
  }

  /** The lines since the last call; `closed` is the last one if the server has hung up. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  #onConnectResponse(reader: JuteReader): void {
    this.#isConnected = true;
    const response = readConnectResponse(reader);
    this.session = response.sessionId;
    this.password = Uint8Array.from(response.password);
    this.timeoutMs = response.timeoutMs;
    const kind = response.readOnly === true ? ' read-only' : '';
    this.#lines.push(response.timeoutMs === 0 ? 'refused' : `connected ${response.timeoutMs}${kind}`);
  }
}
