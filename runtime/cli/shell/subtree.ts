/**
 * Reads all paths below a znode, for `ls -R` and `deleteall`: level by level, many requests at once. It is no snapshot:
 * znodes that go meanwhile are passed over, later ones may be missed.
 */

import { EnsembleError } from '../../../core/errors.ts';
import type { Client } from '../../client/client.ts';
import type { WatchListener } from '../../client/watches.ts';

/** The paths of each znode's children, sorted; znodes without children are left out. */
export type Subtree = ReadonlyMap<string, readonly string[]>;

/** Requests without an answer at any moment. */
const WINDOW = 1000;

/** @param watch  set on each znode's children @throws EnsembleError NO_NODE if the root of the subtree is not there, or what a read was refused with */
export async function readSubtree(client: Client, root: string, watch?: WatchListener): Promise<Subtree> {
  const childrenOf = new Map<string, readonly string[]>();
  let level = [root];
  while (level.length > 0) {
    const next: string[] = [];
    for (let at = 0; at < level.length; at += WINDOW) {
      const parents = level.slice(at, at + WINDOW);
      const answers = await Promise.all(parents.map((parent) => readChildren(client, parent, { root, watch })));
      for (const [index, parent] of parents.entries()) {
        const children = answers[index] ?? [];
        if (children.length > 0) childrenOf.set(parent, children);
        next.push(...children);
      }
    }
    level = next;
  }
  return childrenOf;
}

/** All paths, each parent before its children: the root, its children, then each child's subtree in turn. */
export function listPaths(subtree: Subtree, root: string): string[] {
  const paths = [root];
  const visit = (parent: string): void => {
    const children = subtree.get(parent) ?? [];
    paths.push(...children);
    for (const child of children) visit(child);
  };
  visit(root);
  return paths;
}

interface SubtreeRead {
  readonly root: string;
  readonly watch: WatchListener | undefined;
}

async function readChildren(client: Client, path: string, { root, watch }: SubtreeRead): Promise<readonly string[]> {
  try {
    const { children } = await client.getChildren(path, { watch });
    const prefix = path === '/' ? '/' : `${path}/`;
    return children.toSorted().map((name) => prefix + name);
  } catch (error) {
    if (error instanceof EnsembleError && error.code === 'NO_NODE' && path !== root) return [];
    throw error;
  }
}
