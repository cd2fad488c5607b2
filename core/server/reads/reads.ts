/**
 * The requests that a replica answers from its own tree, without asking anybody (FinalRequestProcessor): which they are,
 * and who answers them. Those about one znode are answered here; about access in access-reads.ts, about watches in
 * watch-requests.ts, several at once in multi-read.ts.
 *
 * Each writes its reply frame straight from the tree into the connection's output.
 */

import { OpCode, SpecialXid } from '../../jute/op-code.ts';
import { JuteError, type JuteReader } from '../../jute/reader.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { Connection } from '../connections/connection.ts';
import { answerGetAcl, answerWhoAmI } from './access-reads.ts';
import { answerMultiRead } from './multi-read.ts';
import { beginReply, mayRead, readPath, refuse } from './read-replies.ts';
import { answerAddWatch, answerCheckWatches, answerRemoveWatches, answerSetWatches } from './watch-requests.ts';

const SLASH = 0x2f;

export function isRead(opCode: number): boolean {
  switch (opCode) {
    case OpCode.exists:
    case OpCode.getData:
    case OpCode.getChildren:
    case OpCode.getChildren2:
    case OpCode.getACL:
    case OpCode.getEphemerals:
    case OpCode.getAllChildrenNumber:
    case OpCode.multiRead:
    case OpCode.whoAmI:
    case OpCode.ping:
    case OpCode.addWatch:
    case OpCode.checkWatches:
    case OpCode.removeWatches:
    case OpCode.setWatches:
    case OpCode.setWatches2:
      return true;
    default:
      return false;
  }
}

/** @throws JuteError when the body does not decode; nothing has happened then, but for what may be in `output` */
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
      return answerExists(tree, connection, xid, body);
    case OpCode.getData:
      return answerGetData(tree, connection, xid, body);
    case OpCode.getChildren:
    case OpCode.getChildren2:
      return answerGetChildren(tree, connection, xid, opCode, body);
    case OpCode.getACL:
      return answerGetAcl(tree, connection, xid, body);
    case OpCode.getEphemerals:
      return answerGetEphemerals(tree, connection, xid, body);
    case OpCode.getAllChildrenNumber:
      return answerGetAllChildrenNumber(tree, connection, xid, body);
    case OpCode.multiRead:
      return answerMultiRead(tree, connection, xid, body);
    case OpCode.whoAmI:
      return answerWhoAmI(tree, connection, xid);
    case OpCode.addWatch:
      return answerAddWatch(tree, connection, xid, body);
    case OpCode.checkWatches:
      return answerCheckWatches(tree, connection, xid, body);
    case OpCode.removeWatches:
      return answerRemoveWatches(tree, connection, xid, body);
    case OpCode.setWatches:
    case OpCode.setWatches2:
      return answerSetWatches(tree, connection, xid, opCode, body);
    default:
      throw new JuteError(`op ${opCode} is no read`);
  }
}

function answerExists(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const path = readPath(body);
  const watch = body.readBoolean();
  if (path.includes('\0')) return refuse(tree, connection, xid, 'BAD_ARGUMENTS');
  const row = tree.find(path);
  if (row >= 0 && !mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  // The one read that leaves a watch even when the znode is missing: it then waits for the creation.
  if (watch) tree.watches.data.add(path, connection);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  const start = beginReply(tree, connection, xid);
  tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

function answerGetData(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const path = readPath(body);
  const watch = body.readBoolean();
  const row = tree.find(path);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  if (!mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  if (watch) tree.watches.data.add(path, connection);
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
  body: JuteReader,
): void {
  const path = readPath(body);
  const watch = body.readBoolean();
  const row = tree.find(path);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  if (!mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  if (watch) tree.watches.child.add(path, connection);
  const start = beginReply(tree, connection, xid);
  tree.writeChildNames(connection.output, row);
  if (opCode === OpCode.getChildren2) tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

/** All znodes below this one, at any depth. */
function answerGetAllChildrenNumber(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const path = readPath(body);
  const row = tree.find(path);
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  if (!mayRead(tree, connection, row)) return refuse(tree, connection, xid, 'NO_AUTH');
  const start = beginReply(tree, connection, xid);
  // The empty path is another name of the root, below which ZooKeeper then counts the root's own entry as well.
  connection.output.writeInt(tree.descendantCount(row) + (path === '' ? 1 : 0));
  connection.endFrame(start);
}

/** The ephemerals of the asking session. A prefix is one of characters, not of names: `/a` is one of `/ab`. */
function answerGetEphemerals(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const prefix = body.readString() ?? '';
  const isAll = isBlankOrRoot(prefix);
  const start = beginReply(tree, connection, xid);
  const { output } = connection;
  const countAt = output.reserve(4);
  let count = 0;
  for (const path of tree.ephemeralsOf(connection.session)) {
    if (!isAll && !path.startsWith(prefix)) continue;
    output.writeString(path);
    count += 1;
  }
  output.patchInt(countAt, count);
  connection.endFrame(start);
}

// Java's trim takes away whatever is not above a space.
function isBlankOrRoot(prefix: string): boolean {
  for (let at = 0, slashes = 0; at < prefix.length; at++) {
    const unit = prefix.charCodeAt(at);
    if (unit > 0x20 && (unit !== SLASH || ++slashes > 1)) return false;
  }
  return true;
}
