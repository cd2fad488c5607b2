/**
 * Watches that last (addWatch), and the removal of watches of every kind (facts 6.2, 6.5). A watch counts from the moment
 * of the server's answer, as with the reads.
 */

import { EnsembleError } from '../../../core/errors.ts';
import { OpCode } from '../../../core/jute/op-code.ts';
import { AddWatchMode, WatcherType, writeAddWatchRequest, writeCheckWatchesRequest } from '../../../core/jute/watch.ts';
import type { CallOptions } from '../call-options.ts';
import { checkPath } from '../path.ts';
import { NO_REPLY } from '../replies.ts';
import type { Requester } from '../requester.ts';
import type { LastingWatchKind, WatchKind, WatchListener } from '../watches.ts';

export interface AddWatchOptions extends CallOptions {
  /**
   * `persistent`: the znode and the names of its children, as data and child watches together. `persistentRecursive`
   * (default): the znode and everything below it, each change with the path of the znode that changed.
   */
  readonly mode?: LastingWatchKind | undefined;
}

/** Which watches are meant. `persistent` and `persistentRecursive` need ZooKeeper 3.9. */
export type WatchSelection = keyof typeof WatcherType;

export interface RemoveWatchesOptions extends CallOptions {
  /** Default `any`. */
  readonly type?: WatchSelection | undefined;
  /** Without a connection, take them away here: the next server is not told of them. Default false: wait for one. */
  readonly local?: boolean | undefined;
}

const KINDS_OF: Record<WatchSelection, readonly WatchKind[]> = {
  children: ['child'],
  data: ['data', 'exist'],
  any: ['data', 'exist', 'child', 'persistent', 'persistentRecursive'],
  persistent: ['persistent'],
  persistentRecursive: ['persistentRecursive'],
};

export interface AddWatchCall {
  readonly path: string;
  readonly listener: WatchListener;
  readonly options: AddWatchOptions;
}

export function addWatch(requester: Requester, { path, listener, options }: AddWatchCall): Promise<void> {
  const { session, chroot } = requester;
  const { mode = 'persistentRecursive', signal } = options;
  return new Promise((resolve, reject) => {
    checkPath(path);
    const body = { path: chroot.toServer(path), mode: AddWatchMode[mode] };
    const spec = { op: OpCode.addWatch, writeBody: writeAddWatchRequest, body, path, shape: NO_REPLY };
    const addAndResolve = (): void => {
      session.watches.add(mode, body.path, listener);
      resolve();
    };
    session.submit(spec, { resolve: addAndResolve, reject }, signal);
  });
}

export function checkWatches(requester: Requester, path: string, type: WatchSelection, options: CallOptions) {
  return requester.request(selectionSpec(requester, OpCode.checkWatches, path, type), options);
}

export async function removeWatches(requester: Requester, path: string, options: RemoveWatchesOptions): Promise<void> {
  const { type = 'any', local = false } = options;
  const { session, chroot } = requester;
  if (local && !session.link.isUp) checkPath(path);
  else await requester.request(selectionSpec(requester, OpCode.removeWatches, path, type), options);
  const count = session.endWatches(KINDS_OF[type], chroot.toServer(path));
  // The server answers the same; without one this table is all there is to ask.
  if (count === 0 && local && !session.link.isUp) throw new EnsembleError('NO_WATCHER', path);
}

/** Takes a listener back. The server is told when it tells in vain; one that knows no removal of that kind goes on. */
export function removeListener(requester: Requester, path: string, listener: WatchListener): void {
  const { session, chroot } = requester;
  for (const kind of session.watches.remove(chroot.toServer(path), listener)) {
    if (!session.link.isUp) continue;
    requester.request(selectionSpec(requester, OpCode.removeWatches, path, kind), {}).catch(() => undefined);
  }
}

function selectionSpec(requester: Requester, op: number, path: string, type: WatchSelection) {
  const body = { path: requester.chroot.toServer(path), type: WatcherType[type] };
  return { op, writeBody: writeCheckWatchesRequest, body, path, shape: NO_REPLY };
}
