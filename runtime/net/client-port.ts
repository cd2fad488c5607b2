/** A replica's client port: accepts TCP connections on the replica's own thread (NIOServerCnxnFactory). */

import net from 'node:net';
import type { AcceptClient, ClientCarrier } from './client-carrier.ts';

export interface ClientPortOptions {
  readonly host: string;
  /** 0: a free port, see `port`. */
  readonly port: number;
  readonly accept: AcceptClient;
}

export class ClientPort {
  readonly port: number;
  readonly #server: net.Server;
  readonly #sockets: Set<net.Socket>;

  private constructor(server: net.Server, sockets: Set<net.Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    const address = server.address();
    this.port = address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** @throws the system's error (EADDRINUSE, EACCES …) when the port cannot be had */
  static listen({ host, port, accept }: ClientPortOptions): Promise<ClientPort> {
    const sockets = new Set<net.Socket>();
    // Small replies must not wait for delayed acks, so no Nagle.
    // Some clients close their half behind a four-letter word, and then wait for the answer.
    const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      serve(socket, accept);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve(new ClientPort(server, sockets));
      });
    });
  }

  /** Accepts no more and hangs up on whoever is left. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

function serve(socket: net.Socket, accept: AcceptClient): void {
  const session = accept(new SocketCarrier(socket), plainAddress(socket.remoteAddress));
  socket.on('data', (chunk: Buffer) => session.onChunk(chunk));
  socket.on('drain', () => session.onDrain());
  socket.once('end', () => session.onEnd());
  // A reset is an ordinary end; 'close' follows it.
  socket.on('error', () => undefined);
  socket.once('close', () => session.onClose());
}

class SocketCarrier implements ClientCarrier {
  readonly isRemote = true;
  readonly peer: string;
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    const address = plainAddress(socket.remoteAddress);
    this.peer = `${address.includes(':') ? `[${address}]` : address}:${socket.remotePort}`;
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
    // A client that never closes its side would otherwise keep the socket for ever.
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

/** IPv4 addresses arrive in IPv6 clothing when the port listens on both. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
