/** What is answered to a client that spoke of itself, or should have. */
export interface AuthVerdict {
  /** ZooKeeper's number; null: nothing is answered at all. */
  readonly error: number | null;
  /** The body of an answer to SASL; undefined for answers without a body. */
  readonly token: Uint8Array | null | undefined;
  /** Why the connection ends with this, for the log; null: it goes on. */
  readonly fault: string | null;
}
