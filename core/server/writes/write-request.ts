/**
 * The requests that become txns, decoded. The replica that holds the client decodes once to refuse what is malformed;
 * the leader decodes what learners forward.
 */

import { readSetAclRequest, type SetAclRequest } from '../../jute/auth.ts';
import { type MultiOp, readMultiOps } from '../../jute/multi.ts';
import { OpCode } from '../../jute/op-code.ts';
import { JuteError, type JuteReader } from '../../jute/reader.ts';
import { type ReconfigRequest, readReconfigRequest } from '../../jute/reconfig.ts';
import {
  CreateFlag,
  isCreateMode,
  readCreateRequest,
  readCreateTtlRequest,
  readSetDataRequest,
  readVersionedRequest,
  type SetDataRequest,
  type VersionedRequest,
} from '../../jute/request.ts';
import type { AnyCreateRequest } from './prepare-create.ts';

export type WriteRequest =
  | AnyCreateRequest
  | ({ readonly type: typeof OpCode.delete } & VersionedRequest)
  | ({ readonly type: typeof OpCode.setData } & SetDataRequest)
  | ({ readonly type: typeof OpCode.setACL } & SetAclRequest)
  | ({ readonly type: typeof OpCode.reconfig } & ReconfigRequest)
  /** null: the members do not decode. Other than a single write, such a multi takes a zxid before it is refused. */
  | { readonly type: typeof OpCode.multi; readonly ops: readonly MultiOp[] | null }
  | { readonly type: typeof OpCode.createSession; readonly timeoutMs: number }
  | { readonly type: typeof OpCode.closeSession };

/** The ops of clients that become txns. Others that do are the servers' own, and no client's: 20 and -10. */
export function isWrite(opCode: number): boolean {
  switch (opCode) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTTL:
    case OpCode.delete:
    case OpCode.setData:
    case OpCode.setACL:
    case OpCode.reconfig:
    case OpCode.multi:
    case OpCode.closeSession:
      return true;
    default:
      return false;
  }
}

/** @throws JuteError when the body does not decode; the client gets MARSHALLING_ERROR and keeps its connection */
export function readWriteRequest(reader: JuteReader, opCode: number): WriteRequest {
  switch (opCode) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
      return { type: opCode, ...readCreateRequest(reader) };
    case OpCode.createTTL:
      return { type: opCode, ...readCreateTtlRequest(reader) };
    case OpCode.delete:
      return { type: opCode, ...readVersionedRequest(reader) };
    case OpCode.setData:
      return { type: opCode, ...readSetDataRequest(reader) };
    case OpCode.setACL:
      return { type: opCode, ...readSetAclRequest(reader) };
    case OpCode.reconfig:
      return { type: opCode, ...readReconfigRequest(reader) };
    case OpCode.multi:
      return { type: opCode, ops: readMembers(reader) };
    case OpCode.createSession:
      return { type: opCode, timeoutMs: reader.readInt() };
    case OpCode.closeSession:
      return { type: opCode };
    default:
      throw new JuteError(`op ${opCode} is no write`);
  }
}

function readMembers(reader: JuteReader): MultiOp[] | null {
  try {
    return readMultiOps(reader).map(toMember);
  } catch (error) {
    if (error instanceof JuteError) return null;
    throw error;
  }
}

/**
 * What ZooKeeper makes of a multi's member before it looks at any (MultiOperationRecord). A path that is missing or a flag
 * that is no mode, which would fail in a request of its own, spoils the multi; and here the flag has a say in what is
 * created, whatever the op.
 */
function toMember(op: MultiOp): MultiOp {
  if (op.path === null) throw new JuteError('an op of a multi names no path');
  if (!('flags' in op)) return op;
  const isTtl = op.flags === CreateFlag.persistentWithTtl || op.flags === CreateFlag.persistentSequentialWithTtl;
  if (op.type === OpCode.createTTL) {
    if (isTtl) return op;
    const { ttl, ...create } = op;
    return { ...create, type: op.flags === CreateFlag.container ? OpCode.createContainer : OpCode.create };
  }
  if (isTtl || !isCreateMode(op.flags)) throw new JuteError(`op ${op.type} of a multi has the flag ${op.flags}`);
  return op.flags === CreateFlag.container ? { ...op, type: OpCode.createContainer } : op;
}
