/**
 * Requests about watches themselves (zookeeper-facts 6.4 and 6.5; FinalRequestProcessor, DataTree): to set them anew after
 * a reconnect, to add lasting ones, to ask for them and to take them back. No path is checked, and no ACL: who may be told
 * is decided when there is something to tell.
 */

import { OpCode } from '../jute/op-code.ts';
import { JuteError, type JuteReader } from '../jute/reader.ts';
import { EventType } from '../jute/request.ts';
import {
  AddWatchMode,
  readAddWatchRequest,
  readCheckWatchesRequest,
  readSetWatches2Request,
  readSetWatchesRequest,
  type SetWatchesRequest,
  WatcherType,
} from '../jute/watch.ts';
import type { DataTree } from '../tree/data-tree.ts';
import type { WatchRegistry } from '../tree/watch-registry.ts';
import type { WatchTable } from '../tree/watches.ts';
import type { Connection } from './connection.ts';
import { beginReply, refuse } from './read-replies.ts';

/**
 * Sets watches again and makes up for what changed since the last zxid that the client saw. What it missed is told before
 * the reply; lasting watches miss nothing by this, since they only ever promise what happens while they are set.
 */
export function answerSetWatches(
  tree: DataTree,
  connection: Connection,
  xid: number,
  opCode: number,
  body: JuteReader,
): void {
  if (opCode === OpCode.setWatches) {
    setOneShotWatches(tree, connection, readSetWatchesRequest(body));
  } else {
    const request = readSetWatches2Request(body);
    setOneShotWatches(tree, connection, request);
    for (const path of request.persistent) tree.watches.persistent.add(path, connection);
    for (const path of request.persistentRecursive) tree.watches.recursive.add(path, connection);
  }
  connection.reply(xid, tree.lastProcessedZxid, 0);
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

function setOneShotWatches(tree: DataTree, connection: Connection, request: SetWatchesRequest): void {
  const { watches } = tree;
  const { relativeZxid, data, exist, child } = request;
  for (const path of data) {
    const row = tree.find(path);
    if (row < 0) connection.tellMissed(EventType.nodeDeleted, path);
    else if (tree.mzxid(row) > relativeZxid) connection.tellMissed(EventType.nodeDataChanged, path);
    else watches.data.add(path, connection);
  }
  for (const path of exist) {
    if (tree.find(path) >= 0) connection.tellMissed(EventType.nodeCreated, path);
    else watches.data.add(path, connection);
  }
  for (const path of child) {
    const row = tree.find(path);
    if (row < 0) connection.tellMissed(EventType.nodeDeleted, path);
    else if (tree.pzxid(row) > relativeZxid) connection.tellMissed(EventType.nodeChildrenChanged, path);
    else watches.child.add(path, connection);
  }
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
