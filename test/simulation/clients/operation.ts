/** One request of a client, from its issue to what came of it, and what the committed history says of it. */

import { formatSessionId, type SessionId } from '../../../core/ids.ts';
import type { Epoch, Zxid } from '../../../core/zxid.ts';
import type { Origin } from '../replica-host.ts';
import type { ClientRequest, ReplyBody } from './requests.ts';

export interface Reply {
  readonly zxid: number;
  readonly error: number;
  readonly body: ReplyBody | null;
  /** Of the replica that answered. */
  readonly origin: Origin;
}

export interface Operation {
  readonly session: string;
  readonly xid: number;
  readonly request: ClientRequest;
  readonly issuedUs: number;
  /** The latest zxid that any client had been told by then for a write. */
  readonly acknowledgedBefore: Zxid;
  /** What the replica served when this was asked; null while it was not active. */
  readonly epochAtIssue: Epoch | null;
  /** Null while nothing has come; stays null when the connection is lost first. */
  reply: Reply | null;
  isUnknown: boolean;
  /** The session has been attached anew since, and by then this had not been decided: now it must not be any more. */
  isLeftBehind: boolean;
  /** Writes: where the committed history has it. */
  zxid: Zxid | null;
}

export function sessionKey(id: SessionId): string {
  return formatSessionId(id);
}

export function operationKey(session: string, xid: number): string {
  return `${session} ${xid}`;
}
