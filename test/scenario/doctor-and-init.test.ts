// timeout: 120s
/** `threadkeeper doctor` and `threadkeeper init`, as a newcomer meets them. */

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../runtime/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { runThreadkeeper, startThreadkeeper } from '../support/threadkeeper-process.ts';

const t = suite('scenario/doctor and init', { timeoutMs: 60_000 });

const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
let directory = makeTemporaryDirectory('doctor');
t.before.each(() => {
  directory.remove();
  directory = makeTemporaryDirectory('doctor');
});
t.after(() => directory.remove());

function configure(ensemble: object): void {
  writeFileSync(join(directory.path, '.threadkeeperrc.json'), JSON.stringify({ ensemble }));
}

interface Report {
  readonly findings: readonly { readonly check: string; readonly level: string; readonly found: string }[];
}

async function doctor() {
  const { exitCode, stdout, stderr } = await runThreadkeeper(['doctor', '--json'], { cwd: directory.path });
  assert.is(stderr, '');
  const { findings } = JSON.parse(stdout) as Report;
  return { exitCode, failures: findings.filter(({ level }) => level === 'fail'), findings };
}

t('where all is well nothing fails, and nothing is left behind', async () => {
  configure({ replicas: 3, clientPort: 0, dataDir: './data' });
  mkdirSync(join(directory.path, 'data', '1'), { recursive: true });
  const { exitCode, failures, findings } = await doctor();
  assert.equal(failures, []);
  assert.is(exitCode, 0);
  const checks = new Set(findings.map(({ check }) => check));
  assert.equal([...checks], ['node', 'memory', 'files', 'clock', 'port', 'directory']);
  assert.equal(readdirSync(join(directory.path, 'data')), ['1']);
  assert.equal(readdirSync(join(directory.path, 'data', '1')), []);
});

t('a port in use and a data directory that is a file fail by name', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  writeFileSync(join(directory.path, 'data'), 'in the way');
  configure({ replicas: 1, clientPort: port, dataDir: './data' });
  const { exitCode, failures } = await doctor();
  assert.is(exitCode, 1);
  assert.equal(
    failures.map(({ check }) => check),
    ['port', 'directory'],
  );
  assert.match(failures[0]?.found ?? '', `127.0.0.1:${port} is in use`);
  assert.match(failures[1]?.found ?? '', 'is no directory');
  await new Promise((resolve) => server.close(resolve));
});

t('a data directory in use is told with the process that has it', async () => {
  configure({ replicas: 1, clientPort: 0, dataDir: './data' });
  const running = await startThreadkeeper([], { cwd: directory.path });
  try {
    const { exitCode, failures } = await doctor();
    assert.is(exitCode, 1);
    assert.match(failures[0]?.found ?? '', /in use|process \d+/);
  } finally {
    await running.kill9();
  }
});

t('a configuration without sense is told as by start, with exit code 2', async () => {
  configure({ replicas: 0 });
  const { exitCode, stderr } = await runThreadkeeper(['doctor'], { cwd: directory.path });
  assert.is(exitCode, 2);
  assert.match(stderr, 'replicas');
});

t('what init writes runs as it is', async () => {
  const made = await runThreadkeeper(['init', 'shop'], { cwd: directory.path });
  assert.equal([made.exitCode, made.stderr], [0, '']);
  assert.match(made.stdout, 'cd shop');
  const shop = join(directory.path, 'shop');
  // In place of npm install.
  mkdirSync(join(shop, 'node_modules'));
  symlinkSync(PACKAGE, join(shop, 'node_modules', 'threadkeeper'));
  const running = await startThreadkeeper(['--client-port', '0', '--in-memory'], { cwd: shop });
  const client = connect(`127.0.0.1:${running.clientPorts[0]}`);
  try {
    await eventually(async () => (await client.exists('/greetings')) !== null);
    assert.match(String((await client.getData('/greetings')).data), /^hello, guest \d+$/);
    assert.is(String((await client.getData('/config')).data), 'initial_value');
  } finally {
    await client.close();
    await running.kill9();
  }
});

t('init overwrites nothing, and keeps a package.json that is there', async () => {
  writeFileSync(join(directory.path, 'package.json'), '{"name":"mine"}');
  assert.is((await runThreadkeeper(['init'], { cwd: directory.path })).exitCode, 0);
  assert.is(readFileSync(join(directory.path, 'package.json'), 'utf8'), '{"name":"mine"}');
  const plugin = join(directory.path, 'plugins', 'greeter.js');
  writeFileSync(plugin, 'mine');
  const again = await runThreadkeeper(['init'], { cwd: directory.path });
  assert.is(again.exitCode, 1);
  assert.match(again.stderr, '.threadkeeperrc.json and plugins/greeter.js already');
  assert.is(readFileSync(plugin, 'utf8'), 'mine');
  assert.ok(existsSync(join(directory.path, '.threadkeeperrc.json')));
});

t.run();
