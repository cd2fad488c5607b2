import { RestartPolicy } from '../../../../runtime/replica/restart-policy.ts';
import { assert, suite } from '../../../support/suite.ts';

const restarts = suite('replica/restart-policy');

restarts('the first death costs no time', () => {
  assert.is(new RestartPolicy().delayAfter(50), 0);
});

restarts('a thread that keeps dying young is started ever later, up to five seconds', () => {
  const policy = new RestartPolicy();
  const delays = Array.from({ length: 9 }, () => policy.delayAfter(50));
  assert.equal(delays, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

restarts('a long life makes good for earlier deaths', () => {
  const policy = new RestartPolicy();
  policy.delayAfter(50);
  policy.delayAfter(50);
  assert.is(policy.delayAfter(60_000), 0);
  assert.is(policy.delayAfter(50), 100);
});

restarts.run();
