/**
 * A leader's picture of one learner: how far its quorum connection has come, and how far its log (LearnerHandler).
 *
 *     greeted ──leaderInfo──▶ informed ──ackEpoch──▶ ready ──sync, newLeader──▶ synchronising ──ack──▶ following
 *
 * From `synchronising` on it receives every new proposal; only from `following` on do its acks count.
 */

import type { PeerId } from '../ids.ts';
import { ZXID_ZERO, type Zxid } from '../zxid.ts';

export type LearnerPhase = 'greeted' | 'informed' | 'ready' | 'synchronising' | 'following';

/** What may be known of a learner outside. */
export type LearnerReport = Readonly<Pick<LearnerHandler, 'id' | 'isVoter' | 'phase' | 'ackedZxid' | 'informedZxid'>>;

export class LearnerHandler {
  readonly id: PeerId;
  readonly stream: number;
  readonly isVoter: boolean;
  phase: LearnerPhase = 'greeted';
  /** End of its log when it joined. */
  lastZxid: Zxid = ZXID_ZERO;
  /** Durable in its log, as far as it has said in this epoch. */
  ackedZxid: Zxid = ZXID_ZERO;
  /** Last txn sent to it, for observers. */
  informedZxid: Zxid = ZXID_ZERO;
  lastHeardMs: number;

  constructor(id: PeerId, stream: number, isVoter: boolean, nowMs: number) {
    this.id = id;
    this.stream = stream;
    this.isVoter = isVoter;
    this.lastHeardMs = nowMs;
  }

  get receivesProposals(): boolean {
    return this.phase === 'synchronising' || this.phase === 'following';
  }
}
