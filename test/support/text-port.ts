/** Plain text over a connection of its own: what people type into nc or telnet, and what comes back until the end. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class TextPort {
  /** All that has come. */
  text = '';
  isClosed = false;
  readonly closed: Promise<void>;
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
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

  static async open(port: number): Promise<TextPort> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const opened = new TextPort(socket);
    await once(socket, 'connect');
    return opened;
  }

  /** Resolves once the bytes are the system's, so that the next ones travel by themselves. */
  send(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** Waits until the other side has ended it. @returns all that has come */
  async rest(): Promise<string> {
    await this.closed;
    return this.text;
  }
}

/** Sends all of it at once and keeps its own half open, as nc does. @returns the answer, once the server has hung up */
export async function ask(port: number, bytes: string | Buffer): Promise<string> {
  const opened = await TextPort.open(port);
  void opened.send(bytes);
  return await opened.rest();
}
