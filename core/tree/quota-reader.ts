/** What the znodes of a quota say at the moment. */

import { limitsPath, statsPath } from './quota-table.ts';
import { type Limits, parseLimits } from './quota-text.ts';
import type { TreeState } from './tree-state.ts';
import { NO_ROW } from './znode-records.ts';

export interface Quota {
  /** The znode that it counts from. */
  readonly subtree: string;
  /** -1: no limit. */
  readonly limits: Limits;
  readonly used: { readonly count: number; readonly bytes: number };
}

/** The quota that a write at `path` is charged to, or null. One whose znodes are not both there binds nobody. */
export function quotaOver(state: TreeState, path: string): Quota | null {
  const subtree = state.quotas.covering(path);
  if (subtree === null) return null;
  const limits = textAt(state, limitsPath(subtree));
  const used = textAt(state, statsPath(subtree));
  return limits === null || used === null ? null : { subtree, limits: parseLimits(limits), used: parseLimits(used) };
}

function textAt(state: TreeState, path: string): string | null {
  const row = state.find(path);
  return row === NO_ROW ? null : (state.store.data(row)?.toString('utf8') ?? '');
}
