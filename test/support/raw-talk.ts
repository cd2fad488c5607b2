/** A conversation over a socket that says what it is told, handshakes of any shape included, and notes what comes back. */
import { type ConnectOptions, Conversation } from './conversation.ts';
import { eventually } from './eventually.ts';
import { RawConnection } from './raw-connection.ts';
import type { Notation, Request } from './requests.ts';

/** What differs between two servers of equal behaviour is not written. */
const NO_IDS: Notation = { zxid: () => 'z', session: () => 's' };
const ANSWER_WITHIN_MS = 30_000;

export class RawTalk {
  readonly connection: RawConnection;
  conversation = new Conversation(NO_IDS);
  #framesRead = 0;

  private constructor(connection: RawConnection) {
    this.connection = connection;
  }

  static async open(port: number): Promise<RawTalk> {
    return new RawTalk(await RawConnection.open(port));
  }

  /** Opens a connection and sends a ConnectRequest. @returns it, with what came of it not yet read */
  static async begin(port: number, options: ConnectOptions = {}): Promise<RawTalk> {
    const talk = await RawTalk.open(port);
    talk.sendPayload(talk.conversation.connectRequest(options));
    return talk;
  }

  /** The same, once the session is there. */
  static async session(port: number, options: ConnectOptions = {}): Promise<RawTalk> {
    const talk = await RawTalk.begin(port, options);
    const [greeting] = await talk.hear(1);
    if (greeting?.startsWith('connected') !== true) throw new Error(`no session: ${greeting}`);
    return talk;
  }

  /** As a client that comes back to its session. */
  again(port: number, options: ConnectOptions = {}): Promise<RawTalk> {
    const { session, password, lastZxidSeen } = this.conversation;
    return RawTalk.begin(port, { session, password, lastZxidSeen, ...options });
  }

  sendPayload(payload: Uint8Array): void {
    this.connection.sendFrame((writer) => writer.writeBytes(payload));
  }

  send(...requests: readonly Request[]): void {
    for (const request of requests) this.sendPayload(this.conversation.request(request));
  }

  /** Waits for so many frames or for the end. @returns a line for each, and `closed` */
  async hear(count: number): Promise<string[]> {
    const goal = this.#framesRead + count;
    const { connection } = this;
    await eventually(() => connection.frames.length >= goal || connection.isClosed, { withinMs: ANSWER_WITHIN_MS });
    for (; this.#framesRead < connection.frames.length; this.#framesRead++) {
      this.conversation.onPayload(connection.frames[this.#framesRead] ?? Buffer.alloc(0));
    }
    const lines = this.conversation.take();
    return connection.isClosed ? [...lines, 'closed'] : lines;
  }

  /** Waits for the server to hang up. @returns what came before, and `closed` */
  hearAll(): Promise<string[]> {
    return this.hear(Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.connection.close();
  }
}
