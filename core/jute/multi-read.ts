/**
 * multiRead (op 22): several reads answered together, each for itself (zookeeper-facts 3.3). The frame is that of a multi
 * (multi.ts); its members are getData and getChildren, its results their records or errors. A `watch` flag is read and
 * means nothing here.
 */

import { readMultiMembers, writeMultiEnd, writeMultiHeader } from './multi.ts';
import { OpCode } from './op-code.ts';
import { JuteError, type JuteReader } from './reader.ts';
import { readWatchableRequest, writeWatchableRequest } from './request.ts';
import { readStat, type Stat } from './stat.ts';
import type { JuteWriter } from './writer.ts';

export interface MultiReadOp {
  readonly type: typeof OpCode.getData | typeof OpCode.getChildren;
  readonly path: string;
}

export type MultiReadResult =
  | { readonly type: 'getData'; readonly data: Uint8Array | null; readonly stat: Stat }
  | { readonly type: 'getChildren'; readonly names: readonly string[] }
  | { readonly type: 'error'; readonly error: number };

/** @throws JuteError when a member does not decode, is no such read or has no path: all is then answered with -5 */
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

/** The data of a result is a view of the frame. */
function readMultiReadResult(reader: JuteReader, type: number): MultiReadResult {
  switch (type) {
    case OpCode.getData: {
      const data = reader.readBuffer();
      return { type: 'getData', data, stat: readStat(reader) };
    }
    case OpCode.getChildren: {
      const count = reader.readCount();
      return { type: 'getChildren', names: Array.from({ length: count }, () => reader.readString() ?? '') };
    }
    case OpCode.error:
      return { type: 'error', error: reader.readInt() };
    default:
      throw new JuteError(`a multiRead's result has the unknown type ${type}`);
  }
}

function readMultiReadOp(reader: JuteReader, type: number): MultiReadOp {
  if (type !== OpCode.getData && type !== OpCode.getChildren) {
    throw new JuteError(`op ${type} cannot be part of a multiRead`);
  }
  const { path } = readWatchableRequest(reader);
  if (path === null) throw new JuteError('a read of a multiRead names no path');
  return { type, path };
}
