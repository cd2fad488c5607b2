import { makeSessionId, type SessionId, toPeerId } from '../../../../../core/ids.ts';
import { SessionTracker } from '../../../../../core/server/sessions/session-tracker.ts';
import { assert, suite } from '../../../../support/suite.ts';

const tracking = suite('server/session-tracker');

const TICK = 100;
const A = makeSessionId(1, 1);
const B = makeSessionId(1, 2);
const PEER_1 = toPeerId(1);
const PEER_2 = toPeerId(2);

function trackerAt(nowMs: number, clockIntervalMs = 10): SessionTracker {
  return new SessionTracker({ tickMs: TICK, clockIntervalMs, nowMs });
}

/** Time passes without a standstill. @returns the sessions that expire */
function pass(tracker: SessionTracker, fromMs: number, toMs: number): SessionId[] {
  const expired: SessionId[] = [];
  for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) expired.push(...tracker.advance(nowMs));
  return [...expired, ...tracker.advance(toMs)];
}

tracking('a silent session expires between its timeout and one tick later', () => {
  for (let start = 0; start < TICK; start += 7) {
    const tracker = trackerAt(start);
    tracker.add(A, 1000, PEER_1);
    assert.equal(pass(tracker, start, start + 1000), [], 'not before its timeout');
    assert.equal(pass(tracker, start + 1000, start + 1000 + TICK), [A], 'at the latest one tick after it');
  }
});

tracking('a touch gives the session its whole timeout again', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, PEER_1);
  pass(tracker, 0, 900);
  assert.ok(tracker.touch(A, 1000));
  assert.equal(pass(tracker, 900, 1899), []);
  assert.equal(pass(tracker, 1899, 2000), [A]);
});

tracking('a sign of life counts from its own moment, not from the tick before it', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, PEER_1);
  pass(tracker, 0, 899);
  tracker.onClock(901);
  tracker.touch(A, 1000);
  assert.equal(pass(tracker, 901, 1900), []);
  assert.equal(tracker.advance(2000), [A]);
});

tracking('one session that speaks does not keep another alive', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, PEER_1);
  tracker.add(B, 1000, PEER_1);
  pass(tracker, 0, 900);
  tracker.touch(B, 1000);
  assert.equal(pass(tracker, 900, 1100), [A]);
});

tracking('a closing session can be neither touched nor attached, and does not expire a second time', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, PEER_1);
  assert.ok(tracker.markClosing(A));
  assert.not.ok(tracker.markClosing(A));
  assert.not.ok(tracker.touch(A, 1000));
  assert.is(tracker.attach(A, 1000, PEER_2), 'gone');
  assert.is(tracker.check(A, PEER_1), 'expired');
  assert.equal(pass(tracker, 0, 5000), []);
});

tracking('writes of a session that re-attached elsewhere are recognised as moved', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, PEER_1);
  assert.is(tracker.attach(A, 1000, PEER_1), 'kept');
  assert.is(tracker.attach(A, 1000, PEER_2), 'moved');
  assert.is(tracker.check(A, PEER_1), 'moved');
  assert.is(tracker.check(A, PEER_2), 'ok');
});

tracking('after a change of leader the first to speak owns the session', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, null);
  assert.is(tracker.check(A, PEER_2), 'ok');
  assert.is(tracker.check(A, PEER_1), 'moved');
});

tracking('a shorter timeout at re-attach does not shorten the lease that is running', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 5000, PEER_1);
  tracker.attach(A, 1000, PEER_1);
  assert.equal(pass(tracker, 0, 4900), []);
  assert.equal(pass(tracker, 4900, 5200), [A]);
});

tracking('a standstill counts as one tick: what clients said meanwhile is heard before anybody expires', () => {
  const tracker = trackerAt(0);
  tracker.add(A, 1000, PEER_1);
  tracker.add(B, 1000, PEER_1);
  pass(tracker, 0, 500);
  assert.equal(tracker.advance(60_500), [], 'the sockets have not been read yet');
  tracker.touch(A, 1000);
  assert.equal(pass(tracker, 60_500, 61_100), [B], 'whoever was silent before and after is gone');
  assert.equal(pass(tracker, 61_100, 61_400), []);
  assert.equal(pass(tracker, 61_400, 61_700), [A]);
});

tracking('a tick shorter than the interval of the clock slows nothing down', () => {
  const tracker = new SessionTracker({ tickMs: 5, clockIntervalMs: 50, nowMs: 0 });
  tracker.add(A, 1000, PEER_1);
  const expired: SessionId[] = [];
  for (let nowMs = 0; nowMs <= 1050; nowMs += 50) expired.push(...tracker.advance(nowMs));
  assert.equal(expired, [A]);
});

tracking.run();
