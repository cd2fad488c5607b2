/**
 * Several writes that happen together or not at all (multi): what a caller asks for, what comes back, and the error of
 * a transaction that was refused, which names the member to blame.
 */

import { EnsembleError, errorFromZkCode, type OutcomeCode } from '../../core/errors.ts';
import type { MultiOp, MultiResult } from '../../core/jute/multi.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { type CreateOptions, makeCreate } from './create-request.ts';
import { type Data, toBytes } from './data.ts';
import { type Chroot, checkPath } from './path.ts';

/** One member of a transaction. Defaults as in the client's operations of the same name. */
export type TransactionOp =
  | ({ readonly type: 'create'; readonly path: string; readonly data?: Data | undefined } & CreateOptions)
  | { readonly type: 'delete'; readonly path: string; readonly version?: number | undefined }
  | { readonly type: 'setData'; readonly path: string; readonly data: Data; readonly version?: number | undefined }
  /** The znode exists and has this version, or nothing of the transaction happens. */
  | { readonly type: 'check'; readonly path: string; readonly version: number };

/** What came of a member. `stat` of a create is null on servers before 3.8.2. */
export type TransactionResult = Exclude<MultiResult, { readonly type: 'error' }>;

/** Nothing of the transaction was applied. Code and path are those of the member that was refused. */
export class TransactionError extends EnsembleError {
  /** Position of that member, from 0. */
  readonly index: number;

  constructor(code: OutcomeCode, path: string, index: number) {
    super(code, path, `member ${index} of the transaction`);
    this.name = 'TransactionError';
    this.index = index;
  }
}

const ANY_VERSION = -1;

/** @throws EnsembleError BAD_ARGUMENTS for a path or TTL that no server would accept */
export function toMultiOp(op: TransactionOp, chroot: Chroot): MultiOp {
  if (op.type === 'create') {
    const { path, data = null } = op;
    return makeCreate({ path, data, options: op, chroot, plainOp: OpCode.create2 });
  }
  checkPath(op.path);
  const path = chroot.toServer(op.path);
  const version = op.version ?? ANY_VERSION;
  switch (op.type) {
    case 'delete':
      return { type: OpCode.delete, path, version };
    case 'setData':
      return { type: OpCode.setData, path, data: toBytes(op.data), version };
    case 'check':
      return { type: OpCode.check, path, version };
  }
}

/** @throws TransactionError if the server refused a member: the first that failed for a reason of its own */
export function toTransactionResults(
  ops: readonly TransactionOp[],
  results: readonly MultiResult[],
  chroot: Chroot,
): readonly TransactionResult[] {
  const done: TransactionResult[] = [];
  for (const [index, result] of results.entries()) {
    if (result.type !== 'error') {
      done.push(result.type === 'create' ? { ...result, path: chroot.toClient(result.path) } : result);
    } else if (result.error !== 0) {
      // Members before the one to blame carry 0: they were rolled back.
      const path = ops[index]?.path ?? '';
      throw new TransactionError(errorFromZkCode(result.error, path).code, path, index);
    }
  }
  return done;
}
