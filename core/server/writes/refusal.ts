/**
 * A request that the leader refuses while preparing it. Thrown and caught inside core/server only: it becomes an error
 * txn, so that the failed write takes its place (and its zxid) in the order of all writes. It is not an Error, because
 * a refused write is an ordinary outcome and a stack trace would cost more than the rest of the request.
 */

import { type OutcomeCode, zkCodeOf } from '../../errors.ts';

export class RequestRefused {
  readonly zkCode: number;

  constructor(code: OutcomeCode) {
    this.zkCode = zkCodeOf(code);
  }
}
