/**
 * The text of the znodes that hold quotas, `zookeeper_limits` and `zookeeper_stats` (ZooKeeper's StatsTrack;
 * zookeeper-facts 9.2):
 *
 *     count=N,bytes=M                                            soft limits, or what is used
 *     count=N,bytes=M=;byteHardLimit=B;countHardLimit=C          with hard limits; the odd `=` hides them from old readers
 *
 * -1 stands for no limit. Any client may write these znodes, so any text is read: what is no number counts as unset.
 */

export interface Limits {
  readonly count: number;
  readonly bytes: number;
  readonly countHardLimit: number;
  readonly byteHardLimit: number;
}

const UNSET = -1;
const COUNT = 'count';
const BYTES = 'bytes';

export function parseLimits(text: string): Limits {
  const pairs = parsePairs(text);
  return {
    count: numberOf(pairs, COUNT),
    bytes: numberOf(pairs, BYTES),
    countHardLimit: numberOf(pairs, 'countHardLimit'),
    byteHardLimit: numberOf(pairs, 'byteHardLimit'),
  };
}

/** The text with so much more in use; what else stands in it is kept, sorted by its names. */
export function addUsage(text: string, more: { readonly count: number; readonly bytes: number }): string {
  const pairs = parsePairs(text);
  const count = numberOf(pairs, COUNT) + more.count;
  const bytes = numberOf(pairs, BYTES) + more.bytes;
  const others = [...pairs].filter(([key]) => key !== COUNT && key !== BYTES);
  return formatUsage({ count, bytes }) + (others.length === 0 ? '' : formatOthers(others));
}

export function formatUsage({ count, bytes }: { readonly count: number; readonly bytes: number }): string {
  return `${COUNT}=${count},${BYTES}=${bytes}`;
}

function parsePairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split(/[,;]+/)) {
    const [key = '', value = ''] = pair.split('=');
    if (key !== '') pairs.set(key, value);
  }
  return pairs;
}

function numberOf(pairs: ReadonlyMap<string, string>, key: string): number {
  const value = pairs.get(key) ?? '';
  return /^[+-]?\d+$/.test(value) ? Number(value) : UNSET;
}

function formatOthers(others: readonly (readonly [string, string])[]): string {
  const sorted = others.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `=${sorted.map(([key, value]) => `;${key}=${value === '' ? UNSET : value}`).join('')}`;
}
