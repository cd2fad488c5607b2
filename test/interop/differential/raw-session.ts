/** One session over plain sockets: sends payloads, waits for their answers, can be taken over by a second connection. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameDecoder } from '../../../core/jute/frame.ts';
import { Conversation } from '../../support/conversation.ts';
import type { Notation, Request } from '../../support/requests.ts';

const ANSWER_WITHIN_MS = 5000;
const SESSION_TIMEOUT_MS = 40_000;

export class RawSession {
  readonly #port: number;
  readonly #notation: Notation;
  #conversation: Conversation;
  #socket: Socket | null = null;
  #lines: string[] = [];
  #onProgress: () => void = () => undefined;

  constructor(port: number, notation: Notation) {
    this.#port = port;
    this.#notation = notation;
    this.#conversation = new Conversation(notation);
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  get id(): Conversation['session'] {
    return this.#conversation.session;
  }

  get lastZxidSeen(): number {
    return this.#conversation.lastZxidSeen;
  }

  /** Begins the session, or takes it over from the connection before. */
  async connect(): Promise<void> {
    const before = this.#conversation;
    const previous = this.#socket;
    const { session, password, lastZxidSeen } = before;
    const conversation = new Conversation(this.#notation);
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    this.#listen(socket, conversation);
    this.#conversation = conversation;
    this.#socket = socket;
    send(socket, [conversation.connectRequest({ session, password, lastZxidSeen, timeoutMs: SESSION_TIMEOUT_MS })]);
    await this.#until(() => conversation.isConnected && (previous === null || previous.destroyed));
    this.#lines.push(...before.take());
  }

  /** Sends all of them in one write; resolves when they are answered, the connection has ended, or time is up. */
  async ask(requests: readonly Request[]): Promise<void> {
    const socket = this.#socket;
    if (socket === null) throw new Error('the session is not connected');
    const conversation = this.#conversation;
    send(
      socket,
      requests.map((request) => conversation.request(request)),
    );
    await this.#until(() => conversation.waiting === 0 || this.#socket === null);
  }

  /** Resolves once the server has hung up. */
  async untilClosed(): Promise<void> {
    await this.#until(() => this.#socket === null);
  }

  /** What came since the last call. */
  take(): string[] {
    this.#lines.push(...this.#conversation.take());
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** Ends the connection from this side. */
  async destroy(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  }

  #listen(socket: Socket, conversation: Conversation): void {
    const decoder = new FrameDecoder(1 << 24);
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk, (bytes, start, end) => conversation.onPayload(bytes.subarray(start, end)));
      this.#onProgress();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      conversation.onClosed();
      if (this.#socket === socket) this.#socket = null;
      this.#onProgress();
    });
  }

  async #until(isOver: () => boolean): Promise<void> {
    if (isOver()) return;
    await new Promise<void>((resolve) => {
      const end = (line: string | null): void => {
        clearTimeout(timer);
        this.#onProgress = () => undefined;
        if (line !== null) this.#lines.push(...this.#conversation.take(), line);
        resolve();
      };
      const timer = setTimeout(() => end('no answer'), ANSWER_WITHIN_MS);
      this.#onProgress = () => {
        if (isOver()) end(null);
      };
    });
  }
}

function send(socket: Socket, payloads: readonly Uint8Array[]): void {
  const frames = payloads.flatMap((payload) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(payload.length);
    return [length, payload];
  });
  socket.write(Buffer.concat(frames));
}
