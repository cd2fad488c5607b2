/**
 * A client of a replica in memory: sends frames at once, reads what the replica has written, and tells the conversation
 * line by line. Requests are numbered as they are sent; a reply is told as `#number` and the line of `describeReply`.
 */
import type { SessionId } from '../../core/ids.ts';
import { NO_SESSION } from '../../core/ids.ts';
import { readConnectResponse, writeConnectRequest } from '../../core/jute/connect.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import { SpecialXid } from '../../core/jute/op-code.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { Connection } from '../../core/server/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import { describeEvent, describeReply, encodeRequest, type Request } from './requests.ts';

export interface ConnectOptions {
  readonly timeoutMs?: number;
  readonly lastZxidSeen?: number;
  readonly session?: SessionId;
  readonly password?: Uint8Array;
  /** The first request's number less one. */
  readonly xid?: number;
  /** null: an old client, which does not send the byte. */
  readonly readOnly?: boolean | null;
}

interface Sent {
  readonly xid: number;
  readonly request: Request;
}

export class TestClient {
  readonly connection: Connection;
  session: SessionId = NO_SESSION;
  password: Uint8Array = new Uint8Array(16);
  timeoutMs = 0;
  lastZxidSeen = 0;
  isClosed = false;
  /** The replies as they came, framed. */
  readonly frames: Uint8Array[] = [];
  readonly replica: Replica;
  readonly #decoder = new FrameDecoder();
  #xid = 0;
  #isConnected = false;
  #sent: Sent[] = [];
  #lines: string[] = [];

  constructor(replica: Replica, address = '127.0.0.1') {
    this.replica = replica;
    this.connection = replica.onConnect(address);
  }

  /** The ConnectRequest; nothing waits for the answer. */
  connect(options: ConnectOptions = {}): this {
    this.#xid = options.xid ?? this.#xid;
    const writer = new JuteWriter();
    writeConnectRequest(writer, {
      protocolVersion: 0,
      lastZxidSeen: options.lastZxidSeen ?? 0,
      timeoutMs: options.timeoutMs ?? 10_000,
      sessionId: options.session ?? NO_SESSION,
      password: options.password ?? new Uint8Array(16),
      readOnly: options.readOnly === undefined ? false : options.readOnly,
    });
    this.sendPayload(writer.copy());
    return this;
  }

  /** Sends a request and returns its number. */
  send(request: Request, xid = request.op === 'ping' ? SpecialXid.ping : ++this.#xid): number {
    this.#sent.push({ xid, request });
    this.sendPayload(encodeRequest(xid, request));
    return xid;
  }

  sendPayload(payload: Uint8Array): void {
    // A copy at an odd place: nobody may rely on how a frame lies in memory.
    const bytes = new Uint8Array(payload.length + 7);
    bytes.set(payload, 3);
    this.replica.onFrame(this.connection, bytes, 3, 3 + payload.length);
  }

  /** The client's side of the connection goes away. */
  hangUp(): void {
    this.isClosed = true;
    this.replica.onDisconnect(this.connection);
  }

  /** What has come since the last call, one line each; `closed` last if the server has hung up. */
  take(): string {
    const lines = this.#lines;
    this.#lines = [];
    return lines.join('\n');
  }

  /** Requests without an answer. */
  get waiting(): number {
    return this.#sent.length;
  }

  /** For the world: the connection has output, or has ended. */
  collect(): void {
    const { output, phase } = this.connection;
    if (output.length > 0) {
      this.#decoder.push(output.detach(), (bytes, start, end) => this.#onFrame(bytes.subarray(start, end)));
    }
    if (phase !== 'finishing') return;
    this.#lines.push('closed');
    this.isClosed = true;
    this.replica.onDisconnect(this.connection);
  }

  #onFrame(payload: Uint8Array): void {
    this.frames.push(Uint8Array.from(payload));
    const reader = new JuteReader(payload);
    if (!this.#isConnected) return this.#onConnectResponse(reader);
    const xid = reader.readInt();
    const at = reader.position;
    const zxid = reader.readLong();
    reader.position = at - 4;
    if (xid === SpecialXid.watchEvent) {
      this.#lines.push(describeEvent(reader));
      return;
    }
    if (zxid > 0) this.lastZxidSeen = zxid;
    const index = this.#sent.findIndex((sent) => sent.xid === xid);
    const [sent] = index < 0 ? [] : this.#sent.splice(index, 1);
    const order = index > 0 ? 'OUT OF ORDER ' : '';
    if (sent === undefined) this.#lines.push(`reply  to nothing`);
    else this.#lines.push(`${order}${xid < 0 ? '' : `#${xid} `}${describeReply(reader, sent.request)}`);
  }

  #onConnectResponse(reader: JuteReader): void {
    this.#isConnected = true;
    const response = readConnectResponse(reader);
    this.session = response.sessionId;
    this.password = Uint8Array.from(response.password);
    this.timeoutMs = response.timeoutMs;
    this.#lines.push(response.timeoutMs === 0 ? 'refused' : `connected ${response.timeoutMs}`);
  }
}
