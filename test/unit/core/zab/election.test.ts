/** Fast leader election as ZooKeeper runs it (FastLeaderElection): the order of votes, when to decide, whom to believe. */
import { isBetter, type Vote } from '../../../../core/zab/vote.ts';
import { toEpoch } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';
import { createPeer, feed, linkDown, linkUp, peerIds, tick, vote, zxid } from './driver.ts';

const election = suite('zab/election');

function candidate(epoch: number, last: string, leader: number): Vote {
  return { peerEpoch: toEpoch(epoch), zxid: zxid(last), leader: peerIds(leader)[0] ?? 0 };
}

election('a later epoch beats a longer log, a longer log beats a larger id', () => {
  const ascending = [
    candidate(1, '1:1', 1),
    candidate(1, '1:1', 2),
    candidate(1, '1:2', 1),
    candidate(1, '2:1', 1),
    candidate(2, '1:1', 1),
  ];
  for (const [low, weaker] of ascending.entries()) {
    for (const [high, stronger] of ascending.entries()) assert.is(isBetter(stronger, weaker), high > low);
  }
});

election('a better vote is adopted and passed on, a worse one answered', () => {
  const peer = createPeer({ id: 2, log: '1:1', epochs: { accepted: 1, current: 1 } });
  const told = 'notification looking round 1 vote 3 (epoch 1, 1:1)';
  assert.is(
    feed(peer, vote(3, { leader: 3, epoch: 1, zxid: '1:1' }))
      .split(' | ')
      .slice(0, 2)
      .join(' | '),
    `to 1: ${told} | to 3: ${told}`,
  );
  const other = createPeer({ id: 2, log: '1:1', epochs: { accepted: 1, current: 1 } });
  assert.is(
    feed(other, vote(1, { leader: 1, epoch: 1, zxid: '1:1' })),
    'to 1: notification looking round 1 vote 2 (epoch 1, 1:1)',
  );
});

election('a quorum that leaves nobody out decides at once', () => {
  const peer = createPeer({ id: 3 });
  feed(peer, vote(1, { leader: 3 }));
  assert.is(peer.state, 'looking');
  assert.match(feed(peer, vote(2, { leader: 3 })), 'role leading leader 3');
});

election('a quorum waits 20 ms for the vote of a peer that is linked and has not voted', () => {
  const peer = createPeer({ id: 3 });
  feed(peer, vote(1, { leader: 3 }), tick(19));
  assert.is(peer.state, 'looking');
  feed(peer, tick(20));
  assert.is(peer.state, 'leading');
});

election('a quorum does not wait for a peer without a link', () => {
  const peer = createPeer({ id: 3, links: [1] });
  feed(peer, vote(1, { leader: 3 }));
  assert.is(peer.state, 'leading');
});

election('a later round starts over with this peer’s own candidate', () => {
  const peer = createPeer({ id: 2, voters: 5 });
  feed(peer, vote(5, { leader: 5 }), vote(1, { leader: 5 }));
  assert.match(feed(peer, vote(1, { leader: 1, round: 4 })), 'to 5: notification looking round 4 vote 2');
});

election('a vote of an earlier round is answered and not counted', () => {
  const peer = createPeer({ id: 3, voters: 3 });
  feed(peer, vote(1, { leader: 1, round: 4 }));
  assert.is(feed(peer, vote(2, { leader: 3, round: 3 })), 'to 2: notification looking round 4 vote 3 (epoch 0, 0:0)');
  assert.is(peer.state, 'looking');
});

election('an established leader is joined when a quorum names it and it says itself that it leads', () => {
  const peer = createPeer({ id: 1 });
  const established = { leader: 3, epoch: 4, round: 9 };
  feed(peer, vote(2, { ...established, state: 'following' }));
  assert.is(peer.state, 'looking', 'only a follower speaks of it');
  assert.match(
    feed(peer, vote(3, { ...established, state: 'leading' })),
    'to 3: followerInfo accepted 0 #1 | role following leader 3',
  );
});

election('a leader without a link is not followed, whatever the others say', () => {
  const peer = createPeer({ id: 1, links: [2] });
  const established = { leader: 3, epoch: 4, round: 9 };
  feed(peer, vote(2, { ...established, state: 'following' }), vote(3, { ...established, state: 'leading' }));
  assert.is(peer.state, 'looking');
});

election('the candidate’s end begins a new round', () => {
  const peer = createPeer({ id: 2, voters: 5 });
  feed(peer, vote(5, { leader: 5 }));
  assert.match(feed(peer, linkDown(5)), 'to 4: notification looking round 2 vote 2');
});

election('votes are sent again after 50, 100, 200, 400 and at most 400 ms of silence', () => {
  const peer = createPeer({ id: 1 });
  const sentAt: number[] = [];
  for (let nowMs = 1; nowMs <= 1600; nowMs++) if (feed(peer, tick(nowMs)) !== '') sentAt.push(nowMs);
  assert.equal(sentAt, [50, 150, 350, 750, 1150, 1550]);
});

election('whoever looks is told of the leader that this peer has', () => {
  const peer = createPeer({ id: 3 });
  feed(peer, vote(1, { leader: 3 }), vote(2, { leader: 3 }));
  assert.is(feed(peer, vote(2, { leader: 2, round: 2 })), 'to 2: notification leading round 1 vote 3 (epoch 0, 0:0)');
});

election('only whoever looks is answered, so that two peers never answer each other’s answers', () => {
  const settled = createPeer({ id: 3, observers: [4] });
  feed(settled, vote(1, { leader: 3 }), vote(2, { leader: 3 }));
  assert.is(feed(settled, vote(4, { state: 'observing', leader: 3 })), '');
  const looking = createPeer({ id: 3, observers: [4] });
  assert.is(feed(looking, vote(4, { state: 'observing', leader: 3 })), '');
  const observer = createPeer({ id: 4, observers: [4] });
  feed(observer, vote(1, { leader: 1, round: 5 }));
  assert.is(feed(observer, vote(1, { leader: 1, round: 3 })), '', 'its round is no news to a voter');
});

election('an observer votes for nobody and follows whom a quorum of voters wants', () => {
  const observer = createPeer({ id: 4, observers: [4] });
  assert.match(feed(observer, linkUp(1)), 'to 1: notification looking round 1 no vote');
  feed(observer, vote(1, { leader: 3 }), vote(2, { leader: 3 }), vote(3, { leader: 3 }));
  assert.is(observer.state, 'observing');
});

election('a peer that must not vote neither counts itself nor passes on the votes of others', () => {
  const peer = createPeer({ id: 1, mayVote: false });
  const said = feed(peer, vote(2, { leader: 3 }), tick(50));
  assert.match(said, 'to 2: notification looking round 1 no vote');
  assert.not.match(said, 'vote 3');
  assert.is(peer.state, 'looking');
});

election('nobody waits for a peer that must not vote, nor counts it', () => {
  const peer = createPeer({ id: 3 });
  feed(peer, vote(1, { leader: 0 }));
  assert.is(peer.state, 'looking');
  feed(peer, vote(2, { leader: 3 }));
  assert.is(peer.state, 'leading');
});

election('a peer alone is its own quorum', () => {
  const peer = createPeer({ id: 1, voters: 1 });
  assert.is(peer.state, 'leading');
  assert.ok(peer.active);
});

election.run();
