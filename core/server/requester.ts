/** On whose behalf a txn is prepared: the session, what its connection has proved to be, and what it may be here. */

import type { SessionId } from '../ids.ts';
import type { Identity } from '../jute/quorum.ts';

export interface Requester {
  readonly session: SessionId;
  readonly identities: readonly Identity[];
  /** The schemes whose ids an ACL may name, beside `world` and `auth`. */
  readonly aclSchemes: ReadonlySet<string>;
}
