/**
 * Between a client port and its clients: makes TLS of the connections that are to be, or that begin like it, and hands on
 * streams of plain bytes with the client's certificate. A handshake that fails or takes too long ends its connection only.
 */

import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Log } from '../logger.ts';
import type { TlsSettings } from '../security/tls-settings.ts';
import { peerOf } from './peer-address.ts';

export interface TlsGateOptions {
  readonly settings: TlsSettings;
  /** `tls`: every connection is. `detect`: those are whose first byte says so. */
  readonly mode: 'tls' | 'detect';
  readonly log: Log;
  /** A client failed to prove who it is. */
  readonly onAuthFailed: () => void;
  /** For a first byte, and again for the handshake. Default 5000 (zookeeper.ssl.handshakeDetectionTimeoutMillis). */
  readonly patienceMs?: number;
  /** Connections that have not proved anything yet. More are turned away, so that they do not crowd out others. Default 1000. */
  readonly strangersMax?: number;
}

/** @param certificate  of the client, in DER, and found good; null: there is none */
export type ServeStream = (stream: Socket, certificate: Uint8Array | null) => void;

/** The content type of a TLS record that carries a handshake, as every first one does. */
const HANDSHAKE_RECORD = 0x16;
const PATIENCE_MS = 5000;
const STRANGERS_MAX = 1000;

export class TlsGate {
  readonly #options: TlsGateOptions;
  readonly #serve: ServeStream;
  /** Never listens: connections are handed to it. */
  readonly #server: Server;
  readonly #patienceMs: number;
  /** Who is not through yet, by `address:port`, with what is held against him; null: nothing so far. */
  readonly #strangers = new Map<string, string | null>();

  constructor(options: TlsGateOptions, serve: ServeStream) {
    this.#options = options;
    this.#serve = serve;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    const { context, clientAuth } = options.settings;
    this.#server = createServer({
      ...context,
      requestCert: clientAuth !== 'none',
      // Judged in `#onSecure`, where it can be said what is wrong with it and whose it is.
      rejectUnauthorized: false,
      handshakeTimeout: this.#patienceMs,
      // A certificate is looked at in each handshake; none is skipped for an earlier one.
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    this.#server.on('secureConnection', (stream) => this.#onSecure(stream));
    this.#server.on('tlsClientError', (error, stream) => {
      this.#refuse(stream, `its TLS handshake failed: ${error.message}`);
    });
  }

  /** Takes over a connection that was just accepted. */
  admit(socket: Socket): void {
    const peer = peerOf(socket);
    const { strangersMax = STRANGERS_MAX } = this.#options;
    if (this.#strangers.size >= strangersMax) {
      this.#report(peer, `${strangersMax} others are still shaking hands`);
      socket.destroy();
      return;
    }
    this.#strangers.set(peer, null);
    socket.once('close', () => this.#onClose(peer, socket.bytesRead > 0));
    // A reset is an ordinary end; 'close' follows it.
    socket.on('error', () => undefined);
    if (this.#options.mode === 'tls') this.#shakeHands(socket);
    else this.#detect(socket);
  }

  #detect(socket: Socket): void {
    const timer = setTimeout(() => {
      this.#refuse(socket, `it has said nothing within ${this.#patienceMs} ms`);
    }, this.#patienceMs);
    socket.once('close', () => clearTimeout(timer));
    socket.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      socket.pause();
      socket.unshift(chunk);
      if (chunk[0] === HANDSHAKE_RECORD) this.#shakeHands(socket);
      else this.#handOn(socket, null);
      // Only now is there somebody to read it.
      process.nextTick(() => socket.resume());
    });
  }

  #shakeHands(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  #onSecure(stream: TLSSocket): void {
    const { clientAuth } = this.#options.settings;
    const certificate = clientAuth === 'none' ? undefined : stream.getPeerX509Certificate();
    if (certificate === undefined && clientAuth === 'need') this.#refuse(stream, 'it has shown no certificate');
    else if (certificate !== undefined && !stream.authorized) {
      this.#refuse(stream, `its certificate is not good: ${stream.authorizationError}`);
    } else this.#handOn(stream, certificate?.raw ?? null);
  }

  /** Told when the connection has closed: a stream that broke off does not know any more whose it was. */
  #refuse(stream: Socket, reason: string): void {
    const peer = peerOf(stream);
    if (this.#strangers.has(peer)) this.#strangers.set(peer, reason);
    stream.destroy();
  }

  #onClose(peer: string, hasSpoken: boolean): void {
    const reason = this.#strangers.get(peer);
    if (reason === undefined) return;
    this.#strangers.delete(peer);
    if (reason === null) {
      // Whoever only looks whether the port is open says nothing.
      if (hasSpoken) this.#options.log('info', `${peer} hung up during its TLS handshake`);
      return;
    }
    this.#options.onAuthFailed();
    this.#report(peer, reason);
  }

  #handOn(stream: Socket, certificate: Uint8Array | null): void {
    this.#strangers.delete(peerOf(stream));
    this.#serve(stream, certificate);
  }

  #report(peer: string, what: string): void {
    this.#options.log('warn', `closing the connection of ${peer}: ${what}`);
  }
}
