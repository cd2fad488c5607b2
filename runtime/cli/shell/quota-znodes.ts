/**
 * A quota as znodes below /zookeeper/quota: made, read and taken away as zkCli does it, so that either finds what the
 * other made. No quota may stand above or below another; the servers leave that to their clients (facts 9.2).
 */

import { EnsembleError } from '../../../core/errors.ts';
import type { Client } from '../../client/client.ts';
import { CommandError } from './command-error.ts';
import { formatQuota, parseQuota, type Quota, type QuotaKey } from './quota-text.ts';
import { listPaths, readSubtree } from './subtree.ts';

export const QUOTA_ROOT = '/zookeeper/quota';
const LIMITS = 'zookeeper_limits';
const STATS = 'zookeeper_stats';
const NO_LIMITS: Quota = new Map([
  ['count', -1],
  ['bytes', -1],
  ['countHardLimit', -1],
  ['byteHardLimit', -1],
]);

export interface QuotaState {
  readonly limits: Quota;
  /** As the servers count it. */
  readonly used: Quota;
}

/** Where the limits stand. */
export function limitsPathOf(path: string): string {
  return `${quotaPath(path)}/${LIMITS}`;
}

/** @returns null if there is no quota @throws EnsembleError BAD_ARGUMENTS for a path without sense, which / is here */
export async function readQuotaState(client: Client, path: string): Promise<QuotaState | null> {
  const limits = await readQuota(client, limitsPathOf(path));
  const used = limits === null ? null : await readQuota(client, `${quotaPath(path)}/${STATS}`);
  return limits === null || used === null ? null : { limits, used };
}

/** Takes one limit away and leaves the others. @returns whether there was a quota */
export async function removeLimit(client: Client, path: string, key: QuotaKey): Promise<boolean> {
  const limits = await readQuota(client, limitsPathOf(path));
  if (limits === null) return false;
  await client.setData(limitsPathOf(path), formatQuota(new Map([...limits, [key, -1]])));
  return true;
}

async function readQuota(client: Client, path: string): Promise<Quota | null> {
  try {
    return parseQuota((await client.getData(path)).data);
  } catch (error) {
    if (isNoNode(error)) return null;
    throw error;
  }
}

/** @throws CommandError if a quota stands somewhere below */
export async function refuseBelow(client: Client, path: string): Promise<void> {
  const own = quotaPath(path);
  try {
    for (const each of listPaths(await readSubtree(client, own), own)) {
      const parent = each.slice(0, each.lastIndexOf('/'));
      if (!each.endsWith(`/${LIMITS}`) || parent === own) continue;
      throw new CommandError(`${path} has a child ${parent.slice(QUOTA_ROOT.length)} which has a quota`);
    }
  } catch (error) {
    if (!isNoNode(error)) throw error;
  }
}

/** @throws CommandError if a quota stands somewhere above */
export async function refuseAbove(client: Client, path: string): Promise<void> {
  for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
    const ancestor = path.slice(0, end);
    if ((await client.exists(`${quotaPath(ancestor)}/${LIMITS}`)) === null) continue;
    throw new CommandError(`${path} has a parent ${ancestor} which has a quota`);
  }
}

/** Sets one limit; the others stay, or are none where the quota is new. */
export async function writeLimit(
  client: Client,
  path: string,
  [key, value]: readonly [QuotaKey, number],
): Promise<QuotaState> {
  const own = quotaPath(path);
  await makeParents(client, own);
  const limitsPath = `${own}/${LIMITS}`;
  const statsPath = `${own}/${STATS}`;
  const before = await readQuota(client, limitsPath);
  if (before === null) {
    await client.create(limitsPath, formatQuota(new Map([...NO_LIMITS, [key, value]])));
    await client.create(statsPath, 'count=0,bytes=0');
  } else {
    await client.setData(limitsPath, formatQuota(new Map([...before, [key, value]])));
  }
  const limits = (await readQuota(client, limitsPath)) ?? new Map();
  return { limits, used: (await readQuota(client, statsPath)) ?? new Map() };
}

async function makeParents(client: Client, path: string): Promise<void> {
  for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
    const each = end < 0 ? path : path.slice(0, end);
    if ((await client.exists(each)) === null) {
      await client.create(each).catch((error: unknown) => {
        if (!(error instanceof EnsembleError) || error.code !== 'NODE_EXISTS') throw error;
      });
    }
    if (end < 0) return;
  }
}

/** Takes the quota's two znodes away, and above them what was made for them alone. @returns whether there was one */
export async function removeQuota(client: Client, path: string): Promise<boolean> {
  const own = quotaPath(path);
  if ((await client.exists(limitsPathOf(path))) === null) return false;
  for (const name of (await client.getChildren(own)).children) await client.delete(`${own}/${name}`);
  for (let each = own; each !== QUOTA_ROOT; each = each.slice(0, each.lastIndexOf('/'))) {
    if ((await client.getChildren(each)).children.length > 0) break;
    await client.delete(each);
  }
  return true;
}

function quotaPath(path: string): string {
  return QUOTA_ROOT + path;
}

function isNoNode(error: unknown): boolean {
  return error instanceof EnsembleError && error.code === 'NO_NODE';
}
