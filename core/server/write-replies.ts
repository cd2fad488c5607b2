/** The replies to writes, made from what applying the txn gave (FinalRequestProcessor). */

import { writeMultiEnd, writeMultiHeader } from '../jute/multi.ts';
import { OpCode } from '../jute/op-code.ts';
import { writeReplyHeader } from '../jute/request.ts';
import { writeStat } from '../jute/stat.ts';
import type { JuteWriter } from '../jute/writer.ts';
import type { TxnResult } from '../tree/data-tree.ts';
import type { Zxid } from '../zxid.ts';
import type { Connection } from './connection.ts';

/** @param opCode  what the client asked for; it decides the shape of the answer */
export function replyToWrite(connection: Connection, xid: number, opCode: number, zxid: Zxid, result: TxnResult): void {
  const start = connection.beginFrame();
  // A multi's own error is 0, whether it failed or not: its ops carry their own.
  writeReplyHeader(connection.output, xid, zxid, result.error);
  if (result.results !== null) writeResults(connection.output, result.results);
  else if (result.error === 0) writeResult(connection.output, opCode, result);
  connection.endFrame(start);
}

function writeResult(output: JuteWriter, opCode: number, result: TxnResult): void {
  const hasPath = opCode === OpCode.create || opCode === OpCode.create2;
  const hasStat = opCode === OpCode.create2 || opCode === OpCode.setData;
  if (hasPath) output.writeString(result.path);
  if (hasStat && result.stat !== null) writeStat(output, result.stat);
}

function writeResults(output: JuteWriter, results: readonly TxnResult[]): void {
  const isFailed = results.some((result) => result.type === OpCode.error);
  for (const result of results) {
    if (isFailed) writeFailure(output, result.error);
    else writeMember(output, result);
  }
  writeMultiEnd(output);
}

function writeFailure(output: JuteWriter, error: number): void {
  writeMultiHeader(output, OpCode.error, error);
  output.writeInt(error);
}

function writeMember(output: JuteWriter, result: TxnResult): void {
  writeMultiHeader(output, result.type, 0);
  writeResult(output, result.type, result);
}
