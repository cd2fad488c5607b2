/**
 * The requests that a replica answers from its own tree, without asking anybody: reads, pings, watches, ACL look-ups
 * (FinalRequestProcessor). Each writes its reply frame straight from the tree into the connection's output.
 */

import { zkCodeOf } from '../errors.ts';
import { type Acl, Permission, writeAcl } from '../jute/acl.ts';
import { OpCode, SpecialXid } from '../jute/op-code.ts';
import { JuteError, type JuteReader } from '../jute/reader.ts';
import { EventType, readWatchableRequest, type WatchableRequest, writeReplyHeader } from '../jute/request.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { isAllowed } from './authorize.ts';
import type { Connection } from './connection.ts';

export function isRead(opCode: number): boolean {
  switch (opCode) {
    case OpCode.exists:
    case OpCode.getData:
    case OpCode.getChildren:
    case OpCode.getChildren2:
    case OpCode.getACL:
    case OpCode.ping:
    case OpCode.setWatches:
      return true;
    default:
      return false;
  }
}

/** @throws JuteError when the body does not decode; nothing has been written then */
export function answerRead(
  tree: DataTree,
  connection: Connection,
  xid: number,
  opCode: number,
  body: JuteReader,
): void {
  switch (opCode) {
    case OpCode.ping:
      return connection.reply(SpecialXid.ping, tree.lastProcessedZxid, 0);
    case OpCode.exists:
      return answerExists(tree, connection, xid, requirePath(readWatchableRequest(body)));
    case OpCode.getData:
      return answerGetData(tree, connection, xid, requirePath(readWatchableRequest(body)));
    case OpCode.getChildren:
    case OpCode.getChildren2:
      return answerGetChildren(tree, connection, xid, opCode, requirePath(readWatchableRequest(body)));
    case OpCode.getACL:
      return answerGetAcl(tree, connection, xid, body);
    case OpCode.setWatches:
      return answerSetWatches(tree, connection, xid, body);
    default:
      throw new JuteError(`op ${opCode} is no read`);
  }
}

interface PathRequest extends WatchableRequest {
  readonly path: string;
}

function answerExists(tree: DataTree, connection: Connection, xid: number, { path, watch }: PathRequest): void {
  if (path.includes('\0')) return refuse(tree, connection, xid, 'BAD_ARGUMENTS');
  const row = tree.find(path);
  if (row >= 0 && !mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  // The one read that leaves a watch even when the znode is missing: it then waits for the creation.
  if (watch) tree.watches.addData(path, connection);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  const start = beginReply(tree, connection, xid);
  tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

function answerGetData(tree: DataTree, connection: Connection, xid: number, { path, watch }: PathRequest): void {
  const row = tree.find(path);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  if (!mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  if (watch) tree.watches.addData(path, connection);
  const start = beginReply(tree, connection, xid);
  tree.writeData(connection.output, row);
  tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

function answerGetChildren(
  tree: DataTree,
  connection: Connection,
  xid: number,
  opCode: number,
  { path, watch }: PathRequest,
): void {
  const row = tree.find(path);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  if (!mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  if (watch) tree.watches.addChild(path, connection);
  const start = beginReply(tree, connection, xid);
  tree.writeChildNames(connection.output, row);
  if (opCode === OpCode.getChildren2) tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

function answerGetAcl(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const path = body.readString();
  if (path === null) throw new JuteError('the request names no path');
  const row = tree.find(path);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  const acl = tree.acl(row);
  const isAdmin = isAllowed(acl, Permission.admin, connection.identities);
  if (!isAdmin && !mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  const start = beginReply(tree, connection, xid);
  writeAcl(connection.output, isAdmin ? acl : acl.map(maskDigest));
  tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

// Whoever may not administer the znode learns the users in its ACL, not the hashes of their passwords.
function maskDigest(entry: Acl): Acl {
  if (entry.scheme !== 'digest' || entry.id === null) return entry;
  return { ...entry, id: `${entry.id.slice(0, entry.id.indexOf(':'))}:x` };
}

/**
 * Re-registers watches after a reconnect and makes up for what changed since `relativeZxid`, the last zxid that this
 * client saw (DataTree.setWatches). All catch-up events go out before the reply.
 */
function answerSetWatches(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const since = body.readLong();
  const dataPaths = readPaths(body);
  const existPaths = readPaths(body);
  const childPaths = readPaths(body);
  for (const path of dataPaths) {
    const row = tree.find(path);
    if (row < 0) connection.onWatchedEvent(EventType.nodeDeleted, path, -1);
    else if (tree.mzxid(row) > since) connection.onWatchedEvent(EventType.nodeDataChanged, path, -1);
    else tree.watches.addData(path, connection);
  }
  for (const path of existPaths) {
    if (tree.find(path) >= 0) connection.onWatchedEvent(EventType.nodeCreated, path, -1);
    else tree.watches.addData(path, connection);
  }
  for (const path of childPaths) {
    const row = tree.find(path);
    if (row < 0) connection.onWatchedEvent(EventType.nodeDeleted, path, -1);
    else if (tree.pzxid(row) > since) connection.onWatchedEvent(EventType.nodeChildrenChanged, path, -1);
    else tree.watches.addChild(path, connection);
  }
  connection.reply(xid, tree.lastProcessedZxid, 0);
}

function readPaths(body: JuteReader): string[] {
  const count = body.readCount();
  const paths: string[] = [];
  for (let index = 0; index < count; index++) paths.push(body.readString() ?? '');
  return paths;
}

function requirePath(request: WatchableRequest): PathRequest {
  if (request.path === null) throw new JuteError('the request names no path');
  return request as PathRequest;
}

function mayRead(tree: DataTree, connection: Connection, row: number): boolean {
  return isAllowed(tree.acl(row), Permission.read, connection.identities);
}

function beginReply(tree: DataTree, connection: Connection, xid: number): number {
  const start = connection.beginFrame();
  writeReplyHeader(connection.output, xid, tree.lastProcessedZxid, 0);
  return start;
}

function refuse(tree: DataTree, connection: Connection, xid: number, code: Parameters<typeof zkCodeOf>[0]): void {
  connection.reply(xid, tree.lastProcessedZxid, zkCodeOf(code));
}
