/** The replies to writes, made from what applying the txn gave (FinalRequestProcessor). */

import { type MultiOp, writeMultiEnd, writeMultiHeader } from '../../jute/multi.ts';
import { OpCode } from '../../jute/op-code.ts';
import { writeReplyHeader } from '../../jute/request.ts';
import { writeStat } from '../../jute/stat.ts';
import type { JuteWriter } from '../../jute/writer.ts';
import { type DataTree, NO_ROW, type TxnResult } from '../../tree/data-tree.ts';
import type { Zxid } from '../../zxid.ts';
import type { Connection } from '../connections/connection.ts';
import type { PendingRequest } from '../connections/pending-request.ts';

/** A request that its txn has just been applied for: the tree shows it, and nothing after it. */
export interface AppliedRequest {
  readonly request: PendingRequest;
  readonly zxid: Zxid;
  readonly result: TxnResult;
  readonly tree: DataTree;
}

/** What the client asked for decides the shape of the answer, whatever was made of it for the log. */
export function replyToWrite(connection: Connection, { request, zxid, result, tree }: AppliedRequest): void {
  const { xid, opCode, write } = request;
  const { output } = connection;
  const start = connection.beginFrame();
  // A multi's own error is 0, whether it failed or not: its ops carry their own.
  writeReplyHeader(output, xid, zxid, result.error);
  if (result.results !== null) {
    writeResults(output, result.results, write?.type === OpCode.multi ? (write.ops ?? []) : []);
  } else if (result.error === 0) {
    if (hasPath(opCode)) output.writeString(result.path);
    if (hasStat(opCode) && result.row !== NO_ROW) tree.writeStat(output, result.row);
  }
  connection.endFrame(start);
}

function hasPath(opCode: number): boolean {
  return opCode === OpCode.create || isStatCreate(opCode);
}

function hasStat(opCode: number): boolean {
  return opCode === OpCode.setData || opCode === OpCode.setACL || isStatCreate(opCode);
}

function isStatCreate(opCode: number): boolean {
  return opCode === OpCode.create2 || opCode === OpCode.createContainer || opCode === OpCode.createTTL;
}

function writeResults(output: JuteWriter, results: readonly TxnResult[], ops: readonly MultiOp[]): void {
  const isFailed = results.some((result) => result.type === OpCode.error);
  for (const [index, result] of results.entries()) {
    if (isFailed) writeFailure(output, result.error);
    else writeMember(output, result, ops[index]?.type ?? result.type);
  }
  writeMultiEnd(output);
}

function writeFailure(output: JuteWriter, error: number): void {
  writeMultiHeader(output, OpCode.error, error);
  output.writeInt(error);
}

// Whatever is created with a Stat in the answer is answered as create2.
function writeMember(output: JuteWriter, { path, stat }: TxnResult, opCode: number): void {
  writeMultiHeader(output, isStatCreate(opCode) ? OpCode.create2 : opCode, 0);
  if (hasPath(opCode)) output.writeString(path);
  if (hasStat(opCode) && stat !== null) writeStat(output, stat);
}
