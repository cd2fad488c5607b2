/** Zab, phase 3: what is committed when, and what ends a leader (zookeeper-facts 13.6, 13.8). */
import { toPeerId } from '../../../../core/ids.ts';
import { assert, suite } from '../../../support/suite.ts';
import {
  ackEpoch,
  activeFollower,
  at,
  ENTRY,
  establishedLeader,
  feed,
  followerInfo,
  inform,
  linkDown,
  observerInfo,
  packet,
  proposal,
  propose,
  synced,
  tick,
} from './driver.ts';

const broadcast = suite('zab/broadcast');

broadcast('commits once a quorum has logged the proposal, without waiting for the slowest', () => {
  const leader = establishedLeader([1, 2, 3, 4], { voters: 5 });
  feed(leader, propose('1:1'), synced('1:1'));
  assert.is(feed(leader, at(1, 'ack', '1:1')), '');
  assert.is(
    feed(leader, at(2, 'ack', '1:1')),
    'to 1: commit 1:1 #1 | to 2: commit 1:1 #1 | to 3: commit 1:1 #1 | to 4: commit 1:1 #1 | commit 1:1',
  );
  assert.is(feed(leader, at(3, 'ack', '1:1')), '', 'an ack at the commit point is ordinary');
});

broadcast('the leader’s own vote counts only after its sync', () => {
  const leader = establishedLeader([1, 2]);
  feed(leader, propose('1:1'));
  assert.is(feed(leader, at(1, 'ack', '1:1')), '');
  assert.match(feed(leader, synced('1:1')), 'commit 1:1');
});

broadcast('two followers commit what the leader has not synced yet', () => {
  const leader = establishedLeader([1, 2]);
  feed(leader, propose('1:1'), at(1, 'ack', '1:1'));
  assert.match(feed(leader, at(2, 'ack', '1:1')), 'commit 1:1');
});

broadcast('an ack stands for all before it, and one commit for all that it covers', () => {
  const leader = establishedLeader([1]);
  feed(leader, propose('1:1'), propose('1:2'), propose('1:3'), synced('1:3'));
  assert.is(feed(leader, at(1, 'ack', '1:2')), 'to 1: commit 1:2 #1 | commit 1:1 | commit 1:2');
});

broadcast('an ack of the history commits nothing new', () => {
  const leader = establishedLeader([1], { log: '1:1 1:2', epochs: { accepted: 1, current: 1 } });
  assert.is(feed(leader, followerInfo(2, 1)), 'to 2: leaderInfo epoch 2 #1');
  feed(leader, propose('2:1'), synced('2:1'), ackEpoch(2, 1, '1:2'));
  assert.is(feed(leader, at(2, 'ack', '2:0')), 'to 2: upToDate #1');
});

broadcast('proposals must follow each other', () => {
  const leader = establishedLeader([1, 2]);
  assert.throws(() => feed(leader, propose('1:2')), /I4: proposals are contiguous/);
});

broadcast('a follower acks what is durable, and nothing twice', () => {
  const follower = activeFollower(1);
  assert.is(feed(follower, proposal(3, '1:1'), proposal(3, '1:2')), 'append 1:1 | append 1:2');
  assert.is(feed(follower, synced('1:1')), 'to 3: ack 1:1 #1');
  assert.is(feed(follower, synced('1:1')), '');
});

broadcast('a follower applies all that a commit covers, in order', () => {
  const follower = activeFollower(1);
  feed(follower, proposal(3, '1:1'), proposal(3, '1:2'), proposal(3, '1:3'));
  assert.is(feed(follower, at(3, 'commit', '1:2')), 'commit 1:1 | commit 1:2');
});

broadcast('a follower leaves a leader that skips a zxid or commits what it never proposed', () => {
  assert.match(feed(activeFollower(1), proposal(3, '1:2')), 'role looking');
  assert.match(feed(activeFollower(1), at(3, 'commit', '1:1')), 'role looking');
});

broadcast('what is left of an older stream is dropped', () => {
  const follower = activeFollower(1);
  assert.is(feed(follower, proposal(3, '1:1', 0), at(3, 'trunc', '0:0', 2)), '');
  const leader = establishedLeader([1, 2]);
  feed(leader, propose('1:1'), synced('1:1'));
  assert.is(feed(leader, at(1, 'ack', '1:1', 7)), '');
});

broadcast('an observer is told of a txn when it is committed, and its ack counts for nothing', () => {
  const leader = establishedLeader([1], { observers: [4] });
  feed(leader, observerInfo(4, 0), ackEpoch(4, 0, '0:0'), at(4, 'ack', '1:0'));
  assert.is(feed(leader, propose('1:1'), synced('1:1')), 'append 1:1 | to 1: proposal 1:1 3 B #1');
  assert.is(feed(leader, at(4, 'ack', '1:1')), '');
  assert.is(feed(leader, at(1, 'ack', '1:1')), 'to 1: commit 1:1 #1 | to 4: inform 1:1 3 B #1 | commit 1:1');
});

broadcast('an observer logs and applies what it is informed of', () => {
  const observer = activeFollower(1, { id: 4, observers: [4] });
  assert.is(observer.state, 'observing');
  assert.is(feed(observer, inform(3, '1:1')), 'append 1:1 | commit 1:1');
  assert.is(feed(observer, synced('1:1')), '', 'it acks nothing');
});

broadcast('the leader steps down at once when it loses its quorum', () => {
  const leader = establishedLeader([1, 2]);
  assert.is(feed(leader, linkDown(1)), '');
  assert.match(feed(leader, linkDown(2)), 'role looking');
});

broadcast('the leader dismisses who is silent for the sync limit, and steps down without a quorum', () => {
  const leader = establishedLeader([1, 2]);
  feed(leader, tick(400), packet(1, { type: 'ping', zxid: leader.lastLogged, sessions: [] }));
  assert.match(feed(leader, tick(500)), /^to 2: close #1/);
  assert.ok(leader.active);
  assert.match(feed(leader, tick(900)), 'role looking');
});

broadcast('a follower leaves a leader that is silent for the sync limit, or whose link is gone', () => {
  const follower = activeFollower(1);
  feed(follower, tick(499));
  assert.ok(follower.active);
  assert.match(feed(follower, tick(500)), /^to 3: close #1 .*role looking$/);
  assert.match(feed(activeFollower(1), linkDown(3)), 'role looking');
});

broadcast('the leader pings its learners each heartbeat, and they answer', () => {
  const leader = establishedLeader([1]);
  assert.is(feed(leader, tick(1)), 'to 1: ping 0:0 #1');
  assert.is(feed(leader, tick(100)), '');
  assert.is(feed(leader, tick(101)), 'to 1: ping 0:0 #1');
  const follower = activeFollower(1);
  assert.is(feed(follower, packet(3, { type: 'ping', zxid: follower.lastLogged, sessions: [] })), 'to 3: ping 0:0 #1');
});

broadcast('what the server says to a learner keeps its place behind the commits', () => {
  const leader = establishedLeader([1]);
  feed(leader, propose('1:1'), synced('1:1'));
  assert.is(
    feed(leader, at(1, 'ack', '1:1'), { type: 'sendToLearner', learner: toPeerId(1), packet: { type: 'sync' } }),
    'to 1: commit 1:1 #1 | commit 1:1 | to 1: sync #1',
  );
});

broadcast('a leader that is lost keeps what it logged, and does not apply it', () => {
  const leader = establishedLeader([1]);
  feed(leader, propose('1:1'), synced('1:1'));
  const said = feed(leader, linkDown(1));
  assert.match(said, 'vote 3 (epoch 1, 1:1)');
  assert.not.match(said, 'commit');
});

broadcast('the entry of a proposal is passed on as it is', () => {
  const leader = establishedLeader([1]);
  leader.step(propose('1:1'));
  const entries = leader.takeEffects().flatMap((effect) => {
    if (effect.type === 'append') return [effect.entry];
    if (effect.type !== 'send' || effect.message.type !== 'packet') return [];
    return effect.message.packet.type === 'proposal' ? [effect.message.packet.entry] : [];
  });
  assert.is(entries.length, 2);
  assert.ok(entries.every((entry) => entry === ENTRY));
});

broadcast.run();
