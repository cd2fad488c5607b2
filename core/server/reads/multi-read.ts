/**
 * Answers several reads in one reply, all from the same state of the tree; one that is refused leaves the others alone
 * (zookeeper-facts 3.3; FinalRequestProcessor).
 */

import { type OutcomeCode, zkCodeOf } from '../../errors.ts';
import { writeMultiEnd, writeMultiHeader } from '../../jute/multi.ts';
import { type MultiReadOp, readMultiReadOps } from '../../jute/multi-read.ts';
import { OpCode } from '../../jute/op-code.ts';
import { JuteError, type JuteReader } from '../../jute/reader.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { Connection } from '../connections/connection.ts';
import { beginReply, mayRead } from './read-replies.ts';

/**
 * A small request can ask for the same large znode tens of thousands of times. Beyond this many bytes there is no answer
 * but -5: no client takes a frame of that size, and a connection with so much unsent is given up anyway.
 */
const REPLY_BYTES_MAX = 64 << 20;

export function answerMultiRead(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const ops = readMultiReadOps(body);
  const start = beginReply(tree, connection, xid);
  for (const op of ops) {
    answerOne(tree, connection, op);
    if (connection.output.length - start > REPLY_BYTES_MAX) throw new JuteError('a multiRead asks for too much');
  }
  writeMultiEnd(connection.output);
  connection.endFrame(start);
}

function answerOne(tree: DataTree, connection: Connection, { type, path }: MultiReadOp): void {
  if (path === null) throw new JuteError('a read of a multiRead names no path');
  const { output } = connection;
  const row = tree.find(path);
  if (row < 0) return writeError(connection, 'NO_NODE');
  if (!mayRead(tree, connection, row)) return writeError(connection, 'NO_AUTH');
  writeMultiHeader(output, type, 0);
  if (type === OpCode.getChildren) return tree.writeChildNames(output, row);
  tree.writeData(output, row);
  tree.writeStat(output, row);
}

function writeError({ output }: Connection, code: OutcomeCode): void {
  const error = zkCodeOf(code);
  writeMultiHeader(output, OpCode.error, error);
  output.writeInt(error);
}
