/**
 * A client's request that waits for its turn, read as far as this replica must: a write whose body does not decode never
 * travels, it is refused here.
 */

import { type OutcomeCode, zkCodeOf } from '../../errors.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { Identity } from '../../jute/quorum.ts';
import { JuteError, type JuteReader } from '../../jute/reader.ts';
import type { Epoch } from '../../zxid.ts';
import type { AuthVerdict } from '../access/auth-verdict.ts';
import { isWrite, readWriteRequest, type WriteRequest } from '../writes/write-request.ts';

export type RequestKind =
  /** Travels to the leader and comes back as a txn. */
  | 'write'
  /** Travels to the leader and comes back as a SYNC. */
  | 'sync'
  /** Answered here, once everything before it is. */
  | 'local';

/** `bytes[start…end)` is the body; the frame's buffer is never reused. */
export interface PendingRequest {
  kind: RequestKind;
  readonly xid: number;
  readonly opCode: number;
  /** Those of its connection when it came. */
  readonly identities: readonly Identity[];
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** The body of a write; null for the others. */
  write: WriteRequest | null;
  /** ZooKeeper's error code for a request that is refused here, in its turn; 0 for the others. */
  error: number;
  /** What the answer to such a request carries as zxid; null: the last that this replica has processed. */
  errorZxid: number | null;
  /** What was found about the identity that it claims, told in its turn; null for ordinary requests. */
  verdict: AuthVerdict | null;
  /** The epoch whose leader it was submitted to last; null while it was to none. */
  submittedIn: Epoch | null;
  /** It has been submitted, and counts as on its way until it leaves its queue. */
  isUnderWay: boolean;
  /** A sync whose SYNC has come. */
  isReleased: boolean;
  /** Of the turn's clock, monotonic. */
  readonly receivedMs: number;
}

type RequestOrigin = Pick<PendingRequest, 'xid' | 'opCode' | 'identities' | 'receivedMs'>;

/** @param reader  at the body */
export function readPendingRequest(
  reader: JuteReader,
  { xid, opCode, identities, receivedMs }: RequestOrigin,
): PendingRequest {
  const request: PendingRequest = {
    kind: kindOf(opCode),
    xid,
    opCode,
    identities,
    bytes: reader.bytes,
    start: reader.position,
    end: reader.end,
    write: null,
    error: 0,
    errorZxid: null,
    verdict: null,
    submittedIn: null,
    isUnderWay: false,
    isReleased: false,
    receivedMs,
  };
  try {
    if (request.kind === 'write') request.write = readWriteRequest(reader, opCode);
    else if (request.kind === 'sync') reader.readString();
  } catch (error) {
    if (!(error instanceof JuteError)) throw error;
    refuseHere(request, 'MARSHALLING_ERROR');
  }
  return request;
}

/** The answer is known already, and waits for its turn only. */
export function decideHere(request: PendingRequest, verdict: AuthVerdict): void {
  request.kind = 'local';
  request.write = null;
  request.verdict = verdict;
}

export function refuseHere(request: PendingRequest, code: OutcomeCode, zxid: number | null = null): void {
  request.kind = 'local';
  request.write = null;
  request.error = zkCodeOf(code);
  request.errorZxid = zxid;
}

function kindOf(opCode: number): RequestKind {
  if (isWrite(opCode)) return 'write';
  return opCode === OpCode.sync ? 'sync' : 'local';
}
