/** Zab, phase 2: what the leader sends each learner, and what a learner promises by its ack (zookeeper-facts 13.5). */

import type { QuorumPacket } from '../../../../core/jute/quorum.ts';
import { RecentLog } from '../../../../core/zab/recent-log.ts';
import { planSync } from '../../../../core/zab/sync-plan.ts';
import { ZXID_ZERO } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';
import {
  ackEpoch,
  at,
  ENTRY,
  electedLeader,
  establishedLeader,
  feed,
  followerInfo,
  greetingFollower,
  installed,
  leaderInfo,
  linkDown,
  observerInfo,
  packet,
  proposal,
  propose,
  synced,
  truncated,
  upToDate,
  vote,
  zxid,
} from './driver.ts';

const synchronisation = suite('zab/synchronisation');

// Memory reaches back to 1:3; history went from 1:5 to 3:1, epoch 2 left nothing.
const MEMORY = ['1:4', '1:5', '3:1', '3:2'];

function memory(): RecentLog {
  const entries = MEMORY.map((text) => ({ zxid: zxid(text), entry: ENTRY }));
  return new RecentLog(entries, zxid('3:2'), { count: 500, bytes: 1000 });
}

for (const [last, plan, why] of [
  ['3:2', 'diff 3:2', 'it has everything'],
  ['1:5', 'diff 1:5', 'it lacks what memory holds'],
  ['1:3', 'diff 1:3', 'memory begins right behind it'],
  ['1:2', 'snap', 'it lacks more than memory holds'],
  ['0:0', 'snap', 'it has nothing'],
  ['3:9', 'trunc 3:2', 'it goes on beyond the end'],
  ['4:1', 'trunc 3:2', 'it has an epoch that nobody else saw'],
  ['1:7', 'trunc 1:5', 'it has more of an old epoch'],
  ['2:3', 'trunc 1:5', 'it has an epoch that left nothing'],
  ['2:0', 'diff 2:0', 'an opening zxid carries no txn'],
  ['4:0', 'diff 4:0', 'an opening zxid carries no txn, even beyond the end'],
] as const) {
  synchronisation(`a learner that ends at ${last} is sent ${plan}: ${why}`, () => {
    const chosen = planSync(memory(), zxid(last));
    const [type, after] = plan.split(' ');
    assert.equal(chosen, after === undefined ? { type } : { type, after: zxid(after) });
  });
}

synchronisation('a diff is what follows, all of it to be committed, then newLeader', () => {
  const leader = electedLeader({ log: '1:1 1:2 1:3', epochs: { accepted: 1, current: 1 } });
  assert.is(
    feed(leader, followerInfo(1, 1), ackEpoch(1, 1, '1:1')).split(' | saveCurrentEpoch 2 | ')[1],
    'to 1: diff 1:3 #1 | to 1: proposal 1:2 3 B #1 | to 1: proposal 1:3 3 B #1 | to 1: commit 1:3 #1 | to 1: newLeader 2:0 #1',
  );
});

synchronisation('a cut is followed by what comes after it', () => {
  const leader = electedLeader({ log: '1:1 1:2 2:1', epochs: { accepted: 2, current: 2 } });
  assert.match(
    feed(leader, followerInfo(1, 2), ackEpoch(1, 1, '1:4')),
    'to 1: trunc 1:2 #1 | to 1: proposal 2:1 3 B #1 | to 1: commit 2:1 #1 | to 1: newLeader 3:0 #1',
  );
});

synchronisation('a snapshot stands where the tree stands, and what the tree lacks follows it', () => {
  const given = { log: '1:5 1:6', epochs: { accepted: 1, current: 1 } };
  const leader = establishedLeader([1], given);
  feed(leader, propose('2:1'), followerInfo(2, 0));
  assert.is(
    feed(leader, ackEpoch(2, 0, '0:0')),
    'to 2: snap 1:6 #1 | streamSnapshot to 2 #1 | to 2: proposal 2:1 3 B #1 | to 2: commit 1:6 #1 | to 2: newLeader 2:0 #1',
  );
});

synchronisation('an observer is sent only what is committed', () => {
  const leader = establishedLeader([1], { observers: [4] });
  feed(leader, propose('1:1'), propose('1:2'), synced('1:1'), at(1, 'ack', '1:1'), observerInfo(4, 0));
  assert.is(
    feed(leader, ackEpoch(4, 0, '0:0')),
    'to 4: diff 1:2 #1 | to 4: inform 1:1 3 B #1 | to 4: commit 1:1 #1 | to 4: newLeader 1:0 #1',
  );
});

synchronisation('the leader serves once a quorum holds its history', () => {
  const leader = electedLeader({ voters: 5 });
  for (const id of [1, 2, 3]) feed(leader, followerInfo(id, 0));
  for (const id of [1, 2, 3]) feed(leader, ackEpoch(id, 0, '0:0'));
  assert.is(feed(leader, at(1, 'ack', '1:0')), '');
  assert.is(
    feed(leader, at(2, 'ack', '1:0')),
    'to 1: upToDate #1 | to 2: upToDate #1 | role leading leader 5 active epoch 1',
  );
  assert.is(feed(leader, at(3, 'ack', '1:0')), 'to 3: upToDate #1');
});

synchronisation('the ack of the history waits until all of it is durable, and the epoch is on disk before it', () => {
  const follower = greetingFollower();
  feed(follower, leaderInfo(3, 1), at(3, 'diff', '0:0'));
  assert.is(feed(follower, proposal(3, '1:1'), at(3, 'newLeader', '1:0')), 'append 1:1');
  assert.is(feed(follower, synced('1:1')), 'saveCurrentEpoch 1 | to 3: ack 1:0 #1 | to 3: ack 1:1 #1');
});

synchronisation('the ack of the history waits for the cut', () => {
  const follower = greetingFollower({ log: '1:1 1:2 1:3', epochs: { accepted: 1, current: 1 } });
  feed(follower, leaderInfo(3, 2));
  assert.is(feed(follower, at(3, 'trunc', '1:1'), at(3, 'newLeader', '2:0')), 'truncate 1:1');
  assert.is(feed(follower, synced('1:3')), '', 'a sync that was under way');
  assert.is(feed(follower, truncated('1:1')), 'saveCurrentEpoch 2 | to 3: ack 2:0 #1');
});

synchronisation('a sync from before the cut says nothing about the same entry appended again', () => {
  const follower = greetingFollower({ log: '1:1', epochs: { accepted: 1, current: 1 } });
  // Under the first leader 1:2 is logged, under the second cut; the third has it again.
  feed(follower, leaderInfo(3, 2), at(3, 'diff', '1:2'), proposal(3, '1:2'), linkDown(3));
  feed(follower, vote(2, { leader: 2, epoch: 9, zxid: '9:1', round: 8 }));
  assert.is(follower.leader, 2);
  feed(follower, leaderInfo(2, 10, 2), at(2, 'trunc', '1:1', 2));
  feed(follower, proposal(2, '1:2', 2), at(2, 'newLeader', '10:0', 2));
  assert.is(feed(follower, synced('1:2')), '');
  assert.is(feed(follower, truncated('1:1')), '');
  assert.match(feed(follower, synced('1:2')), /^saveCurrentEpoch 10 \| to 2: ack 10:0/);
});

synchronisation('the ack of the history waits for every cut, also those that a lost leader ordered', () => {
  const follower = greetingFollower({ log: '1:1 1:2 1:3', epochs: { accepted: 1, current: 1 } });
  feed(follower, leaderInfo(3, 2), at(3, 'trunc', '1:2'), linkDown(3));
  feed(follower, vote(2, { leader: 2, epoch: 9, zxid: '9:1', round: 8 }));
  feed(follower, leaderInfo(2, 10, 2), at(2, 'trunc', '1:1', 2), at(2, 'newLeader', '10:0', 2));
  assert.is(feed(follower, truncated('1:2')), '');
  assert.match(feed(follower, truncated('1:1')), /^saveCurrentEpoch 10/);
});

synchronisation('the ack of the history waits for the snapshot', () => {
  const follower = greetingFollower();
  const chunk = (last: boolean): QuorumPacket => ({ type: 'snapshotChunk', bytes: ENTRY, last, wholeFrom: ZXID_ZERO });
  feed(follower, leaderInfo(3, 3), at(3, 'snap', '2:7'));
  assert.is(feed(follower, packet(3, chunk(false))), 'receiveSnapshot 2:7 3 B');
  assert.is(feed(follower, packet(3, chunk(true))), 'receiveSnapshot 2:7 3 B last');
  assert.is(feed(follower, proposal(3, '3:1'), at(3, 'newLeader', '3:0')), 'append 3:1');
  assert.is(feed(follower, installed('2:7')), '');
  assert.match(feed(follower, synced('3:1')), /^saveCurrentEpoch 3 \| to 3: ack 3:0/);
});

synchronisation('commits that arrive before upToDate are applied with it', () => {
  const follower = greetingFollower();
  feed(follower, leaderInfo(3, 1), at(3, 'diff', '0:0'), at(3, 'newLeader', '1:0'));
  assert.is(feed(follower, proposal(3, '1:1'), at(3, 'commit', '1:1')), 'append 1:1');
  assert.is(feed(follower, upToDate(3)), 'commit 1:1 | role following leader 3 active epoch 1 by diff');
});

synchronisation('after a restart, a follower serves only when all that its tree shows is committed', () => {
  const follower = greetingFollower({ log: '1:1 1:2', epochs: { accepted: 1, current: 1 } });
  feed(follower, leaderInfo(3, 1), at(3, 'diff', '1:2'), at(3, 'commit', '1:1'), at(3, 'newLeader', '1:0'));
  assert.is(feed(follower, upToDate(3)), '');
  assert.is(feed(follower, at(3, 'commit', '1:2')), 'role following leader 3 active epoch 1 by diff');
});

synchronisation('a peer made whole remembers it, and joins again as the voter that it is', () => {
  const peer = greetingFollower({ mayVote: false });
  assert.is(peer.state, 'observing');
  feed(peer, leaderInfo(3, 1), at(3, 'diff', '0:0'), at(3, 'newLeader', '1:0'));
  assert.match(
    feed(peer, upToDate(3)),
    /^completeResync \| to 3: close #1 \| to 2: notification looking round 8 vote 1/,
  );
});

synchronisation('a leader that says things out of turn is left', () => {
  for (const input of [
    at(3, 'commit', '0:0'),
    proposal(3, '1:1'),
    upToDate(3),
    at(3, 'newLeader', '1:0'),
    at(3, 'ack', '1:0'),
  ]) {
    assert.match(feed(greetingFollower(), input), 'role looking');
  }
});

synchronisation.run();
