/** The same carrier as TCP's, through TLS. Node's TLS is loaded with the first connection that needs it. */

import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { formatServer, type ServerAddress } from './connect-string.ts';
import type { OpenTransport, Transport, TransportListener } from './transport.ts';

/** Options of node:tls, as `tls.connect` takes them. */
export type ClientTls = Pick<
  ConnectionOptions,
  | 'ca'
  | 'cert'
  | 'key'
  | 'pfx'
  | 'passphrase'
  /** False: whatever server answers is taken for the right one. Default true. */
  | 'rejectUnauthorized'
  /** The name in the server's certificate. Default: the host of the connect string. */
  | 'servername'
  | 'checkServerIdentity'
  | 'minVersion'
  | 'maxVersion'
  | 'ciphers'
>;

export function tlsTransport(options: ClientTls): OpenTransport {
  return (server, listener) => new TlsTransport(options, server, listener);
}

class TlsTransport implements Transport {
  readonly #server: ServerAddress;
  readonly #listener: TransportListener;
  #socket: TLSSocket | null = null;
  #cause: Error | null = null;
  #isClosed = false;

  constructor(options: ClientTls, server: ServerAddress, listener: TransportListener) {
    this.#server = server;
    this.#listener = listener;
    void import('node:tls').then(({ connect }) => {
      if (this.#isClosed) return;
      const { host, port } = server;
      // Names only: an address is in no certificate as a name.
      const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
      this.#serve(connect({ ...servername, ...options, host, port }));
    });
  }

  write(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#socket?.write(bytes);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #serve(socket: TLSSocket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('secureConnect', () => this.#listener.onOpen());
    socket.on('data', (chunk: Uint8Array) => {
      if (!this.#isClosed) this.#listener.onChunk(chunk);
    });
    socket.on('error', (error) => {
      this.#cause = error;
    });
    socket.on('close', () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#listener.onClose(this.#cause ?? new Error(`${formatServer(this.#server)} closed the connection`));
    });
  }
}
