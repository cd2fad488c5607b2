import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError, type ConfigProblem } from '../../../../core/errors.ts';
import { type LoadOptions, loadConfig } from '../../../../runtime/config/load.ts';
import { assert, suite } from '../../../support/suite.ts';

const load = suite('runtime/config/load');

let directory = '';
load.before.each(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threadkeeper-config-'));
});
load.after.each(async () => {
  await rm(directory, { recursive: true });
});

async function put(name: string, content: unknown): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function options(more: Partial<LoadOptions> = {}): LoadOptions {
  return { env: {}, cwd: directory, ...more };
}

async function problemsOf(more: Partial<LoadOptions>): Promise<readonly ConfigProblem[]> {
  try {
    await loadConfig(options(more));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

load('without a file everything is a default', async () => {
  const { config, origins, file } = await loadConfig(options());
  assert.is(file, null);
  assert.is(config.ensemble.replicas, 3);
  assert.is(config.ensemble.dataDir, join(directory, 'data'));
  assert.is(config.ensemble.minSessionTimeoutMs, 4000);
  assert.is(config.ensemble.maxSessionTimeoutMs, 40_000);
  assert.equal(config.pipelines, []);
  assert.is(origins['ensemble.replicas'], 'default');
});

load('flags win over the environment, which wins over the file, which wins over defaults', async () => {
  const path = await put('cosmiconfig.json', {
    ensemble: { replicas: 1, clientPort: 1000, snapCount: 10, tickTimeMs: 500 },
  });
  const { config, origins } = await loadConfig(
    options({
      env: { THREADKEEPER_REPLICAS: '2', THREADKEEPER_CLIENT_PORT: '2000', PATH: '/bin' },
      flags: { replicas: 5, inMemory: undefined },
    }),
  );
  const { replicas, clientPort, snapCount, initLimitTicks, minSessionTimeoutMs } = config.ensemble;
  assert.equal([replicas, clientPort, snapCount, initLimitTicks, minSessionTimeoutMs], [5, 2000, 10, 10, 1000]);
  assert.is(origins['ensemble.replicas'], '--replicas');
  assert.is(origins['ensemble.clientPort'], 'THREADKEEPER_CLIENT_PORT');
  assert.is(origins['ensemble.snapCount'], path);
  assert.is(origins['ensemble.initLimitTicks'], 'default');
});

load('the whole configuration is frozen', async () => {
  const { config } = await loadConfig(options({ inline: { pipelines: [{ name: 'p', topic: 't' }] } }));
  assert.ok(
    Object.isFrozen(config.ensemble) && Object.isFrozen(config.pipelines) && Object.isFrozen(config.pipelines[0]),
  );
});

load('a path in a file starts at the file, a path from the shell at the shell', async () => {
  const file = await put('deep/rc.json', { ensemble: { dataDir: 'db' } });
  assert.is((await loadConfig(options({ file }))).config.ensemble.dataDir, join(directory, 'deep', 'db'));
  const { config } = await loadConfig(options({ file, flags: { dataDir: 'db' } }));
  assert.is(config.ensemble.dataDir, join(directory, 'db'));
});

load('a file in .config speaks for the directory above', async () => {
  const path = await put('.config/threadkeeperrc.json', { ensemble: { dataDir: 'db' } });
  const { config, file } = await loadConfig(options());
  assert.is(file, path);
  assert.is(config.ensemble.dataDir, join(directory, 'db'));
});

load('an unknown key is named with the nearest known one', async () => {
  const file = await put('rc.json', { ensemble: { replica: 3 }, piplines: [] });
  const problems = await problemsOf({ file });
  assert.equal(problems, [
    {
      origin: file,
      key: 'ensemble.replica',
      expected: 'a known key (did you mean replicas?)',
      found: 'the unknown key replica',
    },
    {
      origin: file,
      key: 'piplines',
      expected: 'a known key (did you mean pipelines?)',
      found: 'the unknown key piplines',
    },
  ]);
});

load('all wrong values are told at once, each with file, key, expected and found', async () => {
  const file = await put('rc.json', {
    ensemble: { replicas: 'three', clientPort: 70_000, inMemory: 'yes', host: '' },
    znodes: { config: 'x', '/a': 1 },
    plugins: [{}, './ok'],
    pipelines: [
      { topic: 't', handler: { threads: -1 } },
      { name: 'a b', topic: 't', generator: 'replay' },
    ],
  });
  const problems = await problemsOf({ file });
  assert.equal(problems.map(({ key, found }) => `${key} ${found}`).sort(), [
    'ensemble.clientPort 70000',
    'ensemble.host ""',
    'ensemble.inMemory "yes"',
    'ensemble.replicas "three"',
    'pipelines[0].handler.threads -1',
    'pipelines[0].handler.use nothing',
    'pipelines[0].name nothing',
    'pipelines[1].generator "replay"',
    'pipelines[1].name "a b"',
    'plugins[0] {}',
    'znodes./a 1',
    'znodes.config "config"',
  ]);
  assert.ok(problems.every(({ origin, expected }) => origin === file && expected.length > 0));
});

load('a wrong flag and a wrong variable are named as such', async () => {
  const problems = await problemsOf({ flags: { replicas: 'x' }, env: { THREADKEEPER_CLIENT_PORT: 'y' } });
  assert.equal(problems.map(({ origin, key }) => [origin, key]).sort(), [
    ['--replicas', 'ensemble.replicas'],
    ['THREADKEEPER_CLIENT_PORT', 'ensemble.clientPort'],
  ]);
});

load('a variable with our prefix that means nothing is a problem', async () => {
  const [problem] = await problemsOf({ env: { THREADKEEPER_REPLICA: '3' } });
  assert.is(problem?.expected, 'a known key (did you mean THREADKEEPER_REPLICAS?)');
});

load('values that do not fit together are told', async () => {
  const problems = await problemsOf({
    inline: {
      ensemble: { clientPort: 65_534, minSessionTimeoutMs: 9000, maxSessionTimeoutMs: 8000, heartbeatTimeoutMs: 150 },
    },
  });
  assert.equal(
    problems.map(({ key }) => key),
    ['ensemble.clientPort', 'ensemble.minSessionTimeoutMs', 'ensemble.heartbeatTimeoutMs'],
  );
});

load('two pipelines of one topic share its propagator or are refused', async () => {
  const shared = { topic: 't', propagator: { use: 'memory', options: { capacity: 5 } } };
  const { config } = await loadConfig(
    options({
      inline: {
        pipelines: [
          { name: 'a', ...shared },
          { name: 'b', topic: 't' },
        ],
      },
    }),
  );
  assert.equal(config.pipelines[1]?.propagator, shared.propagator);
  const problems = await problemsOf({
    inline: {
      pipelines: [
        { name: 'a', ...shared },
        { name: 'a', topic: 't', propagator: { use: 'log' } },
      ],
    },
  });
  assert.equal(
    problems.map(({ key }) => key),
    ['pipelines[1].name', 'pipelines[1].propagator'],
  );
});

load('a missing file, a broken one and a list are told with the file', async () => {
  const missing = join(directory, 'none.json');
  assert.is((await problemsOf({ file: missing }))[0]?.found, 'no such file');
  const broken = await put('broken.json', '{ "ensemble": ');
  assert.match((await problemsOf({ file: broken }))[0]?.found ?? '', /JSON/);
  const list = await put('list.json', []);
  assert.is((await problemsOf({ file: list }))[0]?.expected, 'an object');
  const brokenYaml = await put('broken.yaml', 'ensemble: [');
  assert.is((await problemsOf({ file: brokenYaml }))[0]?.origin, brokenYaml);
});

load('THREADKEEPER_CONFIG names the file, and a file given by hand wins', async () => {
  const byVariable = await put('a.json', { ensemble: { replicas: 1 } });
  const byHand = await put('b.json', { ensemble: { replicas: 5 } });
  const env = { THREADKEEPER_CONFIG: byVariable };
  assert.is((await loadConfig(options({ env }))).config.ensemble.replicas, 1);
  assert.is((await loadConfig(options({ env, file: byHand }))).config.ensemble.replicas, 5);
});

load.run();
