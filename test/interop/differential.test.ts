// timeout: 600s
/**
 * The same random conversations with us, one replica and three, and with Apache ZooKeeper: replies, errors, Stats, zxids,
 * events and their order must agree, but for known-differences.ts. `npm run soak -- differential` plays more of them.
 */

import { assert, suite } from '../support/suite.ts';
import { runSequences } from './differential/run-sequences.ts';
import { type RunningSides, startSides } from './differential/sides.ts';

const differential = suite('interop/differential', { timeoutMs: 580_000 });

const SEQUENCES = 200;
const LENGTH = 300;

let sides: RunningSides | undefined;

differential.before(async () => {
  sides = await startSides();
});
differential.after(async () => {
  await sides?.stop();
});

differential(`${SEQUENCES} sequences of ${LENGTH} operations are answered as Apache answers them`, async () => {
  assert.ok(sides, 'nothing was started');
  const report = await runSequences({ sides, seed: 1, sequences: SEQUENCES, length: LENGTH });
  assert.is(report, null, report ?? '');
});

differential.run();
