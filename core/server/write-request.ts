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
      return { type: opCode, ...requirePath(readCreateRequest(reader)) };
    case OpCode.delete:
      return { type: opCode, ...requirePath(readVersionedRequest(reader)) };
    case OpCode.setData:
      return { type: opCode, ...readSetDataRequest(reader) };
    case OpCode.multi:
      return { type: opCode, ops: requireCreateModes(readMultiOps(reader)) };
    case OpCode.createSession:
      return { type: opCode, timeoutMs: reader.readInt() };
    case OpCode.closeSession:
      return { type: opCode };
    default:
      throw new JuteError(`op ${opCode} is no write`);
  }
}

// Outside a multi such a flag is judged with the other arguments; here it keeps the whole request from being read.
function requireCreateModes(ops: MultiOp[]): MultiOp[] {
  for (const op of ops) {
    if ('flags' in op && !isCreateMode(op.flags)) throw new JuteError(`${op.flags} is no create mode`);
  }
  return ops;
}

function requirePath<Request extends { readonly path: string | null }>(request: Request): Request {
  if (request.path === null) throw new JuteError('the request names no path');
  return request;
}
