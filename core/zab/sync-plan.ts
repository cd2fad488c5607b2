/**
 * How a leader brings one learner up to date (LearnerHandler.syncFollower; zookeeper-facts 13.5).
 *
 *     learner's last zxid                                     plan
 *     the end of our history                                  diff, nothing to send
 *     in our history, still in memory                         diff, what follows it
 *     in memory's range, but not in our history               trunc to the last zxid that we share, then what follows
 *     beyond our history                                      trunc to its end
 *     older than memory reaches                               snap
 *
 * A learner's log before a zxid that we share is the same as ours, because every proposal was made by one leader with
 * one history (core/SPEC.md, I2 and I3). Departure: ZooKeeper sends a snapshot where a cut would cross epochs.
 */

import { counterOf, type Zxid } from '../zxid.ts';
import type { RecentLog } from './recent-log.ts';

export type SyncPlan =
  | { readonly type: 'diff'; readonly after: Zxid }
  | { readonly type: 'trunc'; readonly after: Zxid }
  | { readonly type: 'snap' };

/** @param lastZxid  last zxid in the learner's log; it may belong to an epoch that we never saw */
export function planSync(log: RecentLog, lastZxid: Zxid): SyncPlan {
  if (lastZxid < log.baseZxid) return { type: 'snap' };
  // An epoch's opening zxid carries no txn, so there is nothing to cut: the learner has what came before it.
  if (log.holds(lastZxid) || counterOf(lastZxid) === 0) return { type: 'diff', after: lastZxid };
  return { type: 'trunc', after: log.floor(lastZxid) };
}
