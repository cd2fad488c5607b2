/**
 * Holds the quotas of subtrees against the writes that would exceed them (ZooKeeperServer.checkQuota; zookeeper-facts
 * 9.2). Judged by what is committed, not by what is under way. A hard limit that is enforced is a refusal; any other that
 * is exceeded is told to the operator, once a minute for each subtree.
 *
 * Where there is a hard limit the soft one is not looked at. A write is judged only by what it moves: one that creates
 * nothing is not asked for the count, one that leaves the bytes as they are not for the bytes.
 */

import type { DataTree } from '../../tree/data-tree.ts';
import type { Quota } from '../../tree/quota-reader.ts';
import { RequestRefused } from './refusal.ts';

const NOTICE_EVERY_MS = 60_000;
/** Subtrees whose last notice is remembered; beyond that all are forgotten, and told of again. */
const REMEMBERED_MAX = 1000;
const NO_LIMIT = -1;

export interface QuotaGuardOptions {
  /** Whether hard limits are refusals. */
  readonly enforceQuota: boolean;
  readonly notice: (text: string) => void;
}

export class QuotaGuard {
  readonly #tree: DataTree;
  readonly #options: QuotaGuardOptions;
  readonly #noticedMs = new Map<string, number>();
  #nowMs = 0;

  constructor(tree: DataTree, options: QuotaGuardOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  onClock(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** @param more  what the write adds @throws RequestRefused QUOTA_EXCEEDED */
  check(path: string, more: { readonly count: number; readonly bytes: number }): void {
    const quota = this.#tree.hasQuotas ? this.#tree.quotaOver(path) : null;
    if (quota === null) return;
    const { limits, used } = quota;
    if (more.count !== 0) {
      this.#judge(quota, 'count', used.count + more.count, { soft: limits.count, hard: limits.countHardLimit });
    }
    if (more.bytes !== 0) {
      this.#judge(quota, 'bytes', used.bytes + more.bytes, { soft: limits.bytes, hard: limits.byteHardLimit });
    }
  }

  #judge(
    { subtree }: Quota,
    what: 'count' | 'bytes',
    wanted: number,
    { soft, hard }: { readonly soft: number; readonly hard: number },
  ): void {
    const isHard = hard > NO_LIMIT;
    const limit = isHard ? hard : soft;
    if (limit <= NO_LIMIT || wanted <= limit) return;
    this.#tell(
      subtree,
      `the quota of ${subtree} is exceeded: ${what} ${wanted}, ${isHard ? 'hard' : 'soft'} limit ${limit}`,
    );
    if (isHard && this.#options.enforceQuota) throw new RequestRefused('QUOTA_EXCEEDED');
  }

  #tell(subtree: string, text: string): void {
    const last = this.#noticedMs.get(subtree);
    if (last !== undefined && this.#nowMs - last < NOTICE_EVERY_MS) return;
    if (this.#noticedMs.size >= REMEMBERED_MAX) this.#noticedMs.clear();
    this.#noticedMs.set(subtree, this.#nowMs);
    this.#options.notice(text);
  }
}
