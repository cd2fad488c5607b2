// timeout: 120s
/**
 * The differential run itself, without Apache: two ensembles of ours that are told different things by their
 * configuration must be found to differ, and what is left of the sequence must be as small as the difference.
 */
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from '../../runtime/testing.ts';
import type { Sides } from '../interop/differential/compare.ts';
import { Coverage } from '../interop/differential/coverage.ts';
import type { Side } from '../interop/differential/play.ts';
import { runSequences } from '../interop/differential/run-sequences.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('scenario/differential', { timeoutMs: 100_000 });
let ensembles: TestEnsemble[] = [];

t.after.each(async () => {
  for (const ensemble of ensembles) await ensemble.close();
  ensembles = [];
});

async function start(name: string, options: TestEnsembleOptions): Promise<Side> {
  const timeouts = { minSessionTimeoutMs: 20_000, maxSessionTimeoutMs: 60_000 };
  const ensemble = await startTestEnsemble({ replicas: 1, ...timeouts, ...options });
  ensembles.push(ensemble);
  const ports = ensemble.servers.map((server) => Number(server.split(':')[1]));
  return { name, ports, skipsZxidFor: () => false, logsMoves: ports.length > 1 };
}

async function sides(first: TestEnsembleOptions, second: TestEnsembleOptions): Promise<Sides> {
  const apache = await start('the first', first);
  return { apache, ours: [await start('the second', second)], dialect: '3.9', coverage: new Coverage() };
}

t('two that are alike are told apart by no sequence, with one replica and with three', async () => {
  const alike = await sides({ replicas: 1 }, { replicas: 3 });
  assert.is(await runSequences({ sides: alike, seed: 1, sequences: 3, length: 200 }), null);
});

t(
  'a difference is found, shrunk to the one request that shows it, and told with the command that replays it',
  async () => {
    const different = await sides({ extendedTypes: true }, { extendedTypes: false });
    const report = await runSequences({ sides: different, seed: 1, sequences: 20, length: 200 });
    assert.ok(report, 'no difference was found');
    const [seed, ...lines] = report.split('\n');
    assert.match(seed ?? '', /^seed \d+:$/);
    assert.match(lines[0] ?? '', /create.* flags [56]|createTTL/);
    assert.match(lines[1] ?? '', /^and then session \d was told$/);
    assert.match(report, /by the second:[\s\S]*\bUNIMPLEMENTED/);
    const kept = /^Replay: npm run soak -- differential --seed (\d+) --length 200 --only ([\d,]+)$/m.exec(report);
    assert.ok(kept, report);
    const only = kept[2]?.split(',').map(Number);
    const again = await runSequences({ sides: different, seed: Number(kept[1]), sequences: 1, length: 200, only });
    assert.match(again ?? 'nothing', 'UNIMPLEMENTED');
  },
);

t('a difference that needs some steps keeps them', async () => {
  const different = await sides({ skipAcl: false }, { skipAcl: true });
  const report = await runSequences({ sides: different, seed: 1, sequences: 20, length: 200 });
  assert.ok(report, 'no difference was found');
  const steps = report
    .split('\n')
    .slice(1)
    .findIndex((line) => line.startsWith('and then'));
  assert.ok(steps >= 1 && steps <= 6, report);
});

t.run();
