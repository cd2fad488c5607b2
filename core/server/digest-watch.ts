/**
 * Sees to it that a replica which no longer agrees with its leader does not go unnoticed: counts every difference of
 * digests (digest_mismatches_count) and raises an alarm, at once and then every minute while it lasts. The replica goes on,
 * as a server of ZooKeeper does: which of two histories is right is for a human to decide.
 */

import type { TxnDigest } from '../jute/txn.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { compareDigest, describeMismatch } from '../tree/digest-audit.ts';
import { DigestLog } from '../tree/digest-log.ts';
import type { ServerCounts } from './statistics.ts';

const ALARM_EVERY_MS = 60_000;

export interface DigestWatchOptions {
  readonly counts: ServerCounts;
  readonly alarm: (text: string) => void;
}

export class DigestWatch {
  readonly #options: DigestWatchOptions;
  /** For operators. */
  readonly log = new DigestLog();
  #alarmedMs: number | null = null;

  constructor(options: DigestWatchOptions) {
    this.#options = options;
  }

  /** Another tree takes the place of the one that was watched. */
  restart(): void {
    this.log.restart();
  }

  /** The tree has applied a txn that carries `expected`. */
  compare(tree: DataTree, expected: TxnDigest, nowMs: number): void {
    this.log.onApplied(tree.lastProcessedZxid, expected);
    const mismatch = compareDigest(tree, expected);
    if (mismatch === null) return;
    this.#options.counts.digestMismatches += 1;
    if (this.#alarmedMs !== null && nowMs - this.#alarmedMs < ALARM_EVERY_MS) return;
    this.#alarmedMs = nowMs;
    this.#options.alarm(describeMismatch(mismatch));
  }
}
