/**
 * Replays seeds of the consensus simulation: `node dist/test/simulation/run.js --seed N [--count N] [--peers 3|5]
 * [--replicas] [--trace]`. With --replicas whole replicas with clients instead of bare peers. Prints what came of each seed; with --trace the whole transcript. Exit code 1 when a seed fails.
 */

import { parseArgs } from 'node:util';
import { simulateReplicas } from './replica-simulation.ts';
import { type SimulationOptions, simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    peers: { type: 'string' },
    replicas: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const peers = values.peers === undefined ? undefined : Number(values.peers);
if (!Number.isInteger(first) || !Number.isInteger(count) || (peers !== undefined && peers !== 3 && peers !== 5)) {
  console.error('usage: run.js --seed N [--count N] [--peers 3|5] [--replicas] [--trace]');
  process.exit(2);
}

for (let seed = first; seed < first + count; seed++) {
  const options: SimulationOptions = {
    seed,
    traced: values.trace ? 'traced' : 'untraced',
    ...(peers === undefined ? {} : { peers }),
  };
  const { failure, transcript, committedCount, actionCount, endMs, marks } = values.replicas
    ? simulateReplicas(options)
    : simulate(options);
  for (const line of transcript) console.log(line);
  const outcome = failure === null ? 'ok' : `FAILED: ${failure.stack ?? failure.message}`;
  console.log(`seed ${seed}: ${committedCount} committed, ${actionCount} actions, ${endMs} ms: ${outcome}`);
  if (count === 1) console.log([...marks.counts].map(([mark, hits]) => `${mark}: ${hits}`).join(', '));
  if (failure !== null) process.exitCode = 1;
}
