/**
 * The digests of some txns, so that operators can compare servers with each other (DataTree.digestLog, the word `hash`):
 * of every txn whose zxid divides by 128 the digest that its txn carries, the last 1024 of them and perhaps as many more.
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

  /** Oldest first. */
  get entries(): readonly LoggedDigest[] {
    return this.#entries;
  }

  onApplied(zxid: Zxid, digest: DigestValue | null): void {
    if (digest === null || zxid % INTERVAL !== 0) return;
    this.#entries.push({ zxid, digest });
    // Cut now and then rather than shifted each time.
    if (this.#entries.length >= 2 * ENTRIES_MAX) this.#entries = this.#entries.slice(-ENTRIES_MAX);
  }

  /** Another tree takes the place of the one that was told of. */
  restart(): void {
    this.#entries = [];
  }
}
