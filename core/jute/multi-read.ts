/**
 * multiRead (op 22): several reads in one request, each with an outcome of its own. Framed as a multi (multi.ts): one
 * MultiHeader before each member and each result, another at the end (facts 3.3).
 */

import { readMultiMembers, writeMultiEnd, writeMultiHeader } from './multi.ts';
import { OpCode } from './op-code.ts';
import { JuteError, type JuteReader } from './reader.ts';
import { readWatchableRequest, writeWatchableRequest } from './request.ts';
import { readStat, type Stat, writeStat } from './stat.ts';
import type { JuteWriter } from './writer.ts';

/** The watch flag travels and is ignored. */
export interface MultiReadOp {
  readonly type: typeof OpCode.getData | typeof OpCode.getChildren;
  readonly path: string | null;
}

/** Data is lent: it points into the frame that was read. */
export type MultiReadResult =
  | { readonly type: 'getData'; readonly data: Uint8Array | null; readonly stat: Stat }
  | { readonly type: 'getChildren'; readonly children: readonly string[] }
  | { readonly type: 'error'; readonly error: number };

/** @throws JuteError when a member does not decode or is no such read: the whole request is then answered with -5 */
export function readMultiReadOps(reader: JuteReader): MultiReadOp[] {
  return readMultiMembers(reader, readMultiReadOp);
}

export function writeMultiReadOps(writer: JuteWriter, ops: readonly MultiReadOp[]): void {
  for (const { type, path } of ops) {
    writeMultiHeader(writer, type, -1);
    writeWatchableRequest(writer, { path, watch: false });
  }
  writeMultiEnd(writer);
}

export function readMultiReadResults(reader: JuteReader): MultiReadResult[] {
  return readMultiMembers(reader, readMultiReadResult);
}

export function writeMultiReadResults(writer: JuteWriter, results: readonly MultiReadResult[]): void {
  for (const result of results) {
    switch (result.type) {
      case 'getData':
        writeMultiHeader(writer, OpCode.getData, 0);
        writer.writeBuffer(result.data);
        writeStat(writer, result.stat);
        break;
      case 'getChildren':
        writeMultiHeader(writer, OpCode.getChildren, 0);
        writer.writeInt(result.children.length);
        for (const name of result.children) writer.writeString(name);
        break;
      case 'error':
        writeMultiHeader(writer, OpCode.error, result.error);
        writer.writeInt(result.error);
    }
  }
  writeMultiEnd(writer);
}

function readMultiReadOp(reader: JuteReader, type: number): MultiReadOp {
  if (type !== OpCode.getData && type !== OpCode.getChildren) {
    throw new JuteError(`op ${type} cannot be part of a multiRead`);
  }
  return { type, path: readWatchableRequest(reader).path };
}

function readMultiReadResult(reader: JuteReader, type: number): MultiReadResult {
  switch (type) {
    case OpCode.getData: {
      const data = reader.readBuffer();
      return { type: 'getData', data, stat: readStat(reader) };
    }
    case OpCode.getChildren: {
      const count = reader.readCount();
      const children: string[] = [];
      for (let index = 0; index < count; index++) children.push(reader.readString() ?? '');
      return { type: 'getChildren', children };
    }
    case OpCode.error:
      return { type: 'error', error: reader.readInt() };
    default:
      throw new JuteError(`a multiRead's result has the unknown type ${type}`);
  }
}
