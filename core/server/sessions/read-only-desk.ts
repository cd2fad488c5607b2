/**
 * Stands in for the leader while this replica serves without a quorum (ReadOnlyZooKeeperServer, zookeeper-facts 10.1).
 * It decides nothing about sessions: whoever has a password of this ensemble may read here under the id that goes with it,
 * and what became of the session is for the next leader to say. New sessions are known to nobody else and end with their
 * connection. Writes and syncs never get here.
 */

import type { SessionId } from '../../ids.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { Connection } from '../connections/connection.ts';
import { type PendingRequest, refuseHere } from '../connections/pending-request.ts';
import type { Upstream, UpstreamRequest } from '../upstream.ts';

/** Refuses whatever needs a quorum. A session of this replica alone may end: that is answered here. */
export function refuseReadOnly(request: PendingRequest, connection: Connection): void {
  if (request.kind === 'local' && request.opCode !== OpCode.check) return;
  if (request.opCode !== OpCode.closeSession || !connection.isLocal) return refuseHere(request, 'NOT_READ_ONLY');
  request.kind = 'local';
  request.write = null;
}

export class ReadOnlyDesk implements Upstream {
  readonly isReadOnly = true;
  readonly #grant: (session: SessionId) => void;

  /** @param grant  the session may be established */
  constructor(grant: (session: SessionId) => void) {
    this.#grant = grant;
  }

  /** The beginning of a session: the one request that is submitted. */
  submit({ session }: UpstreamRequest): void {
    this.#grant(session);
  }

  revalidate(session: SessionId): void {
    this.#grant(session);
  }

  sync(): void {}

  touch(): void {}
}
