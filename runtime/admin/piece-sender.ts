/**
 * Sends a text piece by piece over a carrier, never more ahead than it takes: an answer about ten thousand connections
 * exists only in the part that is under way. A reader that takes nothing for a while is given up.
 */

import type { ClientCarrier } from '../net/client-carrier.ts';

/** One write, and how much may wait to be taken. */
const CHUNK_BYTES = 16 << 10;
const QUEUED_BYTES_MAX = 64 << 10;
export const STALLED_MS = 10_000;

/** `stalled`: the reader took nothing for too long. */
export type SendingEnd = 'sent' | 'stalled';

export interface SendingOptions {
  readonly onEnd: (end: SendingEnd) => void;
  /** Default: STALLED_MS. */
  readonly stalledMs?: number;
}

export class PieceSender {
  readonly #carrier: Pick<ClientCarrier, 'queuedBytes' | 'send'>;
  readonly #pieces: Iterator<string>;
  readonly #onEnd: (end: SendingEnd) => void;
  readonly #stalledMs: number;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  /** Sends nothing yet: see `advance`. */
  constructor(
    carrier: Pick<ClientCarrier, 'queuedBytes' | 'send'>,
    pieces: Iterable<string>,
    { onEnd, stalledMs = STALLED_MS }: SendingOptions,
  ) {
    this.#carrier = carrier;
    this.#pieces = pieces[Symbol.iterator]();
    this.#onEnd = onEnd;
    this.#stalledMs = stalledMs;
  }

  /** To be called at first, and whenever the carrier has taken something. */
  advance(): void {
    if (this.#isOver) return;
    this.#stopWaiting();
    while (this.#carrier.queuedBytes < QUEUED_BYTES_MAX) {
      const { text, isLast } = this.#nextChunk();
      if (text !== '') this.#carrier.send(Buffer.from(text, 'utf8'));
      if (isLast) return this.#end('sent');
    }
    this.#timer = setTimeout(() => this.#end('stalled'), this.#stalledMs);
  }

  /** The connection is gone. */
  abandon(): void {
    this.#isOver = true;
    this.#stopWaiting();
    this.#pieces.return?.();
  }

  #nextChunk(): { readonly text: string; readonly isLast: boolean } {
    let text = '';
    while (text.length < CHUNK_BYTES) {
      const next = this.#pieces.next();
      if (next.done === true) return { text, isLast: true };
      text += next.value;
    }
    return { text, isLast: false };
  }

  #end(end: SendingEnd): void {
    this.abandon();
    this.#onEnd(end);
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
