/** `threadkeeper cli --json` against our own ensemble: one document a command, of the shapes that scripts rely on. */

import { COMMAND_NAMES } from '../../runtime/cli/shell/commands.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { runCli } from '../support/cli-process.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('scenario/cli --json', { timeoutMs: 60_000 });

let ensemble: TestEnsemble;

t.before(async () => {
  ensemble = await startTestEnsemble({ replicas: 1 });
});
t.after(() => ensemble.close());

function cli(args: readonly string[], input = '') {
  return runCli(['-server', ensemble.connectString, ...args], input);
}

/** Lines for one shell; its documents in their order, those of stdout and those of stderr. */
async function documents(lines: readonly string[]): Promise<{ results: unknown[]; errors: unknown[] }> {
  const { stdout, stderr } = await cli(['--json'], `${lines.join('\n')}\n`);
  const parse = (text: string): unknown[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  return { results: parse(stdout), errors: parse(stderr) };
}

/** The names of the keys, nested, and the values where they do not change from run to run. */
function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner, name)]));
  }
  if (['czxid', 'mzxid', 'pzxid', 'zxid'].includes(key)) return /^0x[\da-f]+$/.test(String(value)) ? 'zxid' : value;
  return key === 'ctime' || key === 'mtime' ? typeof value : value;
}

const ZERO = { czxid: 'zxid', mzxid: 'zxid', pzxid: 'zxid', ctime: 'number', mtime: 'number' };
const STAT = { ...ZERO, version: 0, cversion: 0, aversion: 0, ephemeralOwner: '0x0', dataLength: 5, numChildren: 0 };
const WORLD = { scheme: 'world', id: 'anyone', perms: 'cdrwa' };
const NO_LIMITS = { count: null, bytes: null, countHardLimit: null, byteHardLimit: null };

t('each command has its document', async () => {
  const expected: readonly (readonly [line: string, ...documents: unknown[]])[] = [
    ['create /a hello', { created: '/a' }],
    ['get /a', { path: '/a', data: 'hello', encoding: 'utf8', stat: STAT }],
    ['set -b /a /wA=', { path: '/a', stat: { ...STAT, version: 1, dataLength: 2 } }],
    ['get /a', { path: '/a', data: '/wA=', encoding: 'base64', stat: { ...STAT, version: 1, dataLength: 2 } }],
    ['create /a/b', { created: '/a/b' }],
    ['get /a/b', { path: '/a/b', data: null, encoding: null, stat: { ...STAT, dataLength: 0 } }],
    ['stat /a/b', { path: '/a/b', stat: { ...STAT, dataLength: 0 } }],
    [
      'ls /a',
      { path: '/a', children: ['b'], stat: { ...STAT, version: 1, cversion: 1, dataLength: 2, numChildren: 1 } },
    ],
    ['ls -R /a', { path: '/a', paths: ['/a', '/a/b'] }],
    ['getAllChildrenNumber /a', { path: '/a', count: 1 }],
    ['getEphemerals', { paths: [] }],
    ['sync /a', { path: '/a' }],
    ['getAcl /a/b', { path: '/a/b', acl: [WORLD], stat: { ...STAT, dataLength: 0 } }],
    ['setAcl /a/b world:anyone:cdrwa', { path: '/a/b', stat: { ...STAT, aversion: 1, dataLength: 0 } }],
    ['setAcl -R /a world:anyone:cdrwa', { path: '/a', paths: ['/a', '/a/b'] }],
    ['addauth digest u:p', { scheme: 'digest' }],
    ['setquota -n 10 /a', { path: '/a', limits: { ...NO_LIMITS, count: 10 }, used: { count: 2, bytes: 2 } }],
    [
      'setquota -b 1 /a',
      {
        warnings: ['[Warning]: the bytes quota you create is less than the existing bytes:2'],
        path: '/a',
        limits: { ...NO_LIMITS, count: 10, bytes: 1 },
        used: { count: 2, bytes: 2 },
      },
    ],
    ['listquota /a', { path: '/a', limits: { ...NO_LIMITS, count: 10, bytes: 1 }, used: { count: 2, bytes: 2 } }],
    ['delquota -b /a', { path: '/a', deleted: true }],
    ['delquota /a', { path: '/a', deleted: true }],
    ['delquota /a', { path: '/a', deleted: false }],
    ['listquota /a', { path: '/a', limits: null, used: null }],
    ['addWatch /a', { path: '/a', mode: 'PERSISTENT_RECURSIVE' }],
    ['create /a/c', { event: { type: 'nodeCreated', path: '/a/c', zxid: 'zxid' } }, { created: '/a/c' }],
    [
      'removewatches /a',
      { event: { type: 'persistentWatchRemoved', path: '/a', zxid: null } },
      { path: '/a', type: 'any' },
    ],
    ['delete /a/c', { path: '/a/c' }],
    ['deleteall /a', { path: '/a', deleted: 2 }],
    ['printwatches off', { printwatches: 'off' }],
    ['close', { closed: true }],
    [`connect ${ensemble.connectString}`, { server: ensemble.connectString }],
    ['redo 0', { created: '/a' }],
    ['quit', { quit: true }],
  ];
  const lines = expected.map(([line]) => line);
  const { results, errors } = await documents(lines);
  assert.equal(errors, []);
  const wanted = expected.flatMap(([, ...each]) => each);
  for (const [index, document] of results.entries()) {
    assert.equal(shapeOf(document), wanted[index], JSON.stringify(document));
  }
  assert.is(results.length, wanted.length);
});

t('config, whoami, version, history and help have theirs', async () => {
  const { results, errors } = await documents(['config', 'whoami', 'version', 'history', 'help']);
  assert.equal(errors, []);
  const [config, whoami, version, history, help] = results as Record<string, unknown>[];
  assert.equal(Object.keys(config ?? {}), ['version', 'members', 'text', 'stat']);
  assert.equal(whoami, { identities: [{ scheme: 'ip', user: '127.0.0.1' }] });
  assert.match(String(version?.version), /^\d+\.\d+\.\d+/);
  assert.equal(history?.commands, [
    { number: 0, line: 'config' },
    { number: 1, line: 'whoami' },
    { number: 2, line: 'version' },
    { number: 3, line: 'history' },
  ]);
  const names = ((help?.commands ?? []) as { readonly name: string }[]).map(({ name }) => name);
  assert.equal(names, [...COMMAND_NAMES]);
});

t('a failure is a document on stderr, with a code that stays', async () => {
  const { results, errors } = await documents([
    'get /nope',
    'create',
    'frobnicate',
    'get -z /a',
    'set -v 7 /zookeeper x',
    'close',
    'get /a',
  ]);
  assert.equal(results, [{ closed: true }]);
  assert.equal(
    errors.map((document) => (document as { readonly error: Record<string, unknown> }).error),
    [
      { code: 'NO_NODE', message: 'Node does not exist: /nope', path: '/nope', exitCode: 1 },
      { code: 'USAGE', message: 'create [-s] [-e] [-c] [-t ttl] path [data] [acl]', path: null, exitCode: 1 },
      {
        code: 'COMMAND_NOT_FOUND',
        message: 'Command not found: Command not found frobnicate',
        path: null,
        exitCode: 127,
      },
      { code: 'USAGE', message: 'Unrecognized option: -z', path: null, exitCode: 1 },
      { code: 'BAD_VERSION', message: 'version No is not valid : /zookeeper', path: '/zookeeper', exitCode: 1 },
      { code: 'NOT_CONNECTED', message: 'Not connected', path: null, exitCode: 1 },
    ],
  );
});

t('--json may stand behind a command as well, and what follows two dashes is data', async () => {
  const made = await cli(['create', '/dashes', '--json']);
  assert.equal([made.stdout, made.stderr, made.exitCode], ['{"created":"/dashes"}\n', '', 0]);
  assert.is((await cli(['set', '--', '/dashes', '--json'])).stdout, '');
  assert.is((await cli(['get', '/dashes'])).stdout, '--json\n');
});

t('a program that is called wrongly, or finds no server, says so in JSON too', async () => {
  const wrong = await cli(['--json', '-sever', 'x']);
  assert.is(wrong.exitCode, 2);
  assert.is((JSON.parse(wrong.stderr) as { readonly error: { readonly code: string } }).error.code, 'USAGE');
  const nobody = await cli(['--json', '-server', '127.0.0.1:1', 'get', '/a']);
  assert.is(nobody.exitCode, 3);
  assert.is((JSON.parse(nobody.stderr) as { readonly error: { readonly code: string } }).error.code, 'CANNOT_CONNECT');
});

t('each command explains itself with an example, and needs no server for it', async () => {
  const lines = COMMAND_NAMES.map((name) => `${name} -h`);
  const { stdout, stderr, exitCode } = await cli(['-server', '127.0.0.1:1'], `${lines.join('\n')}\n`);
  assert.equal([stderr, exitCode], ['', 0]);
  for (const name of COMMAND_NAMES) {
    assert.match(stdout, new RegExp(`^Usage: ${name}\\b`, 'm'));
    assert.match(stdout, new RegExp(`Example:\n ${name}\\b`));
  }
});

t.run();
