/**
 * Sees to it that a replica which no longer agrees with its leader does not go unnoticed: compares digests now and then,
 * counts every difference (digest_mismatches_count) and raises an alarm, at once and then every minute while it lasts. The
 * replica goes on, as a server of ZooKeeper does: which of two histories is right is for a human to decide.
 */

import { OpCode } from '../jute/op-code.ts';
import type { TxnDigest, TxnHeader } from '../jute/txn.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { DigestAudit, describeMismatch } from '../tree/digest-audit.ts';
import type { ServerCounts } from './statistics.ts';

const ALARM_EVERY_MS = 60_000;

export interface DigestWatchOptions {
  readonly counts: ServerCounts;
  readonly alarm: (text: string) => void;
}

export class DigestWatch {
  readonly #options: DigestWatchOptions;
  readonly #audit = new DigestAudit();
  #alarmedMs: number | null = null;

  constructor(options: DigestWatchOptions) {
    this.#options = options;
  }

  /** Another tree takes the place of the one that was watched. */
  restart(): void {
    this.#audit.restart();
  }

  /** @returns whether it is time to `compare` */
  onApplied(header: TxnHeader, digest: TxnDigest | null): boolean {
    if (header.type === OpCode.error) this.#audit.onUnchanged(header.zxid);
    else this.#audit.onApplied(header.zxid, digest);
    return this.#audit.isDue;
  }

  compare(tree: DataTree, nowMs: number): void {
    const mismatch = this.#audit.compare(tree);
    if (mismatch === null) return;
    this.#options.counts.digestMismatches += 1;
    if (this.#alarmedMs !== null && nowMs - this.#alarmedMs < ALARM_EVERY_MS) return;
    this.#alarmedMs = nowMs;
    this.#options.alarm(describeMismatch(mismatch));
  }
}
