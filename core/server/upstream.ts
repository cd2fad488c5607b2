/**
 * Where a replica's clients get their writes decided: at the leader's desk in this replica, or over the link at the
 * leader's desk of another one. Answers come back as committed txns, as `onSynced`, and as `onRevalidated`.
 */

import type { SessionId } from '../ids.ts';
import type { Identity } from '../jute/quorum.ts';
import type { Connection } from './connections/connection.ts';
import type { WriteRequest } from './writes/write-request.ts';

export interface UpstreamRequest {
  readonly session: SessionId;
  readonly cxid: number;
  readonly opCode: number;
  /** The request's record without header. */
  readonly body: Uint8Array;
  readonly identities: readonly Identity[];
}

export interface Upstream {
  /** There is no leader behind it: only reads are served. */
  readonly isReadOnly: boolean;
  /** Answered by a committed txn with the same session and cxid. `decoded` is the body, read: the leader need not again. */
  submit(request: UpstreamRequest, decoded: WriteRequest): void;
  /** Answered by `ClientDesk.onSynced`, in the order of the calls. */
  sync(session: SessionId, cxid: number): void;
  /** Answered by `ClientDesk.onRevalidated`. */
  revalidate(session: SessionId, timeoutMs: number): void;
  /** Signs of life since the last call. */
  touch(connections: readonly Connection[]): void;
}
