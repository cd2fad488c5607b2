/**
 * Tells a four-letter word from a client's first frame, in the first bytes of a fresh connection, however they arrive.
 *
 * A word read as the length of a frame is more than a gigabyte, which no frame may have, so neither is ever taken for the
 * other. `stmk` brings eight bytes more. What comes behind a word is ignored, such as the line end that people type.
 */

import { isFourLetterWord } from './word-names.ts';
import type { AskedWord } from './words.ts';

const WORD_BYTES = 4;
const ARGUMENT_BYTES = 8;
const MASK_WORD = 'stmk';
const LETTERS_FROM = 0x61;
const LETTERS_TO = 0x7a;

/** `more`: not enough has come. `frames`: this is a client, and here is all that has come. */
export type GateVerdict =
  | { readonly type: 'more' }
  | { readonly type: 'frames'; readonly bytes: Buffer }
  | { readonly type: 'word'; readonly asked: AskedWord };

const MORE: GateVerdict = Object.freeze({ type: 'more' });

export class WordGate {
  #held: Buffer | null = null;

  /** Takes what came. After any verdict but `more` it is over. */
  push(chunk: Buffer): GateVerdict {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    if (!mayBeginWord(bytes)) return { type: 'frames', bytes };
    if (bytes.length < WORD_BYTES) return this.#hold(bytes);
    const word = bytes.toString('latin1', 0, WORD_BYTES);
    if (!isFourLetterWord(word)) return { type: 'frames', bytes };
    if (word !== MASK_WORD) return { type: 'word', asked: { word, argument: 0n } };
    if (bytes.length < WORD_BYTES + ARGUMENT_BYTES) return this.#hold(bytes);
    return { type: 'word', asked: { word, argument: bytes.readBigInt64BE(WORD_BYTES) } };
  }

  #hold(bytes: Buffer): GateVerdict {
    // At most eleven bytes: a copy lets the chunk go.
    this.#held = Buffer.from(bytes);
    return MORE;
  }
}

function mayBeginWord(bytes: Buffer): boolean {
  const [first] = bytes;
  return first !== undefined && first >= LETTERS_FROM && first <= LETTERS_TO;
}
