/**
 * Where a session is, as the log tells it: a createSession txn for a session that exists says that it was attached at
 * another replica, whose id stands in the header's cxid. The txn that began the session has cxid 0.
 *
 * ZooKeeper keeps this in its leader's memory alone, and forgets it with the leader. In the log every replica learns of it,
 * and no leader can come that does not know: a replica that was cut off when the client left it drops what it still held
 * for it. ZooKeeper reads the txn as what it is otherwise, the session's timeout anew.
 */

import type { PeerId, SessionId } from '../../ids.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { Txn, TxnHeader } from '../../jute/txn.ts';

interface Placed {
  readonly header: Pick<TxnHeader, 'clientId' | 'cxid' | 'type'>;
  readonly txn: Txn;
}

/** The session is at this replica from now on. */
export function sessionPlaced(at: PeerId, session: SessionId, timeoutMs: number): Placed {
  const type = OpCode.createSession;
  return { header: { clientId: session, cxid: at, type }, txn: { type, timeoutMs } };
}

/** @param header  of a createSession txn. @returns the replica's id; null where the session has only begun */
export function placeOfSession({ cxid }: TxnHeader): number | null {
  return cxid === 0 ? null : cxid;
}
