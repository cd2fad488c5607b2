/** The replies to writes, made from what applying the txn gave (FinalRequestProcessor). */

import { type MultiOp, writeMultiEnd, writeMultiHeader } from '../jute/multi.ts';
import { OpCode } from '../jute/op-code.ts';
import { writeReplyHeader } from '../jute/request.ts';
import { writeStat } from '../jute/stat.ts';
import type { JuteWriter } from '../jute/writer.ts';
import type { TxnResult } from '../tree/data-tree.ts';
import type { Zxid } from '../zxid.ts';
import type { Connection } from './connection.ts';
import type { PendingRequest } from './pending-request.ts';

/** @param request  what the client asked for decides the shape of the answer, whatever was made of it for the log */
export function replyToWrite(connection: Connection, request: PendingRequest, zxid: Zxid, result: TxnResult): void {
  const { xid, opCode, write } = request;
  const start = connection.beginFrame();
  // A multi's own error is 0, whether it failed or not: its ops carry their own.
  writeReplyHeader(connection.output, xid, zxid, result.error);
  if (result.results !== null) {
    writeResults(connection.output, result.results, write?.type === OpCode.multi ? write.ops : []);
  } else if (result.error === 0) writeResult(connection.output, opCode, result);
  connection.endFrame(start);
}

function writeResult(output: JuteWriter, opCode: number, result: TxnResult): void {
  const hasPath = opCode === OpCode.create || opCode === OpCode.create2;
  const hasStat = opCode === OpCode.create2 || opCode === OpCode.setData;
  if (hasPath) output.writeString(result.path);
  if (hasStat && result.stat !== null) writeStat(output, result.stat);
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

function writeMember(output: JuteWriter, result: TxnResult, opCode: number): void {
  writeMultiHeader(output, opCode, 0);
  writeResult(output, opCode, result);
}
