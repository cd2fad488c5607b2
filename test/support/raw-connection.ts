/**
 * A connection to a client port that says whatever a test wants, right or wrong, byte by byte, and shows what comes back:
 * frames, and the end.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { NO_SESSION } from '../../core/ids.ts';
import { writeConnectRequest } from '../../core/jute/connect.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { eventually } from './eventually.ts';

export class RawConnection {
  /** Payloads received, without their lengths. */
  readonly frames: Buffer[] = [];
  /** Resolves when the server has ended the connection, or it was lost. */
  readonly closed: Promise<void>;
  isClosed = false;
  /** With 127.0.0.1, the address that the server sees. */
  localPort = 0;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new FrameDecoder();
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk, (bytes, start, end) => this.frames.push(Buffer.from(bytes.subarray(start, end))));
    });
    // A reset is an end like any other here.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    connection.localPort = socket.localPort ?? 0;
    return connection;
  }

  /** Opens a connection and a session on it. */
  static async withSession(port: number): Promise<RawConnection> {
    const connection = await RawConnection.open(port);
    connection.sendFrame((writer) => {
      writeConnectRequest(writer, {
        protocolVersion: 0,
        lastZxidSeen: 0,
        timeoutMs: 10_000,
        sessionId: NO_SESSION,
        password: Buffer.alloc(16),
        readOnly: false,
      });
    });
    await connection.untilFrames(1);
    return connection;
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  sendFrame(write: (writer: JuteWriter) => void): void {
    const writer = new JuteWriter(64);
    const start = writer.reserve(4);
    write(writer);
    writer.patchInt(start, writer.length - start - 4);
    this.send(writer.copy());
  }

  /** @returns all frames so far, once there are so many */
  async untilFrames(count: number): Promise<readonly Buffer[]> {
    await eventually(() => this.frames.length >= count || this.isClosed);
    return this.frames;
  }

  /** Reads no more, until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}
