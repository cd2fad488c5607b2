/** Operations on several znodes at once: multi, multiRead, and the questions that count or list many (facts 3.3). */

import { errorFromZkCode } from '../../../core/errors.ts';
import { writeMultiOps } from '../../../core/jute/multi.ts';
import { writeMultiReadOps } from '../../../core/jute/multi-read.ts';
import { OpCode } from '../../../core/jute/op-code.ts';
import type { CallOptions } from '../call-options.ts';
import { checkPath } from '../path.ts';
import { COUNT_REPLY, MULTI_READ_REPLY, MULTI_REPLY, NAMES_REPLY, type ReadResult } from '../replies.ts';
import type { Requester } from '../requester.ts';
import { type TransactionOp, type TransactionResult, toMultiOp, toTransactionResults } from '../transaction.ts';

/** One member of a multiRead. */
export interface ReadOp {
  readonly type: 'getData' | 'getChildren';
  readonly path: string;
}

export async function multi(
  requester: Requester,
  ops: readonly TransactionOp[],
  options: CallOptions,
): Promise<readonly TransactionResult[]> {
  const { chroot } = requester;
  const body = ops.map((op) => toMultiOp(op, chroot));
  const results = await requester.ask(OpCode.multi, { writeBody: writeMultiOps, body }, MULTI_REPLY, options);
  return toTransactionResults(ops, results, chroot);
}

export async function multiRead(
  requester: Requester,
  ops: readonly ReadOp[],
  options: CallOptions,
): Promise<readonly ReadResult[]> {
  const body = ops.map(({ type, path }) => {
    checkPath(path);
    return { type: OpCode[type], path: requester.chroot.toServer(path) };
  });
  const spec = { writeBody: writeMultiReadOps, body };
  const results = await requester.ask(OpCode.multiRead, spec, MULTI_READ_REPLY, options);
  return results.map((result, index) =>
    result.type === 'error'
      ? { type: 'error', error: errorFromZkCode(result.error, ops[index]?.path ?? null) }
      : result,
  );
}

export async function getEphemerals(requester: Requester, prefix: string, options: CallOptions): Promise<string[]> {
  const paths = await requester.askPath(OpCode.getEphemerals, prefix, NAMES_REPLY, options);
  return paths.map((path) => requester.chroot.toClient(path));
}

export function getAllChildrenNumber(requester: Requester, path: string, options: CallOptions): Promise<number> {
  return requester.askPath(OpCode.getAllChildrenNumber, path, COUNT_REPLY, options);
}
