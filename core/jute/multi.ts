/**
 * multi (op 14): several writes that happen together or not at all.
 *
 *     class MultiHeader { int type; boolean done; int err; }
 *
 * A request is (MultiHeader(type, false, -1) + that op's record)*, ended by MultiHeader(-1, true, -1). The reply has
 * the same shape, with result records; a failed op is of type -1 and carries its error as an int.
 */

import { OpCode } from './op-code.ts';
import { JuteError, type JuteReader } from './reader.ts';
import {
  type CreateRequest,
  type CreateTtlRequest,
  readCreateRequest,
  readCreateTtlRequest,
  readSetDataRequest,
  readVersionedRequest,
  type SetDataRequest,
  type VersionedRequest,
  writeCreateRequest,
  writeCreateTtlRequest,
  writeSetDataRequest,
  writeVersionedRequest,
} from './request.ts';
import { readStat, type Stat } from './stat.ts';
import type { JuteWriter } from './writer.ts';

export type MultiOp =
  | ({ readonly type: typeof OpCode.create | typeof OpCode.create2 } & CreateRequest)
  | ({ readonly type: typeof OpCode.createContainer } & CreateRequest)
  | ({ readonly type: typeof OpCode.createTTL } & CreateTtlRequest)
  | ({ readonly type: typeof OpCode.delete | typeof OpCode.check } & VersionedRequest)
  | ({ readonly type: typeof OpCode.setData } & SetDataRequest);

export type MultiResult =
  | { readonly type: 'create'; readonly path: string; readonly stat: Stat | null }
  | { readonly type: 'delete' }
  | { readonly type: 'check' }
  | { readonly type: 'setData'; readonly stat: Stat }
  | { readonly type: 'error'; readonly error: number };

const END_TYPE = -1;

export function writeMultiHeader(writer: JuteWriter, type: number, error: number): void {
  writer.writeInt(type);
  writer.writeBoolean(false);
  writer.writeInt(error);
}

export function writeMultiEnd(writer: JuteWriter): void {
  writer.writeInt(END_TYPE);
  writer.writeBoolean(true);
  writer.writeInt(-1);
}

/** The members of a request or of a reply, up to its end: `readMember` is at the record of one. */
export function readMultiMembers<Member>(
  reader: JuteReader,
  readMember: (reader: JuteReader, type: number) => Member,
): Member[] {
  const members: Member[] = [];
  for (;;) {
    const type = reader.readInt();
    const done = reader.readBoolean();
    reader.readInt();
    if (done) return members;
    members.push(readMember(reader, type));
  }
}

/** @throws JuteError when a member does not decode or is no write: the whole request is then answered with -5 */
export function readMultiOps(reader: JuteReader): MultiOp[] {
  return readMultiMembers(reader, readMultiOp);
}

export function writeMultiOps(writer: JuteWriter, ops: readonly MultiOp[]): void {
  for (const op of ops) {
    writeMultiHeader(writer, op.type, -1);
    switch (op.type) {
      case OpCode.setData:
        writeSetDataRequest(writer, op);
        break;
      case OpCode.delete:
      case OpCode.check:
        writeVersionedRequest(writer, op);
        break;
      case OpCode.createTTL:
        writeCreateTtlRequest(writer, op);
        break;
      default:
        writeCreateRequest(writer, op);
    }
  }
  writeMultiEnd(writer);
}

export function readMultiResults(reader: JuteReader): MultiResult[] {
  return readMultiMembers(reader, readMultiResult);
}

function readMultiOp(reader: JuteReader, type: number): MultiOp {
  switch (type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
      return { type, ...readCreateRequest(reader) };
    case OpCode.createTTL:
      return { type, ...readCreateTtlRequest(reader) };
    case OpCode.delete:
    case OpCode.check:
      return { type, ...readVersionedRequest(reader) };
    case OpCode.setData:
      return { type, ...readSetDataRequest(reader) };
    default:
      throw new JuteError(`op ${type} cannot be part of a multi`);
  }
}

function readMultiResult(reader: JuteReader, type: number): MultiResult {
  switch (type) {
    case OpCode.create:
      return { type: 'create', path: reader.readString() ?? '', stat: null };
    case OpCode.create2:
      return { type: 'create', path: reader.readString() ?? '', stat: readStat(reader) };
    case OpCode.delete:
      return { type: 'delete' };
    case OpCode.check:
      return { type: 'check' };
    case OpCode.setData:
      return { type: 'setData', stat: readStat(reader) };
    case OpCode.error:
      return { type: 'error', error: reader.readInt() };
    default:
      throw new JuteError(`a multi's result has the unknown type ${type}`);
  }
}
