/**
 * The text of a quota's znodes, `zookeeper_limits` and `zookeeper_stats`, as every client writes it (facts 9.2):
 *
 *     count=5,bytes=-1                                             soft limits, or what is used
 *     count=5,bytes=-1=;byteHardLimit=100;countHardLimit=-1        with hard ones, after an odd `=` for clients of old
 *
 * -1 means no limit. Whatever other keys are there are kept.
 */

import { CommandError } from './command-error.ts';

export type QuotaKey = 'count' | 'bytes' | 'countHardLimit' | 'byteHardLimit';

export type Quota = ReadonlyMap<string, number>;

/** @throws CommandError for a text of another form */
export function parseQuota(data: Uint8Array | null): Quota {
  const quota = new Map<string, number>();
  const text = data === null ? '' : Buffer.from(data).toString('utf8');
  for (const pair of text.split(/[,;]+/)) {
    if (pair === '') continue;
    const [key = '', value = ''] = pair.split('=');
    const number = value === '' ? -1 : Number(value);
    if (!Number.isSafeInteger(number)) throw new CommandError(`the quota's text is none: ${text}`);
    quota.set(key, number);
  }
  return quota;
}

export function limitOf(quota: Quota, key: QuotaKey): number {
  return quota.get(key) ?? -1;
}

export function formatQuota(quota: Quota): string {
  const base = `count=${limitOf(quota, 'count')},bytes=${limitOf(quota, 'bytes')}`;
  const others = [...quota.keys()].filter((key) => key !== 'count' && key !== 'bytes').sort();
  return others.length === 0 ? base : `${base}=${others.map((key) => `;${key}=${quota.get(key)}`).join('')}`;
}
