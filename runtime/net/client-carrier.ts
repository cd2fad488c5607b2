/** What carries a client's frames: a socket, or a link of the bus. The replica's host sees only this. */

export interface ClientCarrier {
  /** False for clients inside the process, whom no limit on connections concerns. */
  readonly isRemote: boolean;
  /** Whether the connection is TLS. */
  readonly isSecure: boolean;
  /** Who is at the other end, for the log: `address:port`. */
  readonly peer: string;
  /** The client's, in DER and found good; null: it has shown none. */
  readonly certificate: Uint8Array | null;
  /** Takes the bytes over; they leave in order. */
  send(bytes: Buffer): void;
  /** Ends the connection once what was sent has left. */
  end(): void;
  /** Ends the connection at once; what was sent may be lost. */
  destroy(): void;
  /** Stops and resumes the flow of frames from the client. */
  pause(): void;
  resume(): void;
  /** Bytes sent that the client has not taken yet. */
  readonly queuedBytes: number;
}

/** What a carrier tells. After `onClose` it tells nothing more. */
export interface ClientSession {
  /** Bytes of the stream of frames; they are never written to again. */
  onChunk(chunk: Buffer): void;
  /** The client has taken enough for more to be sent. */
  onDrain(): void;
  /** The client sends nothing more; it may still read. */
  onEnd(): void;
  onClose(): void;
}

export type AcceptClient = (carrier: ClientCarrier, address: string) => ClientSession;
