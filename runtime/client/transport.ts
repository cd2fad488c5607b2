/**
 * The seam between the client and what carries its bytes: a TCP port, or a message port to a replica of this process.
 *
 * Bytes out, chunks in, an opened and a closed event; the frames inside are the same on every carrier.
 */

import type { ServerAddress } from './connect-string.ts';

/** What a transport tells, in this order: `onOpen` at most once, `onChunk` any number of times, `onClose` exactly once. */
export interface TransportListener {
  onOpen(): void;
  /** The chunk belongs to the listener: the transport does not write to it again. */
  onChunk(chunk: Uint8Array): void;
  /** @param cause  why, in one line for people; also when opening failed */
  onClose(cause: Error): void;
}

export interface Transport {
  /** The end of the other side is told at once, so that silence means nothing. Default false: only silence tells. */
  readonly tellsEnd?: boolean;
  /** Takes the bytes over: the caller does not write to them again. Bytes written after `onClose` are dropped. */
  write(bytes: Uint8Array): void;
  /** Ends the transport at once; nothing is told afterwards, not even `onClose`. Idempotent. */
  close(): void;
}

/** Starts to open a transport. Must not call the listener before it has returned. */
export type OpenTransport = (server: ServerAddress, listener: TransportListener) => Transport;
