/** A client of a replica in memory: its frames arrive at once, and what the replica has written is read when collected. */
import type { SessionId } from '../../core/ids.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import type { Connection } from '../../core/server/connections/connection.ts';
import type { Replica } from '../../core/server/replica.ts';
import { type ConnectOptions, Conversation } from './conversation.ts';
import type { Request } from './requests.ts';

export class TestClient {
  readonly replica: Replica;
  readonly connection: Connection;
  /** The payloads as they came. */
  readonly frames: Uint8Array[] = [];
  isClosed = false;
  readonly #conversation = new Conversation();
  readonly #decoder = new FrameDecoder();

  constructor(replica: Replica, address = '127.0.0.1', certificate: Uint8Array | null = null) {
    this.replica = replica;
    this.connection = replica.onConnect(address, certificate);
  }

  get session(): SessionId {
    return this.#conversation.session;
  }

  get password(): Uint8Array {
    return this.#conversation.password;
  }

  get lastZxidSeen(): number {
    return this.#conversation.lastZxidSeen;
  }

  /** Sends the ConnectRequest; nothing waits for the answer. */
  connect(options: ConnectOptions = {}): this {
    this.sendPayload(this.#conversation.connectRequest(options));
    return this;
  }

  send(request: Request): void {
    this.sendPayload(this.#conversation.request(request));
  }

  sendPayload(payload: Uint8Array): void {
    // A copy at an odd place: nobody may rely on how a frame lies in memory.
    const bytes = new Uint8Array(payload.length + 7);
    bytes.set(payload, 3);
    this.replica.onFrame(this.connection, bytes, 3, 3 + payload.length);
  }

  /** What has come since the last call, one line each; `closed` last if the server has hung up. */
  take(): string {
    return this.#conversation.take().join('\n');
  }

  /** For the world: the connection has output, or has ended. */
  collect(): void {
    const { output, phase } = this.connection;
    if (output.length > 0) {
      this.#decoder.push(output.detach(), (bytes, start, end) => {
        const payload = bytes.slice(start, end);
        this.frames.push(payload);
        this.#conversation.onPayload(payload);
      });
    }
    if (phase !== 'finishing') return;
    this.#conversation.onClosed();
    this.isClosed = true;
    this.replica.onDisconnect(this.connection);
  }
}
