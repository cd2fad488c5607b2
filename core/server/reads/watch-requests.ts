/**
 * Requests about watches themselves (zookeeper-facts 6.5; FinalRequestProcessor, DataTree): to add lasting ones, to ask for
 * them, to take them back, and to set them anew after a reconnect (watch-catch-up.ts). No path is checked, and no ACL: who
 * may be told is decided when there is something to tell.
 */

import { JuteError, type JuteReader } from '../../jute/reader.ts';
import { AddWatchMode, readAddWatchRequest, readCheckWatchesRequest, WatcherType } from '../../jute/watch.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { WatchRegistry } from '../../tree/watch-registry.ts';
import type { WatchTable } from '../../tree/watches.ts';
import type { Connection } from '../connections/connection.ts';
import { beginReply, refuse } from './read-replies.ts';
import { WatchCatchUp } from './watch-catch-up.ts';

/** Leaves the rest with the connection if it does not get to the end at once. */
export function answerSetWatches(
  tree: DataTree,
  connection: Connection,
  xid: number,
  opCode: number,
  body: JuteReader,
): void {
  const catchUp = new WatchCatchUp(tree, connection, xid, opCode, body);
  if (!catchUp.advance()) connection.catchUp = catchUp;
}

export function answerAddWatch(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const { path, mode } = readAddWatchRequest(body);
  registryOf(tree.watches, mode).add(path ?? '', connection);
  const start = beginReply(tree, connection, xid);
  connection.output.writeInt(0);
  connection.endFrame(start);
}

export function answerCheckWatches(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const { path, type } = readCheckWatchesRequest(body);
  const isThere = registriesOf(tree.watches, type).some((registry) => registry.has(path ?? '', connection));
  if (isThere) connection.reply(xid, tree.lastProcessedZxid, 0);
  else refuse(tree, connection, xid, 'NO_WATCHER');
}

/** Takes away all that `type` covers; there must have been something. */
export function answerRemoveWatches(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const { path, type } = readCheckWatchesRequest(body);
  let wasThere = false;
  for (const registry of registriesOf(tree.watches, type)) {
    if (registry.remove(path ?? '', connection)) wasThere = true;
  }
  if (wasThere) connection.reply(xid, tree.lastProcessedZxid, 0);
  else refuse(tree, connection, xid, 'NO_WATCHER');
}

function registryOf({ persistent, recursive }: WatchTable, mode: number): WatchRegistry {
  switch (mode) {
    case AddWatchMode.persistent:
      return persistent;
    case AddWatchMode.persistentRecursive:
      return recursive;
    default:
      throw new JuteError(`${mode} is no mode of addWatch`);
  }
}

function registriesOf({ data, child, persistent, recursive }: WatchTable, type: number): readonly WatchRegistry[] {
  switch (type) {
    case WatcherType.children:
      return [child];
    case WatcherType.data:
      return [data];
    case WatcherType.any:
      return [data, child, persistent, recursive];
    case WatcherType.persistent:
      return [persistent];
    case WatcherType.persistentRecursive:
      return [recursive];
    default:
      throw new JuteError(`${type} is no type of watcher`);
  }
}
