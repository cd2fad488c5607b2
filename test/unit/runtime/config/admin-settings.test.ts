import { ConfigError } from '../../../../core/errors.ts';
import { loadConfig } from '../../../../runtime/config/load.ts';
import type { EnsembleConfig } from '../../../../runtime/config/types.ts';
import { assert, suite } from '../../../support/suite.ts';

const settings = suite('config/admin-settings');

async function load(ensemble: unknown, env: Record<string, string> = {}): Promise<EnsembleConfig> {
  return (await loadConfig({ inline: { ensemble }, env, cwd: '/' })).config.ensemble;
}

async function problemsOf(ensemble: unknown): Promise<string[]> {
  try {
    await load(ensemble);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, expected }) => `${key}: ${expected}`);
  }
}

settings('by default health checks and monitors are answered, and nothing is served by HTTP', async () => {
  const { fourLetterWords, adminPort, metricsPort, adminHost } = await load({});
  assert.equal(fourLetterWords, ['srvr', 'ruok', 'mntr', 'isro', 'conf']);
  assert.equal([adminPort, metricsPort, adminHost], [null, null, null]);
});

settings('words are a list, or a text as in a zoo.cfg and in the environment', async () => {
  assert.equal((await load({ fourLetterWords: ['ruok', '*'] })).fourLetterWords, ['ruok', '*']);
  assert.equal((await load({ fourLetterWords: 'stat, ruok' })).fourLetterWords, ['stat', 'ruok']);
  assert.equal((await load({}, { THREADKEEPER_FOUR_LETTER_WORDS: '*' })).fourLetterWords, ['*']);
  assert.equal((await load({ fourLetterWords: [] })).fourLetterWords, []);
  for (const wrong of [['ruoc'], 'ruok;stat', 7, null]) {
    const [problem = ''] = await problemsOf({ fourLetterWords: wrong });
    assert.match(problem, /^ensemble\.fourLetterWords: a list of four-letter words: \*, conf, /);
  }
});

settings('ports of its own for every replica are asked for before anything starts', async () => {
  assert.equal(await problemsOf({ clientPort: 3000, adminPort: 3100, metricsPort: 3200 }), []);
  assert.equal(await problemsOf({ clientPort: 0, adminPort: 0, metricsPort: 0 }), []);
  assert.equal(await problemsOf({ clientPort: 3000, adminPort: 3002 }), [
    'ensemble.adminPort: 3 ports of its own: 3002 is taken',
  ]);
  assert.equal(await problemsOf({ clientPort: 3000, adminPort: 3100, metricsPort: 3099 }), [
    'ensemble.metricsPort: 3 ports of its own: 3100 is taken',
  ]);
  assert.equal(await problemsOf({ adminPort: 65_534 }), [
    'ensemble.adminPort: a port that leaves room for 3 replicas below 65536',
  ]);
});

settings('a port that is no port is refused by name', async () => {
  await assert.rejects(() => load({ adminPort: 70_000 }), /ensemble\.adminPort/);
  await assert.rejects(() => load({ metricsPort: 'http' }), /ensemble\.metricsPort/);
});

settings.run();
