// timeout: 300s
/**
 * The same random conversations with us, one replica and three, and with Apache ZooKeeper: replies, errors, Stats, events
 * and their order must agree, but for known-differences.ts.
 * A seed replays a sequence: DIFFERENTIAL_SEEDS=from-to, DIFFERENTIAL_LENGTH=n.
 */
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { assert, suite } from '../support/suite.ts';
import { compare, shrink, type Targets } from './differential/compare.ts';
import { makeSequence } from './differential/sequence.ts';

const differential = suite('interop/differential', { timeoutMs: 280_000 });

const [FIRST_SEED = 1, LAST_SEED = 40] = (process.env.DIFFERENTIAL_SEEDS ?? '').split('-').filter(Boolean).map(Number);
const LENGTH = Number(process.env.DIFFERENTIAL_LENGTH ?? 100);

const ensembles = new Map<string, TestEnsemble>();
let apache: ApacheEnsemble | undefined;
let rootCount = 0;

differential.before(async () => {
  // Nothing here is about the disk.
  apache = await startApacheZooKeeper({ config: { forceSync: 'no' } });
  ensembles.set('one replica of ours', await startTestEnsemble({ replicas: 1 }));
  ensembles.set('three replicas of ours', await startTestEnsemble({ replicas: 3 }));
});
differential.after(async () => {
  await Promise.all([apache?.stop(), ...[...ensembles.values()].map((ensemble) => ensemble.close())]);
});

function targets(): Targets {
  const portsOf = ({ servers }: TestEnsemble): number[] => servers.map((server) => Number(server.split(':')[1]));
  const ours = new Map([...ensembles].map(([name, ensemble]) => [name, portsOf(ensemble)]));
  return { apache: (apache?.servers ?? []).map(({ clientPort }) => clientPort), ours };
}

function makeRoot(): string {
  rootCount += 1;
  return `/r${rootCount}`;
}

differential(
  `seeds ${FIRST_SEED} to ${LAST_SEED}: ${LENGTH} requests each are answered as Apache answers them`,
  async () => {
    for (let seed = FIRST_SEED; seed <= LAST_SEED; seed++) {
      const difference = await compare(targets(), makeSequence(seed, makeRoot(), LENGTH));
      if (difference === null) continue;
      const report = await shrink(targets(), difference, (root) => makeSequence(seed, root, LENGTH), makeRoot);
      assert.unreachable(`seed ${seed}: ${report}`);
    }
  },
);

differential.run();
