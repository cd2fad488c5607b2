// timeout: 300s
/** Our `cli` beside Debian's zkCli.sh: the same commands on the same server, compared line by line. */

import { type ApacheEnsemble, type CliResult, startApacheZooKeeper, zkCli } from '../support/apache-zookeeper.ts';
import { runCli } from '../support/cli-process.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('interop/cli beside zkCli.sh', { timeoutMs: 120_000 });

let apache: ApacheEnsemble | undefined;

t.before(async () => {
  apache = await startApacheZooKeeper({ config: { extendedTypesEnabled: 'true' } });
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

function ourCli(server: string, command: readonly string[], input: string): Promise<CliResult> {
  return runCli(['-server', server, ...command], input);
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

/** One process each, as scripts use it: for the exit codes. */
const COMMANDS: readonly string[] = [
  'create /a hello',
  'create /a again',
  'create -c -e /wrong',
  'create',
  'get -s /a',
  'get /nope',
  'set -v 7 /a wrong-version',
  'stat /nope',
  'ls /',
  'delete /a/',
  'setAcl /nothing bogus',
  'deleteall /nope',
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
  assert.equal(printed(ours.stdout), printed(theirs.stdout));
  assert.equal(ours.stderr, theirs.stderr);
  assert.is(ours.exitCode, theirs.exitCode);
});

/** One shell each for all of them: as many commands as a JVM is started for. */
const SHELL_LINES: Readonly<Record<string, readonly string[]>> = {
  znodes: [
    'create /b hello',
    'create /b again',
    'create /b/b/c x',
    'create a x',
    'create /b/ x',
    'create -s /b/s- x',
    'create -e -s /b/t- x',
    'create -c /container',
    'create -c -e /wrong',
    'create -e -t 5 /wrong',
    'create -c -t 5 /wrong',
    'create -t x /wrong',
    'create',
    'create /nothing',
    'create /locked x world:anyone:r',
    'setAcl /nothing bogus',
    'get /b',
    'get -s /b',
    'get /nothing',
    'get /nope',
    'ls',
    'set /b changed',
    'set -s /b again',
    'set -v 2 /b with-version',
    'set -v 7 /b wrong-version',
    'set /locked x',
    'stat /b',
    'stat /nope',
    'ls /',
    'ls -s /b',
    'ls /nope',
    'create /b/sub 1',
    'create /b/sub/deep 2',
    'create /b/other 3',
    'ls -R /b',
    'delete /b',
    'delete /b/',
    'delete -v 9 /b/other',
    'delete -v 0 /b/other',
    'sync /b',
    'getAcl /b',
    'getAcl -s /locked',
    'setAcl /b world:anyone:cdrw',
    'setAcl -s /b world:anyone:cdrwa',
    'getAllChildrenNumber /b',
    // Of none: zkCli shows the chroot in front of those that there are.
    'getEphemerals /none',
    'whoami',
    'addauth',
    'deleteall /b',
    'deleteall /nope',
    'ls /',
  ],
  quotas: [
    'create /q x',
    'create /q/a x',
    'create /q/a/b x',
    'setquota -n 2 /q/a',
    'listquota /q/a',
    'setquota -b 100 /q/a',
    'setquota -N 5 /q/a',
    'setquota -B 1000 /q/a',
    'listquota /q/a',
    'ls -R /zookeeper',
    'setquota -n 3 /q',
    'setquota -n 3 /q/a/b',
    'setquota -n 3 /nope',
    'setquota -n 3 /',
    'setquota -n 3 /zookeeper/quota/x',
    'setquota -n 0 /q/a',
    'setquota -b -5 /q/a',
    'setquota -n x /q/a',
    'setquota -n 5',
    'delquota -n /q/a',
    'listquota /q/a',
    'delquota -b /q/a',
    'delquota -N /q/a',
    'delquota -B /q/a',
    'listquota /q/a',
    'delquota /q/a',
    'delquota /q/a',
    'delquota',
    'delquota -n /q',
    'listquota /q/a',
    'listquota',
    'ls -R /zookeeper',
  ],
  'TTLs and ACLs': [
    'create /m x',
    'create /m/n x',
    'create -t 0 /ttl',
    'create -t 99999999999999 /ttl',
    'create -t 5000 /ttl x',
    'create -t 5000 -s /ttl- x',
    'create -t5000 /ttl-2 x',
    'create -t=5000 /ttl-3 x',
    'create -- /dash -data',
    'get /dash',
    'getAcl -s /m',
    'setAcl -R /m world:anyone:cdrwa',
    'setAcl -R /nope world:anyone:cdrwa',
    'setAcl -v 9 /m world:anyone:cdrwa',
    'setAcl /m digest:u:x:r,world:anyone:cdrwa',
    'getAcl /m',
    'setAcl /m',
    'getEphemerals /m',
    'getAllChildrenNumber',
    'getAllChildrenNumber /nope',
    'whoami extra',
    'addauth digest u:p',
    'create /mine x auth::cdrwa',
    'getAcl /mine',
    'sync',
  ],
  watches: [
    'create /v x',
    'addWatch /w',
    'addWatch -m PERSISTENT /p',
    'addWatch -m persistent_recursive /r',
    'addWatch -m bogus /p',
    'addWatch',
    'addWatch /a /b',
    'create /w x',
    'create /w/c x',
    'set /w/c y',
    'delete /w/c',
    'create /p x',
    'create /p/c x',
    'set /p y',
    'removewatches /w',
    'removewatches /w',
    'removewatches /p -a',
    'set /p z',
    'removewatches',
    'get -w /v',
    'ls -w /v',
    'removewatches /v -d',
    'removewatches /v -d',
    'removewatches /v -c',
    'removewatches /nope -l',
    'ls -R -w /v',
    'create /v/c x',
    'ls /v true',
    'get /v true',
    'stat /v true',
    'delete /v/c 5',
    'history',
    'redo 3',
  ],
  'the configuration of a standalone server': [
    'config',
    'config -c',
    'config -s',
    'config -w',
    'reconfig',
    'reconfig -add a -members b',
    'reconfig -file x -members b',
    'reconfig -remove 1',
    'reconfig -v zz -remove 1',
  ],
};

for (const [what, lines] of Object.entries(SHELL_LINES)) {
  t(`a shell is told the same: ${what}`, async () => {
    const { ours, theirs } = await both([], `${lines.join('\n')}\n`);
    assert.equal(printed(ours.stdout), printed(theirs.stdout));
    assert.equal(ours.stderr.split('\n'), theirs.stderr.split('\n'));
  });
}

interface Printed {
  readonly results: readonly string[];
  /** Without zxids: zkCli 3.9, whose form we have, names the txn behind an event; Debian's 3.8 does not. */
  readonly events: readonly string[];
}

/** zkCli prints events from another thread, at any point between the lines of results; each of the two has its order. */
function printed(stdout: string): Printed {
  const lines = stdout.split('\n').filter((line) => line !== '' && line !== 'WATCHER::');
  const isEvent = (line: string): boolean => line.startsWith('WatchedEvent ');
  return {
    results: lines.filter((line) => !isEvent(line)),
    events: lines.filter(isEvent).map((line) => line.replace(/ zxid: \d+$/, '')),
  };
}

interface Difference {
  readonly command: string;
  readonly why: string;
  readonly ours: Partial<CliResult>;
  readonly theirs: Partial<CliResult>;
}

/** All that is known to differ; what is not written here is compared above. */
const DIFFERENCES: readonly Difference[] = [
  {
    command: 'get -b /d',
    why: 'zkCli has it from 3.9.3 on',
    ours: { exitCode: 0, stdout: 'eA==\n' },
    theirs: { exitCode: 1 },
  },
  {
    command: 'set /d',
    why: 'zkCli 3.9 explains the options of get and set',
    ours: {
      exitCode: 1,
      stderr:
        'set path data [-s] [-v version] [-b]\n -b         Supply data in base64 format\n' +
        ' -s         Print znode stats additionally\n -v <arg>   Set with an expected version\n\n',
    },
    theirs: { exitCode: 1, stderr: 'set [-s] [-v version] path data\n' },
  },
  {
    command: 'create -z /d',
    why: 'a Java class is no news to anybody; the usage is',
    ours: { exitCode: 1, stderr: 'Unrecognized option: -z\ncreate [-s] [-e] [-c] [-t ttl] path [data] [acl]\n' },
    theirs: { exitCode: 1, stderr: 'org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: -z\n' },
  },
  {
    command: 'set /d -5',
    why: 'a negative number is data',
    ours: { exitCode: 0, stdout: '' },
    theirs: { exitCode: 1 },
  },
  {
    command: 'setquota -n 0 /d',
    why: 'what was refused has failed',
    ours: { exitCode: 1, stderr: 'the num quota must be greater than zero\n' },
    theirs: { exitCode: 0, stderr: 'the num quota must be greater than zero\n' },
  },
  {
    command: 'setAcl /d world:anyone:cdrwa,bogus',
    why: 'zkCli sets what it could read of the list, which is not what was asked for',
    ours: { exitCode: 1, stderr: 'bogus does not have the form scheme:id:perm\nAcl is not valid : null\n' },
    theirs: { exitCode: 0, stderr: 'bogus does not have the form scheme:id:perm\n' },
  },
  {
    command: 'create /never x bogus',
    why: 'told twice',
    ours: { exitCode: 1, stderr: 'bogus does not have the form scheme:id:perm\nAcl is not valid : null\n' },
    theirs: {
      exitCode: 1,
      stderr: 'bogus does not have the form scheme:id:perm\nKeeperErrorCode = InvalidACL\nAcl is not valid : null\n',
    },
  },
];

for (const { command, why, ours: ourPart, theirs: theirPart } of DIFFERENCES) {
  t(`known difference, ${command}: ${why}`, async () => {
    await both(['create', '/d', 'x']);
    const { ours, theirs } = await both(command.split(' '));
    assert.equal({ ...ours, ...ourPart }, ours, 'ours');
    assert.equal({ ...theirs, ...theirPart }, theirs, 'theirs');
    await both(['deleteall', '/d']);
  });
}

t('an unknown command is told of with the usage of all, ours with what may have been meant', async () => {
  const { ours, theirs } = await both(['gte', '/a']);
  assert.equal([ours.exitCode, theirs.exitCode], [127, 127]);
  assert.match(theirs.stderr, /Command not found: Command not found gte\n$/);
  assert.match(ours.stderr, /Command not found: Command not found gte\nDid you mean get\?\n$/);
  const names = (text: string): string[] => [...text.matchAll(/^\t(\w+)/gm)].map(([, name]) => name ?? '');
  assert.equal(names(ours.stderr), names(theirs.stderr));
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
