// timeout: 300s
/**
 * The same random conversations with us and with Apache ZooKeeper: replies, errors, Stats, events and their order must
 * agree, but for known-differences.ts. A seed replays a sequence: DIFFERENTIAL_SEEDS=from-to, DIFFERENTIAL_LENGTH=n.
 */
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { assert, suite } from '../support/suite.ts';
import { compare, type Pair, shrink } from './differential/compare.ts';
import { makeSequence } from './differential/sequence.ts';

const differential = suite('interop/differential', { timeoutMs: 240_000 });

const [FIRST_SEED = 1, LAST_SEED = 40] = (process.env.DIFFERENTIAL_SEEDS ?? '').split('-').filter(Boolean).map(Number);
const LENGTH = Number(process.env.DIFFERENTIAL_LENGTH ?? 100);

let ours: TestEnsemble | undefined;
let apache: ApacheEnsemble | undefined;
let rootCount = 0;

differential.before(async () => {
  [ours, apache] = await Promise.all([
    startTestEnsemble({ replicas: 1 }),
    // Nothing here is about the disk.
    startApacheZooKeeper({ config: { forceSync: 'no' } }),
  ]);
});
differential.after(async () => {
  await Promise.all([ours?.close(), apache?.stop()]);
});

function ports(): Pair {
  const our = Number(ours?.servers[0]?.split(':')[1]);
  return { ours: our, apache: apache?.servers[0]?.clientPort ?? 0 };
}

function makeRoot(): string {
  rootCount += 1;
  return `/r${rootCount}`;
}

differential(
  `seeds ${FIRST_SEED} to ${LAST_SEED}: ${LENGTH} requests each are answered as Apache answers them`,
  async () => {
    for (let seed = FIRST_SEED; seed <= LAST_SEED; seed++) {
      const difference = await compare(ports(), makeSequence(seed, makeRoot(), LENGTH));
      if (difference === null) continue;
      const report = await shrink(ports(), difference, (root) => makeSequence(seed, root, LENGTH), makeRoot);
      assert.unreachable(`seed ${seed}: ${report}`);
    }
  },
);

differential.run();
