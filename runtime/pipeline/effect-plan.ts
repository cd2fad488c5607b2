/**
 * From the effects that handlers ask for to the operations of one ZooKeeper transaction.
 *
 * Effects on one znode are folded into one change first (`foldEffects`); then, given what the znodes hold, each change
 * becomes a create, a set or a delete that names the version it was computed from (`planOps`). Pure: reading is the
 * caller's.
 */

import { applyFields, CombineError, mergeFields, parseObject } from '../../core/events/combine.ts';
import type { CombineFields, ZnodeEffect } from '../../core/events/contracts.ts';
import { parentsOf, type ZnodeOp } from './znodes.ts';

/** What one znode is to become. */
export type Change =
  | { readonly type: 'put'; readonly data: string }
  | { readonly type: 'delete' }
  | { readonly type: 'combine'; readonly fields: CombineFields };

/** What one znode holds; null: there is none. */
export type Known = { readonly data: string; readonly version: number } | null;

/** One change per path, equal in effect to the effects in their order. @throws CombineError when they do not fit */
export function foldEffects(effects: Iterable<ZnodeEffect>): Map<string, Change> {
  const changes = new Map<string, Change>();
  for (const effect of effects) changes.set(effect.path, fold(changes.get(effect.path), effect));
  return changes;
}

function fold(before: Change | undefined, effect: ZnodeEffect): Change {
  switch (effect.type) {
    case 'put':
      return { type: 'put', data: effect.data };
    case 'delete':
      return { type: 'delete' };
    case 'combine': {
      const { fields } = effect;
      if (before === undefined) return { type: 'combine', fields };
      if (before.type === 'combine') return { type: 'combine', fields: mergeFields(before.fields, fields) };
      return { type: 'put', data: combined(effect.path, before.type === 'put' ? before.data : '', fields) };
    }
  }
}

/** Every path whose content the plan needs: the znodes changed and the parents they may lack. */
export function pathsOf(changes: ReadonlyMap<string, Change>): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const path of changes.keys()) {
    for (const parent of parentsOf(path)) paths.add(parent);
    paths.add(path);
  }
  return paths;
}

export interface Plan {
  readonly ops: readonly ZnodeOp[];
  /** What each znode holds once the plan is committed. */
  readonly after: ReadonlyMap<string, Known>;
}

/**
 * The operations, parents before children.
 * @param known  content of every path of `pathsOf(changes)`
 * @throws CombineError when a znode does not hold what the change needs
 */
export function planOps(changes: ReadonlyMap<string, Change>, known: ReadonlyMap<string, Known>): Plan {
  const ops: ZnodeOp[] = [];
  const after = new Map<string, Known>();
  const write = (path: string, data: string): void => {
    const current = after.has(path) ? after.get(path) : known.get(path);
    const bytes = Buffer.from(data);
    if (current === null || current === undefined) {
      ops.push({ type: 'create', path, data: bytes });
      after.set(path, { data, version: 0 });
    } else {
      ops.push({ type: 'set', path, data: bytes, version: current.version });
      after.set(path, { data, version: current.version + 1 });
    }
  };
  for (const [path, change] of changes) {
    const current = known.get(path) ?? null;
    if (change.type === 'delete') {
      if (current === null) continue;
      ops.push({ type: 'delete', path, version: current.version });
      after.set(path, null);
      continue;
    }
    for (const parent of parentsOf(path)) {
      if ((after.has(parent) ? after.get(parent) : known.get(parent)) === null) write(parent, '');
    }
    write(path, change.type === 'put' ? change.data : combined(path, current?.data ?? '', change.fields));
  }
  return { ops, after };
}

function combined(path: string, text: string, fields: CombineFields): string {
  try {
    return JSON.stringify(applyFields(parseObject(text), fields));
  } catch (error) {
    throw error instanceof CombineError ? new CombineError(`${path}: ${error.message}`) : error;
  }
}
