// timeout: 300s
/**
 * A running ensemble under attack over sockets: random, truncated, huge and slow frames, half handshakes, false
 * credentials, other protocols, floods of connections. `npm run soak -- frames` does it for longer.
 */
import { besiege, damageOf } from '../fuzz/siege.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('faults/siege', { timeoutMs: 290_000 });

const CASES = 4000;
t('thousands of bad frames and connections leave the ensemble as it was, and its other clients untouched', async () => {
  const report = await besiege({ seed: 1, cases: CASES });
  assert.equal(damageOf(report), [], JSON.stringify(report));
});

t.run();
