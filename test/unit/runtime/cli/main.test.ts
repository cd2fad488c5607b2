import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '../../../support/free-ports.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('cli/main', { timeoutMs: 30_000 });

const MAIN = fileURLToPath(new URL('../../../../runtime/cli/main.js', import.meta.url));

async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
  const closed = once(child, 'close');
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const [exitCode] = await closed;
  return { exitCode: exitCode as unknown, stdout, stderr };
}

t('--version prints the version, --help the commands, both with exit code 0', async () => {
  const version = await run(['--version']);
  assert.is(version.exitCode, 0);
  assert.match(version.stdout, /^\d+\.\d+\.\d+/);
  const help = await run(['--help']);
  assert.is(help.exitCode, 0);
  for (const command of ['start', 'cli', 'config']) assert.match(help.stdout, new RegExp(`^ +${command} `, 'm'));
  const cli = await run(['cli', '-help']);
  assert.is(cli.exitCode, 0);
  assert.match(cli.stdout, 'getAllChildrenNumber path');
});

t('mistakes in usage end with exit code 2 and name what is wrong', async () => {
  const unknown = await run(['strat']);
  assert.is(unknown.exitCode, 2);
  assert.match(unknown.stderr, 'strat');
  const option = await run(['start', '--replicas', '0']);
  assert.is(option.exitCode, 2);
  assert.match(option.stderr, 'from 1 to 254');
  const server = await run(['cli', '-server', 'localhost:99999', 'ls', '/']);
  assert.is(server.exitCode, 2);
  assert.match(server.stderr, 'localhost:99999');
  assert.is((await run(['cli', '-sever', 'a', 'ls', '/'])).exitCode, 2);
});

t('servers that cannot be reached are named, with exit code 3, after a few seconds', async () => {
  const [first, second] = await findFreePorts(2);
  const startedMs = performance.now();
  const { exitCode, stdout, stderr } = await run([
    'cli',
    '-server',
    `127.0.0.1:${first},127.0.0.1:${second}`,
    'ls',
    '/',
  ]);
  assert.is(exitCode, 3);
  assert.is(stdout, '');
  assert.match(stderr, `cannot connect to 127.0.0.1:${first},127.0.0.1:${second}`);
  assert.match(stderr, `127.0.0.1:${second}: connect ECONNREFUSED`);
  assert.ok(performance.now() - startedMs < 15_000);
});

t('what needs no server is answered without one', async () => {
  const unknown = await run(['cli', 'frobnicate']);
  assert.is(unknown.exitCode, 127);
  assert.match(unknown.stderr, 'Command not found: Command not found frobnicate');
  const usage = await run(['cli', 'create']);
  assert.is(usage.exitCode, 1);
  assert.is(usage.stderr, 'create [-s] [-e] [-c] [-t ttl] path [data] [acl]\n');
  assert.is((await run(['cli', 'version'])).exitCode, 0);
});

t("lines from stdin are commands; the exit code is the last one's", async () => {
  const { exitCode, stdout } = await run(['cli'], 'version\nhistory\n\nfrobnicate\n');
  assert.is(exitCode, 127);
  assert.match(stdout, '0 - version\n1 - history\n');
  assert.is((await run(['cli'], 'frobnicate\nversion\nquit\nfrobnicate\n')).exitCode, 0);
});

t.run();
