/**
 * A request that has no answer yet: what it takes to settle it, whatever ends it (a reply, a lost connection, the end of
 * the session, its caller's AbortSignal). It is settled once; what comes later is ignored.
 */

import { EnsembleError, errorFromZkCode } from '../../core/errors.ts';
import type { JuteReader } from '../../core/jute/reader.ts';

/** How the body of a reply becomes a value. */
export interface ReplyShape<Value> {
  /** Keeps nothing of the reader's bytes: they are lent. */
  readonly decode: (reader: JuteReader) => Value;
  /** Present where NO_NODE is an answer (exists) and not a failure. */
  readonly whenNoNode?: { readonly value: Value };
}

/** What is told when a request has ended; the promise of a caller, or the session's own business. */
export interface Settlement<Value> {
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** The outcomes that the client itself may give to a request. */
export type ClientFailure = 'CONNECTION_LOSS' | 'SESSION_EXPIRED' | 'AUTH_FAILED';

/** What the session's queue knows of a request: everything but the type of its value. */
export interface PendingRequest {
  readonly xid: number;
  /** Size of the frame, prefix included. */
  readonly frameBytes: number;
  readonly queuedAtMs: number;
  readonly isSettled: boolean;
  /** Settles with a reply: `error` is the number of its header, the reader stands at its body. @throws JuteError */
  onReply(reader: JuteReader, error: number): void;
  /** Settles with one of the client's own outcomes. */
  fail(code: ClientFailure, detail: string | null): void;
}

export interface RequestParts<Value> {
  readonly xid: number;
  readonly path: string | null;
  readonly frameBytes: number;
  readonly queuedAtMs: number;
  readonly shape: ReplyShape<Value>;
  readonly settlement: Settlement<Value>;
  readonly signal: AbortSignal | undefined;
}

export class TypedRequest<Value> implements PendingRequest {
  readonly xid: number;
  readonly frameBytes: number;
  readonly queuedAtMs: number;
  isSettled = false;
  readonly #path: string | null;
  readonly #shape: ReplyShape<Value>;
  readonly #settlement: Settlement<Value>;
  readonly #signal: AbortSignal | undefined;

  constructor(parts: RequestParts<Value>) {
    this.xid = parts.xid;
    this.frameBytes = parts.frameBytes;
    this.queuedAtMs = parts.queuedAtMs;
    this.#path = parts.path;
    this.#shape = parts.shape;
    this.#settlement = parts.settlement;
    this.#signal = parts.signal;
    parts.signal?.addEventListener('abort', this, { once: true });
  }

  onReply(reader: JuteReader, error: number): void {
    if (this.isSettled) return;
    const { whenNoNode } = this.#shape;
    if (error === 0) {
      const value = this.#decode(reader);
      this.#end();
      this.#settlement.resolve(value);
    } else if (error === NO_NODE && whenNoNode !== undefined) {
      this.#end();
      this.#settlement.resolve(whenNoNode.value);
    } else {
      this.#end();
      this.#settlement.reject(errorFromZkCode(error, this.#path));
    }
  }

  fail(code: ClientFailure, detail: string | null): void {
    if (this.isSettled) return;
    this.#end();
    this.#settlement.reject(new EnsembleError(code, this.#path, detail));
  }

  /** The signal's listener (an object with this method, so that requests without a signal pay nothing). */
  handleEvent(): void {
    if (this.isSettled) return;
    this.#end();
    this.#settlement.reject(this.#signal?.reason);
  }

  #decode(reader: JuteReader): Value {
    try {
      return this.#shape.decode(reader);
    } catch (error) {
      this.fail('CONNECTION_LOSS', 'the reply does not decode');
      throw error;
    }
  }

  #end(): void {
    this.isSettled = true;
    this.#signal?.removeEventListener('abort', this);
  }
}

const NO_NODE = -101;
