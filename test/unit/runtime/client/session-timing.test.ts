import { dutyAt, type SessionTimes } from '../../../../runtime/client/session-timing.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/session-timing');

const NEVER = Number.POSITIVE_INFINITY;

function times(changes: Partial<SessionTimes>): SessionTimes {
  return {
    phase: 'established',
    timeoutMs: 9000,
    hasSession: true,
    lastHeardMs: 0,
    lastSentMs: 0,
    attemptEndsMs: NEVER,
    retryAtMs: NEVER,
    closeEndsMs: NEVER,
    ...changes,
  };
}

t('an idle connection waits for its next ping, which is due after a third of the timeout', () => {
  assert.equal(dutyAt(0, times({})), { type: 'wait', untilMs: 3000 });
  assert.equal(dutyAt(2999, times({})), { type: 'wait', untilMs: 3000 });
  assert.equal(dutyAt(3000, times({})), { type: 'ping' });
});

t('with a long timeout a ping is due after ten seconds', () => {
  assert.equal(dutyAt(0, times({ timeoutMs: 60_000 })), { type: 'wait', untilMs: 10_000 });
});

t('a server that is silent for two thirds of the timeout is dropped, however busy we were', () => {
  assert.equal(dutyAt(5999, times({ lastSentMs: 5999 })), { type: 'wait', untilMs: 6000 });
  assert.equal(dutyAt(6000, times({ lastSentMs: 5999 })), { type: 'dropSilent', silentMs: 6000 });
});

t(
  'a session that nobody confirms expires after four thirds of the timeout, in the midst of an attempt or between two',
  () => {
    const attempting = times({ phase: 'attempting', attemptEndsMs: 20_000 });
    assert.equal(dutyAt(11_999, attempting), { type: 'wait', untilMs: 12_000 });
    assert.equal(dutyAt(12_000, attempting), { type: 'expire' });
    assert.equal(dutyAt(12_000, times({ phase: 'pausing', retryAtMs: 0 })), { type: 'expire' });
  },
);

t('before there is a session nothing expires', () => {
  const attempting = times({ phase: 'attempting', hasSession: false, attemptEndsMs: 50_000 });
  assert.equal(dutyAt(40_000, attempting), { type: 'wait', untilMs: 50_000 });
});

t('an attempt that takes too long is abandoned, and the next one begins after its pause', () => {
  assert.equal(dutyAt(3000, times({ phase: 'attempting', attemptEndsMs: 3000 })), { type: 'abandonAttempt' });
  assert.equal(dutyAt(99, times({ phase: 'pausing', retryAtMs: 100 })), { type: 'wait', untilMs: 100 });
  assert.equal(dutyAt(100, times({ phase: 'pausing', retryAtMs: 100 })), { type: 'openNext' });
});

t('a close that is not answered ends before anything else is judged', () => {
  assert.equal(dutyAt(5000, times({ closeEndsMs: 5000 })), { type: 'endClosing' });
  assert.equal(dutyAt(5000, times({ lastSentMs: 4000, closeEndsMs: 5500 })), { type: 'wait', untilMs: 5500 });
});

t.run();
