/**
 * The requests that become txns, decoded. The replica that holds the client decodes once to refuse what is malformed;
 * the leader decodes what learners forward.
 */

import { type MultiOp, readMultiOps } from '../jute/multi.ts';
import { OpCode } from '../jute/op-code.ts';
import { JuteError, type JuteReader } from '../jute/reader.ts';
import {
  type CreateRequest,
  isCreateMode,
  readCreateRequest,
  readSetDataRequest,
  readVersionedRequest,
  type SetDataRequest,
  type VersionedRequest,
} from '../jute/request.ts';

export type WriteRequest =
  | ({ readonly type: typeof OpCode.create | typeof OpCode.create2 } & CreateRequest)
  | ({ readonly type: typeof OpCode.delete } & VersionedRequest)
  | ({ readonly type: typeof OpCode.setData } & SetDataRequest)
  | { readonly type: typeof OpCode.multi; readonly ops: readonly MultiOp[] }
  | { readonly type: typeof OpCode.createSession; readonly timeoutMs: number }
  | { readonly type: typeof OpCode.closeSession };

/** @throws JuteError when the body does not decode; the client gets MARSHALLING_ERROR and keeps its connection */
export function readWriteRequest(reader: JuteReader, opCode: number): WriteRequest {
  switch (opCode) {
    case OpCode.create:
    case OpCode.create2:
      return { type: opCode, ...readCreateRequest(reader) };
    case OpCode.delete:
      return { type: opCode, ...readVersionedRequest(reader) };
    case OpCode.setData:
      return { type: opCode, ...readSetDataRequest(reader) };
    case OpCode.multi:
      return { type: opCode, ops: requireSound(readMultiOps(reader)) };
    case OpCode.createSession:
      return { type: opCode, timeoutMs: reader.readInt() };
    case OpCode.closeSession:
      return { type: opCode };
    default:
      throw new JuteError(`op ${opCode} is no write`);
  }
}

// In a request of its own, a flag that is no mode or a missing path is a failed write; a multi cannot be read then.
function requireSound(ops: MultiOp[]): MultiOp[] {
  for (const op of ops) {
    if (op.path === null) throw new JuteError('an op of a multi names no path');
    if ('flags' in op && !isCreateMode(op.flags)) throw new JuteError(`${op.flags} is no create mode`);
  }
  return ops;
}
