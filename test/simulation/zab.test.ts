// timeout: 300s
/**
 * The consensus core under simulated faults: a thousand seeds, each a world of its own. `SEED=n` runs one, `SEEDS=n` that
 * many. A failure names the seed and the command that replays it, and shows the end of its transcript.
 */

import { assert, suite } from '../support/suite.ts';
import { MARKS, Marks } from './marks.ts';
import { simulate } from './simulation.ts';

const DEFAULT_SEEDS = 1000;
const TRANSCRIPT_LINES = 60;

const only = process.env.SEED === undefined ? null : Number(process.env.SEED);
const seedCount = only === null ? Number(process.env.SEEDS ?? DEFAULT_SEEDS) : 1;
const firstSeed = only ?? 1;

const zab = suite('simulation/zab', { timeoutMs: 300_000 });

zab(`agrees, stays durable and recovers in ${seedCount} worlds from seed ${firstSeed}`, () => {
  const marks = new Marks();
  let committedCount = 0;
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const result = simulate({ seed });
    if (result.failure !== null) failWithTranscript(seed, result.failure);
    marks.add(result.marks);
    committedCount += result.committedCount;
  }
  if (process.env.MARKS !== undefined) for (const [mark, count] of marks.counts) console.log(`${count} ${mark}`);
  assert.ok(committedCount > seedCount * 20, `only ${committedCount} txns were committed`);
  if (seedCount < DEFAULT_SEEDS) return;
  assert.equal(marks.missing, [], `rare paths that no seed took any more, of ${MARKS.length}`);
});

zab('gives the same transcript for the same seed', () => {
  for (const seed of [firstSeed, firstSeed + 1, firstSeed + 2]) {
    const first = simulate({ seed, traced: 'traced' });
    const second = simulate({ seed, traced: 'traced' });
    assert.ok(first.transcript.length > 500);
    assert.equal(second.transcript, first.transcript);
    assert.is(simulate({ seed }).actionCount, first.actionCount, 'keeping a transcript changes nothing');
  }
});

zab.run();

function failWithTranscript(seed: number, failure: Error): never {
  const { transcript } = simulate({ seed, traced: 'traced' });
  const lines = transcript.slice(-TRANSCRIPT_LINES).join('\n');
  const replay = `node dist/test/simulation/run.js --seed ${seed} --trace`;
  throw new Error(`seed ${seed}: ${failure.message}\nreplay: ${replay}\n${lines}\n${failure.stack ?? ''}`);
}
