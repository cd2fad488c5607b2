// timeout: 300s
/**
 * Whole replicas with clients under simulated faults: each seed a world of its own. `SEED=n` runs one, `SEEDS=n` that
 * many. A failure names the seed and the command that replays it, and shows the end of its transcript.
 */

import { assert, suite } from '../support/suite.ts';
import { CLIENT_MARKS, Marks } from './marks.ts';
import { simulateReplicas } from './replica-simulation.ts';

const DEFAULT_SEEDS = 300;
const TRANSCRIPT_LINES = 80;

const only = process.env.SEED === undefined ? null : Number(process.env.SEED);
const seedCount = only === null ? Number(process.env.SEEDS ?? DEFAULT_SEEDS) : 1;
const firstSeed = only ?? 1;

const replica = suite('simulation/replica', { timeoutMs: 600_000 });

replica(`keeps what clients were promised in ${seedCount} worlds from seed ${firstSeed}`, () => {
  const marks = new Marks();
  let committedCount = 0;
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const result = simulateReplicas({ seed });
    if (result.failure !== null) failWithTranscript(seed, result.failure);
    marks.add(result.marks);
    committedCount += result.committedCount;
  }
  if (process.env.MARKS !== undefined) for (const [mark, count] of marks.counts) console.log(`${count} ${mark}`);
  assert.ok(committedCount > seedCount * 20, `only ${committedCount} txns were committed`);
  if (seedCount < DEFAULT_SEEDS) return;
  assert.equal(marks.missingOf(CLIENT_MARKS), [], `rare paths that no seed took any more, of ${CLIENT_MARKS.length}`);
});

replica('gives the same transcript for the same seed', () => {
  for (const seed of [firstSeed, firstSeed + 1, firstSeed + 2]) {
    const first = simulateReplicas({ seed, traced: 'traced' });
    const second = simulateReplicas({ seed, traced: 'traced' });
    assert.ok(first.transcript.length > 500);
    assert.equal(second.transcript, first.transcript);
    assert.is(simulateReplicas({ seed }).actionCount, first.actionCount, 'keeping a transcript changes nothing');
  }
});

replica.run();

function failWithTranscript(seed: number, failure: Error): never {
  const { transcript } = simulateReplicas({ seed, traced: 'traced' });
  const lines = transcript.slice(-TRANSCRIPT_LINES).join('\n');
  const replay = `node dist/test/simulation/run.js --replicas --seed ${seed} --trace`;
  throw new Error(`seed ${seed}: ${failure.message}\nreplay: ${replay}\n${lines}\n${failure.stack ?? ''}`);
}
