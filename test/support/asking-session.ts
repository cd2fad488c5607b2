/** A session over TCP, with any ZooKeeper, that asks one thing at a time and is told the answer as a line. */

import { Conversation } from './conversation.ts';
import { eventually } from './eventually.ts';
import { RawConnection } from './raw-connection.ts';
import type { Request } from './requests.ts';

const SESSION_TIMEOUT_MS = 40_000;

export class AskingSession {
  readonly #connection: RawConnection;
  readonly #conversation: Conversation;
  #base = 0;
  #framesRead = 0;

  private constructor(connection: RawConnection) {
    this.#connection = connection;
    this.#conversation = new Conversation({ zxid: (zxid) => this.#nameOf(zxid), session: () => 'its session' });
  }

  /** From here on zxids are told as their distance from the last one at the beginning of the session. */
  static async begin(port: number): Promise<AskingSession> {
    const session = new AskingSession(await RawConnection.open(port));
    const { conversation, connection } = { conversation: session.#conversation, connection: session.#connection };
    const greeting = conversation.connectRequest({ timeoutMs: SESSION_TIMEOUT_MS });
    connection.sendFrame((writer) => writer.writeBytes(greeting));
    await session.#until(() => conversation.isConnected);
    await session.ask({ op: 'sync', path: '/' });
    session.#base = conversation.lastZxidSeen;
    return session;
  }

  /** The answer as `describeReply` tells it; with what the server did besides, a line each. */
  async ask(request: Request): Promise<string> {
    const payload = this.#conversation.request(request);
    this.#connection.sendFrame((writer) => writer.writeBytes(payload));
    await this.#until(() => this.#conversation.waiting === 0);
    return this.#take();
  }

  /** Asks again and again until the answer matches. */
  async askUntil(request: Request, pattern: RegExp): Promise<string> {
    let answer = '';
    await eventually(
      async () => {
        answer = await this.ask(request);
        return pattern.test(answer);
      },
      { withinMs: 30_000, everyMs: 20 },
    );
    return answer;
  }

  async end(): Promise<void> {
    if (!this.#connection.isClosed) await this.ask({ op: 'closeSession' });
    this.#connection.close();
  }

  async #until(isOver: () => boolean): Promise<void> {
    await eventually(() => {
      this.#read();
      return isOver() || this.#connection.isClosed;
    });
  }

  #read(): void {
    for (const frame of this.#connection.frames.slice(this.#framesRead)) this.#conversation.onPayload(frame);
    this.#framesRead = this.#connection.frames.length;
  }

  #take(): string {
    const lines = this.#conversation.take().map((line) => line.replace(/^#\d+ /, ''));
    return lines.join('\n');
  }

  #nameOf(zxid: number): string {
    if (zxid <= 0) return String(zxid);
    return zxid > this.#base ? `+${zxid - this.#base}` : 'before';
  }
}
