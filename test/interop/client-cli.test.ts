// timeout: 300s
/** Our `cli` beside Debian's zkCli.sh: the same commands on the same server, compared line by line. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type ApacheEnsemble, type CliResult, startApacheZooKeeper, zkCli } from '../support/apache-zookeeper.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('interop/cli beside zkCli.sh', { timeoutMs: 120_000 });

const MAIN = fileURLToPath(new URL('../../runtime/cli/main.js', import.meta.url));
let apache: ApacheEnsemble | undefined;

t.before(async () => {
  apache = await startApacheZooKeeper();
  for (const root of ['/theirs', '/ours']) {
    const made = await zkCli(apache.connectString, ['create', root]);
    assert.is(made.exitCode, 0, made.stderr);
  }
});
t.after(() => apache?.stop());

/** One command for both sides; the chroot makes a place for each. */
async function both(command: readonly string[], input = ''): Promise<{ ours: CliResult; theirs: CliResult }> {
  const servers = apache?.connectString ?? '';
  const [ours, theirs] = await Promise.all([
    ourCli(`${servers}/ours`, command, input),
    zkCli(`${servers}/theirs`, command, input),
  ]);
  return { ours: tidy(ours), theirs: tidy(theirs) };
}

async function ourCli(server: string, command: readonly string[], input: string): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, 'cli', '-server', server, ...command], { stdio: 'pipe' });
  const closed = once(child, 'close');
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  const [exitCode] = (await closed) as [number | null];
  return { exitCode, stdout, stderr };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

/** Takes off zkCli's greetings and its logger's, and what differs between two znodes: zxids and times. */
function tidy({ exitCode, stdout, stderr }: CliResult): CliResult {
  const results = stdout
    .replace(/^Connecting to .*\n/, '')
    .replace(/^Welcome to ZooKeeper!\nJLine support is disabled\n/, '')
    .replace(/ zxid: -1$/gm, '');
  const sameForAll = (text: string): string =>
    text
      .replace(/^(\wZxid = 0x|\wtime = ).*$/gm, '$1…')
      .replace(/^ephemeralOwner = 0x[1-9a-f].*$/gm, 'ephemeralOwner = 0x…');
  const messages = stderr.replace(/^(SLF4J|Picked up|log4j).*\n/gm, '');
  return { exitCode, stdout: sameForAll(results), stderr: messages };
}

const COMMANDS: readonly string[] = [
  'create /a hello',
  'create /a again',
  'create /a/b/c x',
  'create a x',
  'create /a/ x',
  'create -s /a/s- x',
  'create -e -s /a/t- x',
  'create -c /container',
  'create -c -e /wrong',
  'create -e -t 5 /wrong',
  'create -c -t 5 /wrong',
  'create -t x /wrong',
  'create -t 5 /switched-off',
  'create',
  'create /nothing',
  'create /locked x world:anyone:r',
  'setAcl /nothing bogus',
  'get /a',
  'get -s /a',
  'get /nothing',
  'get /nope',
  'ls',
  'set /a changed',
  'set -s /a again',
  'set -v 2 /a with-version',
  'set -v 7 /a wrong-version',
  'set /a',
  'set /locked x',
  'stat /a',
  'stat /nope',
  'ls /',
  'ls -s /a',
  'ls /nope',
  'create /a/sub 1',
  'create /a/sub/deep 2',
  'create /a/other 3',
  'ls -R /a',
  'delete /a',
  'delete /a/',
  'delete -v 9 /a/other',
  'delete -v 0 /a/other',
  'sync /a',
  'getAcl /a',
  'getAcl -s /locked',
  'setAcl /a world:anyone:cdrw',
  'setAcl -s /a world:anyone:cdrwa',
  'getAllChildrenNumber /a',
  'getEphemerals',
  'whoami',
  'addauth digest user:password',
  'addauth',
  'printwatches',
  'redo 1',
  'deleteall /a',
  'deleteall /nope',
  'ls /',
];

t('the same commands have the same results, messages and exit codes', async () => {
  for (const command of COMMANDS) {
    const { ours, theirs } = await both(command.split(' '));
    assert.equal(ours, theirs, command);
  }
});

t('the same lines on stdin have the same results and watch events', async () => {
  const lines = [
    'create /s hello',
    'get -w /s',
    "set /s 'two words'",
    'get /s',
    'ls -w /s',
    'create /s/c "x y"',
    'stat -w /s/later',
    'create /s/later',
    'create -e /s/e gone',
    'history',
    'redo 3',
    'redo 99',
    'printwatches off',
    'printwatches',
    'history',
    'delete /nope',
    'deleteall /s',
    'ls /s',
  ];
  const { ours, theirs } = await both([], `${lines.join('\n')}\n`);
  assert.equal(ours.stdout.split('\n'), theirs.stdout.split('\n'));
  assert.equal(ours.stderr, theirs.stderr);
  assert.is(ours.exitCode, theirs.exitCode);
});

t('an ephemeral made by a single command is still there for the next one', async () => {
  const server = apache?.connectString ?? '';
  assert.is((await ourCli(server, ['create', '-e', '/stays'], '')).exitCode, 0);
  assert.is((await ourCli(server, ['get', '/stays'], '')).exitCode, 0);
});

t('a single command that made none closes its session', async () => {
  const server = apache?.connectString ?? '';
  const made = await ourCli(server, [], 'create -e /goes\nquit\n');
  assert.is(made.exitCode, 0);
  assert.is((await ourCli(server, ['stat', '/goes'], '')).exitCode, 1);
});

t.run();
