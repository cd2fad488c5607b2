/** On whose behalf a txn is prepared: the session, and what its connection has proved to be. */

import type { SessionId } from '../../ids.ts';
import type { Identity } from '../../jute/quorum.ts';

export interface Requester {
  readonly session: SessionId;
  readonly identities: readonly Identity[];
}
