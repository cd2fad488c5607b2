/**
 * The tree as the pipeline sees it: read one znode, commit a handful of operations together. The runtime puts a client
 * behind it; tests put a Map.
 */

export interface Znodes {
  /** Null when there is no znode. Sees at least what this process committed before. */
  read(path: string): Promise<ZnodeValue | null>;
  /**
   * All operations or none, as one ZooKeeper transaction. 'conflict': a version or the existence of a znode was another
   * one (BAD_VERSION, NODE_EXISTS, NO_NODE), and nothing happened. Rejects with an error that has `retryable` and `applied` for anything else.
   */
  commit(ops: readonly ZnodeOp[]): Promise<'committed' | 'conflict'>;
}

export interface ZnodeValue {
  readonly data: Uint8Array;
  readonly version: number;
}

export type ZnodeOp =
  | { readonly type: 'create'; readonly path: string; readonly data: Uint8Array }
  | { readonly type: 'set'; readonly path: string; readonly data: Uint8Array; readonly version: number }
  | { readonly type: 'delete'; readonly path: string; readonly version: number };

/**
 * Whether trying again can help: the operation was refused for a moment, its answer was lost, or its session expired,
 * after which an implementation of `Znodes` goes on with another session.
 */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return ('retryable' in error && error.retryable === true) || ('code' in error && error.code === 'SESSION_EXPIRED');
}

/** The paths above a znode, from the top: `/a/b/c` has `/a` and `/a/b`. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
  return parents;
}
