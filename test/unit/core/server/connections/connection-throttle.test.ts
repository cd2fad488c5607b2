import { ConnectionThrottle } from '../../../../../core/server/connections/connection-throttle.ts';
import { LIMIT_DEFAULTS, limitsOf, type ServerLimits } from '../../../../../core/server/connections/limits.ts';
import { assert, suite } from '../../../../support/suite.ts';

const throttling = suite('server/connection-throttle');

/** @param draws  what chance will say, handshake by handshake */
function throttle(limits: Partial<ServerLimits>, draws: readonly number[] = []): ConnectionThrottle {
  let drawn = 0;
  return new ConnectionThrottle({ ...LIMIT_DEFAULTS, ...limits }, () => draws[drawn++ % draws.length] ?? 1);
}

throttling('is off by default', () => {
  const open = throttle({});
  for (let count = 0; count < 10_000; count++) assert.ok(open.admits(0));
});

throttling('lets in as many as there are tokens, then as many as come back in time', () => {
  const bucket = throttle({
    connectionThrottleTokens: 3,
    connectionThrottleFillCount: 2,
    connectionThrottleFillTimeMs: 50,
  });
  const admitted = (nowMs: number): number => {
    let count = 0;
    while (bucket.admits(nowMs)) count += 1;
    return count;
  };
  assert.equal([0, 49, 50, 149, 150, 10_000].map(admitted), [3, 0, 2, 2, 2, 3]);
});

throttling('while the bucket is empty ever more are turned away by chance, and ever fewer while it is full', () => {
  const blue = throttle(
    {
      connectionThrottleTokens: 10,
      connectionThrottleFillTimeMs: 1000,
      connectionThrottleFreezeTimeMs: 100,
      connectionThrottleDropIncrease: 0.4,
      connectionThrottleDropDecrease: 0.1,
      connectionThrottleFillCount: 10,
    },
    [0.5],
  );
  for (let count = 0; count < 10; count++) assert.ok(blue.admits(0));
  for (const nowMs of [200, 400, 600]) blue.admits(nowMs);
  assert.is(blue.dropProbability, 1, 'and never more than always');
  assert.not.ok(blue.admits(1000), 'though the bucket is full');
  for (let nowMs = 1200; nowMs < 2200; nowMs += 200) blue.admits(nowMs);
  assert.ok(blue.dropProbability < 0.5);
  assert.ok(blue.admits(2200));
});

throttling('the limit on outstanding requests is one server’s own, or shared by the followers of an ensemble', () => {
  const share = (voters: number, globalOutstandingLimit: number): number =>
    limitsOf({ globalOutstandingLimit }, voters).globalOutstandingLimit;
  assert.equal([share(1, 1000), share(2, 1000), share(3, 1000), share(5, 1000)], [1000, 1000, 500, 250]);
  assert.is(share(5, 1), 1);
});

throttling.run();
