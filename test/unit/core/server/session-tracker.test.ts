import { makeSessionId, toPeerId } from '../../../../core/ids.ts';
import { SessionTracker } from '../../../../core/server/session-tracker.ts';
import { assert, suite } from '../../../support/suite.ts';

const tracking = suite('server/session-tracker');

const TICK = 100;
const A = makeSessionId(1, 1);
const B = makeSessionId(1, 2);
const PEER_1 = toPeerId(1);
const PEER_2 = toPeerId(2);

tracking('a silent session expires between its timeout and one tick later', () => {
  for (let start = 0; start < TICK; start += 7) {
    const tracker = new SessionTracker(TICK, start);
    tracker.add(A, 1000, PEER_1);
    assert.equal(tracker.advance(start + 1000), [], 'not before its timeout');
    assert.equal(tracker.advance(start + 1000 + TICK), [A], 'at the latest one tick after it');
  }
});

tracking('a touch gives the session its whole timeout again', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 1000, PEER_1);
  tracker.advance(900);
  assert.ok(tracker.touch(A, 1000));
  assert.equal(tracker.advance(1899), []);
  assert.equal(tracker.advance(2000), [A]);
});

tracking('a sign of life counts from its own moment, not from the tick before it', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 1000, PEER_1);
  tracker.advance(899);
  tracker.onClock(901);
  tracker.touch(A, 1000);
  assert.equal(tracker.advance(1900), []);
  assert.equal(tracker.advance(2000), [A]);
});

tracking('one session that speaks does not keep another alive', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 1000, PEER_1);
  tracker.add(B, 1000, PEER_1);
  tracker.advance(900);
  tracker.touch(B, 1000);
  assert.equal(tracker.advance(1100), [A]);
});

tracking('a closing session can be neither touched nor attached, and does not expire a second time', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 1000, PEER_1);
  assert.ok(tracker.markClosing(A));
  assert.not.ok(tracker.markClosing(A));
  assert.not.ok(tracker.touch(A, 1000));
  assert.is(tracker.attach(A, 1000, PEER_2), 'gone');
  assert.is(tracker.check(A, PEER_1), 'expired');
  assert.equal(tracker.advance(5000), []);
});

tracking('writes of a session that re-attached elsewhere are recognised as moved', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 1000, PEER_1);
  assert.is(tracker.attach(A, 1000, PEER_1), 'kept');
  assert.is(tracker.attach(A, 1000, PEER_2), 'moved');
  assert.is(tracker.check(A, PEER_1), 'moved');
  assert.is(tracker.check(A, PEER_2), 'ok');
});

tracking('after a change of leader the first to speak owns the session', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 1000, null);
  assert.is(tracker.check(A, PEER_2), 'ok');
  assert.is(tracker.check(A, PEER_1), 'moved');
});

tracking('a shorter timeout at re-attach does not shorten the lease that is running', () => {
  const tracker = new SessionTracker(TICK, 0);
  tracker.add(A, 5000, PEER_1);
  tracker.attach(A, 1000, PEER_1);
  assert.equal(tracker.advance(4900), []);
  assert.equal(tracker.advance(5200), [A]);
});

tracking.run();
