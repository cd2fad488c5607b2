/**
 * The digests of some txns, so that operators can compare servers with each other (DataTree.digestLog, the word `hash`):
 * of 128 zxids the first digest that a txn carries, of the last 1024 such spans and perhaps as many more. Which txns carry
 * one stands in the log, so every server shows the same.
 */

import type { Zxid } from '../zxid.ts';
import type { DigestValue } from './digest.ts';

const INTERVAL = 128;
const ENTRIES_MAX = 1024;

export interface LoggedDigest {
  readonly zxid: Zxid;
  readonly digest: DigestValue;
}

export class DigestLog {
  #entries: LoggedDigest[] = [];
  /** The span of the last entry. */
  #span = -1;

  /** Oldest first. */
  get entries(): readonly LoggedDigest[] {
    return this.#entries;
  }

  onApplied(zxid: Zxid, digest: DigestValue): void {
    const span = Math.floor(zxid / INTERVAL);
    if (span === this.#span) return;
    this.#span = span;
    this.#entries.push({ zxid, digest });
    // Cut now and then rather than shifted each time.
    if (this.#entries.length >= 2 * ENTRIES_MAX) this.#entries = this.#entries.slice(-ENTRIES_MAX);
  }

  /** Another tree takes the place of the one that was told of. */
  restart(): void {
    this.#entries = [];
    this.#span = -1;
  }
}
