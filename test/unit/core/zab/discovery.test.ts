/** Zab, phase 1 (DSN 2011): a quorum promises a new epoch, and the leader's history is the longest among it. */
import { assert, suite } from '../../../support/suite.ts';
import {
  ackEpoch,
  activeFollower,
  createPeer,
  electedLeader,
  establishedLeader,
  feed,
  followerInfo,
  greetingFollower,
  leaderInfo,
  linkDown,
  observerInfo,
  proposal,
  propose,
  synced,
  tick,
  vote,
} from './driver.ts';

const discovery = suite('zab/discovery');

discovery('the new epoch is one above the highest that a quorum or an observer has promised', () => {
  const leader = electedLeader({ voters: 5, observers: [6], epochs: { accepted: 2, current: 2 } });
  assert.is(feed(leader, followerInfo(1, 4)), '');
  assert.is(feed(leader, observerInfo(6, 7)), '', 'an observer does not make a quorum');
  assert.is(
    feed(leader, followerInfo(2, 3)),
    'saveAcceptedEpoch 8 | to 1: leaderInfo epoch 8 #1 | to 6: leaderInfo epoch 8 #1 | to 2: leaderInfo epoch 8 #1',
  );
});

discovery('who comes late is offered the epoch that was chosen', () => {
  const leader = electedLeader();
  feed(leader, followerInfo(1, 0));
  assert.is(feed(leader, followerInfo(2, 0)), 'to 2: leaderInfo epoch 1 #1');
});

discovery('who has promised a later epoch than the chosen one makes the leader give up', () => {
  const leader = electedLeader();
  feed(leader, followerInfo(1, 0));
  assert.match(feed(leader, followerInfo(2, 2)), 'role looking');
});

discovery('a learner has its promise on disk before it speaks of it', () => {
  const follower = greetingFollower({ epochs: { accepted: 3, current: 2 }, log: '2:1 2:2' });
  assert.is(feed(follower, leaderInfo(3, 5)), 'saveAcceptedEpoch 5 | to 3: ackEpoch 2 last 2:2 #1');
});

discovery('a promise given before is told as such', () => {
  const follower = greetingFollower({ epochs: { accepted: 5, current: 2 }, log: '2:1' });
  assert.is(feed(follower, leaderInfo(3, 5)), 'to 3: ackEpoch again last 2:1 #1');
});

discovery('a promise given before does not count a second time', () => {
  const leader = electedLeader();
  feed(leader, followerInfo(1, 0), followerInfo(2, 0));
  assert.is(feed(leader, ackEpoch(1, -1, '0:0')), '');
  assert.match(feed(leader, ackEpoch(2, 0, '0:0')), /^saveCurrentEpoch 1/);
});

discovery('a learner leaves a leader whose epoch is older than its promise', () => {
  const follower = greetingFollower({ epochs: { accepted: 5, current: 2 } });
  assert.match(feed(follower, leaderInfo(3, 4)), /^to 3: close #1 .*role looking$/);
});

discovery('a leader gives up when a follower of the quorum has a longer history', () => {
  for (const [current, last] of [
    [1, '1:3'],
    [2, '1:1'],
  ] as const) {
    const leader = electedLeader({ epochs: { accepted: 2, current: 1 }, log: '1:1 1:2' });
    feed(leader, followerInfo(1, 2));
    assert.match(feed(leader, ackEpoch(1, current, last)), 'role looking', `${current} ${last}`);
  }
});

discovery('a leader enters the epoch only when the end of its own log is durable', () => {
  // It logged 1:1 without a sync when it lost its leader, and is elected for that very entry.
  const peer = activeFollower(1, { id: 2 });
  feed(peer, proposal(3, '1:1'), linkDown(3), vote(1, { leader: 2, epoch: 1, zxid: '1:1', round: 8 }));
  assert.is(peer.state, 'leading');
  feed(peer, followerInfo(1, 1));
  assert.is(feed(peer, ackEpoch(1, 1, '0:0')), '');
  assert.match(feed(peer, synced('1:1')), /^saveCurrentEpoch 2 \| to 1: diff/);
});

discovery('without a quorum of promises in time, the leader gives up', () => {
  const leader = electedLeader();
  feed(leader, followerInfo(1, 0));
  assert.is(feed(leader, tick(999)), '');
  assert.match(feed(leader, tick(1000)), /^to 1: close #1 .*role looking$/);
});

discovery('a learner that greets before the election is decided here is not sent away', () => {
  const peer = createPeer({ id: 3 });
  assert.is(feed(peer, followerInfo(1, 0)), '');
  assert.match(feed(peer, vote(1, { leader: 3 }), vote(2, { leader: 3 })), 'to 1: leaderInfo epoch 1 #1');
});

discovery('nothing is proposed before a quorum holds the history', () => {
  const leader = electedLeader({ log: '1:1', epochs: { accepted: 1, current: 1 } });
  feed(leader, followerInfo(1, 1), ackEpoch(1, 1, '1:1'));
  assert.not.ok(leader.active);
  assert.throws(() => feed(leader, propose('2:1')), /I7/);
  assert.ok(establishedLeader([1]).active);
});

discovery.run();
