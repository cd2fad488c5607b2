/** A session over a socket that asks whatever a test wants and tells the answers line by line, of whichever server. */
import { Conversation } from './conversation.ts';
import { eventually } from './eventually.ts';
import { RawConnection } from './raw-connection.ts';
import type { Notation, Request } from './requests.ts';

const SESSION_TIMEOUT_MS = 20_000;
const ANSWER_WITHIN_MS = 20_000;

export class SocketClient {
  readonly #connection: RawConnection;
  readonly #conversation: Conversation;
  #seenCount = 0;

  private constructor(connection: RawConnection, conversation: Conversation) {
    this.#connection = connection;
    this.#conversation = conversation;
  }

  static async connect(port: number, notation: Notation): Promise<SocketClient> {
    const client = new SocketClient(await RawConnection.open(port), new Conversation(notation));
    const greeting = client.#conversation.connectRequest({ timeoutMs: SESSION_TIMEOUT_MS });
    client.#connection.sendFrame((writer) => writer.writeBytes(greeting));
    await client.#until(() => client.#conversation.isConnected);
    client.#conversation.take();
    return client;
  }

  get session(): Conversation['session'] {
    return this.#conversation.session;
  }

  /** The last zxid that a reply has shown. */
  get lastZxidSeen(): number {
    return this.#conversation.lastZxidSeen;
  }

  /** Sends all of them at once. @returns what was told until all were answered, or the server hung up */
  async ask(...requests: readonly Request[]): Promise<string[]> {
    for (const request of requests) {
      const payload = this.#conversation.request(request);
      this.#connection.sendFrame((writer) => writer.writeBytes(payload));
    }
    await this.#until(() => this.#conversation.waiting === 0);
    return this.#conversation.take();
  }

  close(): void {
    this.#connection.close();
  }

  async #until(isOver: () => boolean): Promise<void> {
    const { frames } = this.#connection;
    const check = (): boolean => {
      for (; this.#seenCount < frames.length; this.#seenCount++) {
        this.#conversation.onPayload(frames[this.#seenCount] ?? new Uint8Array());
      }
      return isOver() || this.#connection.isClosed;
    };
    await eventually(check, { withinMs: ANSWER_WITHIN_MS, everyMs: 2 });
    if (this.#connection.isClosed) this.#conversation.onClosed();
  }
}
