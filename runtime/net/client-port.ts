/** A replica's client port: accepts TCP connections on the replica's own thread (NIOServerCnxnFactory). */

import net from 'node:net';
import type { AcceptClient, ClientCarrier } from './client-carrier.ts';
import { addressOf, peerOf } from './peer-address.ts';
import type { TlsGate, TlsGateOptions } from './tls-gate.ts';

export interface ClientPortOptions {
  readonly host: string;
  /** 0: a free port, see `port`. */
  readonly port: number;
  readonly accept: AcceptClient;
  /** Whether the system probes connections that are idle. Default false. */
  readonly keepAlive?: boolean;
  /** Connections that may wait to be accepted; -1, the default: Node's own number. */
  readonly backlog?: number;
  /** null: all connections are plain. */
  readonly tls: TlsGateOptions | null;
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
  static async listen({
    host,
    port,
    accept,
    tls,
    keepAlive = false,
    backlog = -1,
  }: ClientPortOptions): Promise<ClientPort> {
    const sockets = new Set<net.Socket>();
    const gate = tls === null ? null : await openGate(tls, accept);
    // Small replies must not wait for delayed acks, so no Nagle.
    const server = net.createServer({ noDelay: true, keepAlive }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      if (gate === null) serve(socket, { accept, certificate: null });
      else gate.admit(socket);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, ...(backlog < 0 ? {} : { backlog }) }, () => {
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

/** Loaded only by who asks for it. */
async function openGate(options: TlsGateOptions, accept: AcceptClient): Promise<TlsGate> {
  const { TlsGate } = await import('./tls-gate.ts');
  return new TlsGate(options, (socket, certificate) => serve(socket, { accept, certificate }));
}

interface Service {
  readonly accept: AcceptClient;
  readonly certificate: Uint8Array | null;
}

function serve(socket: net.Socket, { accept, certificate }: Service): void {
  // Some close their half behind a four-letter word, and then wait for the answer.
  socket.allowHalfOpen = true;
  const session = accept(new SocketCarrier(socket, certificate), addressOf(socket));
  socket.on('data', (chunk: Buffer) => session.onChunk(chunk));
  socket.on('drain', () => session.onDrain());
  socket.once('end', () => session.onEnd());
  // A reset is an ordinary end; 'close' follows it.
  socket.on('error', () => undefined);
  socket.once('close', () => session.onClose());
}

class SocketCarrier implements ClientCarrier {
  readonly isRemote = true;
  readonly isSecure: boolean;
  readonly peer: string;
  readonly certificate: Uint8Array | null;
  readonly #socket: net.Socket;

  constructor(socket: net.Socket, certificate: Uint8Array | null) {
    this.#socket = socket;
    this.peer = peerOf(socket);
    this.certificate = certificate;
    this.isSecure = 'encrypted' in socket;
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
