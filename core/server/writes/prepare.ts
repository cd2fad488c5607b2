/**
 * Turns a request into the txn that every replica will apply: the leader's decision (PrepRequestProcessor).
 *
 * In: a decoded request, who asks, and the tree as it will be when all outstanding proposals are applied. Out: a txn in
 * which nothing is left to decide, or `RequestRefused`. The order of the checks is part of the protocol, because it
 * determines which error a client sees (zookeeper-facts 4.2).
 */

import { unreachable } from '../../assert.ts';
import { zkCodeOf } from '../../errors.ts';
import type { SessionId } from '../../ids.ts';
import type { MultiOp } from '../../jute/multi.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { SingleTxn, Txn } from '../../jute/txn.ts';
import { DraftChanges, type OutstandingChanges, type ZnodeRecords } from './outstanding-changes.ts';
import type { Preparation } from './preparation.ts';
import { prepareCreate } from './prepare-create.ts';
import { prepareReconfig } from './prepare-reconfig.ts';
import { prepareCheck, prepareDelete, prepareSetAcl, prepareSetData } from './prepare-znode.ts';
import { RequestRefused } from './refusal.ts';
import type { Requester } from './requester.ts';
import type { WriteRequest } from './write-request.ts';
import type { WriteRules } from './write-rules.ts';

/** @throws RequestRefused; then nothing has been recorded in `changes` */
export function prepare(
  request: WriteRequest,
  requester: Requester,
  changes: OutstandingChanges,
  rules: WriteRules,
): Txn {
  const preparation = { requester, records: changes, rules };
  switch (request.type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTTL:
      return prepareCreate(request, preparation);
    case OpCode.delete:
      return prepareDelete(request, preparation);
    case OpCode.setData:
      return prepareSetData(request, preparation);
    case OpCode.setACL:
      return prepareSetAcl(request, preparation);
    case OpCode.reconfig:
      return prepareReconfig(request, preparation);
    case OpCode.multi:
      return prepareMulti(request.ops, preparation);
    case OpCode.createSession:
      return { type: OpCode.createSession, timeoutMs: request.timeoutMs };
    case OpCode.closeSession:
      return prepareCloseSession(requester.session, changes);
    default:
      return unreachable(request);
  }
}

function prepareMulti(ops: readonly MultiOp[] | null, preparation: Preparation): Txn {
  if (ops === null) throw new RequestRefused('MARSHALLING_ERROR');
  const draft = new DraftChanges(preparation.records);
  const member = { ...preparation, records: draft };
  const txns: SingleTxn[] = [];
  for (const op of ops) {
    try {
      txns.push(prepareMember(op, member));
    } catch (reason) {
      // An ACL without an id spoils the whole request, as in ZooKeeper.
      if (!(reason instanceof RequestRefused) || reason.zkCode === zkCodeOf('MARSHALLING_ERROR')) throw reason;
      return { type: OpCode.multi, txns: failedMulti(txns, reason.zkCode, ops.length) };
    }
  }
  draft.commit();
  return { type: OpCode.multi, txns };
}

// What stood before the failure keeps its txn; the failing op carries its error, those after it "not tried".
function failedMulti(prepared: readonly SingleTxn[], error: number, count: number): SingleTxn[] {
  const rest = count - prepared.length - 1;
  const notTried: SingleTxn = { type: OpCode.error, error: zkCodeOf('RUNTIME_INCONSISTENCY') };
  return [...prepared, { type: OpCode.error, error }, ...Array.from({ length: rest }, () => notTried)];
}

function prepareMember(op: MultiOp, preparation: Preparation): SingleTxn {
  switch (op.type) {
    case OpCode.create:
    case OpCode.create2:
      // ZooKeeper up to 3.8.1 does not read a create2 inside a multi: it would pass over the whole multi without a word.
      return prepareCreate({ ...op, type: OpCode.create }, preparation);
    case OpCode.createContainer:
    case OpCode.createTTL:
      return prepareCreate(op, preparation);
    case OpCode.delete:
      return prepareDelete(op, preparation);
    case OpCode.setData:
      return prepareSetData(op, preparation);
    case OpCode.check:
      return prepareCheck(op, preparation);
    default:
      return unreachable(op);
  }
}

/** The session's ephemerals as they will be go with it. */
export function prepareCloseSession(session: SessionId, changes: OutstandingChanges): Txn {
  const pathsToDelete = changes.ephemeralsOf(session);
  const draft = new DraftChanges(changes);
  for (const path of pathsToDelete) forget(path, draft);
  draft.commit();
  return { type: OpCode.closeSession, pathsToDelete };
}

function forget(path: string, records: ZnodeRecords): void {
  const record = records.get(path);
  if (record === null) return;
  records.set(path, { ...record, exists: false });
  const parentPath = path.slice(0, Math.max(path.lastIndexOf('/'), 1));
  const parent = records.get(parentPath);
  if (parent !== null) records.set(parentPath, { ...parent, childCount: parent.childCount - 1 });
}
