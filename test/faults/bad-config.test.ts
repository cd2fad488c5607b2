/** A configuration that cannot be used: exit code 2, every problem by file and key with what was expected, nothing started. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { type Ended, runThreadkeeper } from '../support/threadkeeper-process.ts';

const t = suite('faults/bad configuration', { timeoutMs: 40_000 });
const directory = makeTemporaryDirectory('bad-config');
t.after(() => directory.remove());

function write(name: string, content: unknown): string {
  const path = join(directory.path, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function refused(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const ended = await runThreadkeeper(['start', ...args], { cwd: directory.path, env });
  assert.is(ended.exitCode, 2, ended.stdout + ended.stderr);
  assert.is(ended.stdout, '');
  assert.not(existsSync(join(directory.path, 'data')), 'a data directory was made');
  return ended;
}

t('an unknown key is named, with the known one that was most likely meant', async () => {
  const file = write('unknown.json', { ensemble: { replicaz: 5 } });
  const { stderr } = await refused([file]);
  assert.match(stderr, `${file}: ensemble.replicaz: expected a known key (did you mean replicas?)`);
});

t('all problems of a file are told at once', async () => {
  const file = write('many.json', {
    ensemble: { replicas: 'three', clientPort: 70_000, heartbeatMs: 1 },
    znodes: { 'no-slash': 'x' },
    pipelines: [{ topic: 't' }],
  });
  const { stderr } = await refused([file]);
  for (const told of [
    `${file}: ensemble.replicas: expected a whole number of 1 to 15, found "three"`,
    `${file}: ensemble.clientPort: expected a whole number of 0 to 65535, found 70000`,
    `${file}: ensemble.heartbeatMs: expected`,
    `${file}: znodes.no-slash: expected`,
    `${file}: pipelines[0].name: expected`,
  ]) {
    assert.match(stderr, told);
  }
});

t('values that exclude each other are told by both', async () => {
  const file = write('pair.json', { ensemble: { minSessionTimeoutMs: 9000, maxSessionTimeoutMs: 4000 } });
  const { stderr } = await refused([file]);
  assert.match(stderr, `${file}: ensemble.minSessionTimeoutMs: expected no more than maxSessionTimeoutMs (4000)`);
});

t('a file that is not there, and one that does not parse', async () => {
  const missing = join(directory.path, 'missing.json');
  assert.match((await refused([missing])).stderr, `${missing}: (whole file): expected a configuration file`);
  const broken = write('broken.json', '{ "ensemble": ');
  assert.match((await refused([broken])).stderr, `${broken}: (whole file): expected a file that can be read`);
});

t('an environment variable with our prefix that means nothing, or has a wrong value', async () => {
  const { stderr } = await refused([], { THREADKEEPER_REPLICA: '3', THREADKEEPER_CLIENT_PORT: 'many' });
  assert.match(stderr, 'THREADKEEPER_REPLICA: expected a known key (did you mean THREADKEEPER_REPLICAS?)');
  assert.match(stderr, /THREADKEEPER_CLIENT_PORT: .*expected a whole number of 0 to 65535, found "many"/);
});

t('a flag that nobody knows, or with a wrong value', async () => {
  assert.match((await refused(['--nonsense'])).stderr, "unknown option '--nonsense'");
  assert.match((await refused(['--replicas', '0'])).stderr, /--replicas.*expected a whole number/s);
});

t('a step that no plugin makes, and options that its plugin refuses, end the process with 2 as well', async () => {
  const { exitCode, stderr } = await runThreadkeeper(
    [
      'start',
      write('step.json', {
        ensemble: { inMemory: true, clientPort: 0 },
        pipelines: [
          { name: 'a', topic: 't', generator: { use: 'replai' } },
          { name: 'b', topic: 't', generator: { use: 'interval', options: { everyMs: 'often' } } },
        ],
      }),
    ],
    { cwd: directory.path },
  );
  assert.is(exitCode, 2, stderr);
  assert.match(stderr, /pipelines\[0\]\.generator\.use: expected a generator: .*did you mean replay\?/);
});

t.run();
