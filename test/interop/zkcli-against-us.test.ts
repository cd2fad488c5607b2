// timeout: 240s
/** Apache ZooKeeper's own command line (Debian's zkCli.sh 3.8) against our ports: what it creates, reads, watches and is told. */
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type CliResult, zkCli } from '../support/apache-zookeeper.ts';
import { eventually } from '../support/eventually.ts';
import { type ForeignShell, openZkCliShell } from '../support/foreign-shell.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('interop/zkCli.sh against us', { timeoutMs: 90_000 });
let ensemble: TestEnsemble;
let shells: ForeignShell[] = [];

t.before(async () => {
  ensemble = await startTestEnsemble();
});
t.after.each(async () => {
  await Promise.all(shells.map((shell) => shell.close()));
  shells = [];
});
t.after(() => ensemble.close());

async function openShell(server: string): Promise<ForeignShell> {
  const shell = await openZkCliShell(server);
  shells.push(shell);
  return shell;
}

/** One command, one process, as scripts use it. */
async function cli(...command: string[]): Promise<CliResult & { readonly text: string }> {
  const result = await zkCli(ensemble.connectString, command);
  return { ...result, text: `${result.stdout}${result.stderr}` };
}

async function succeeds(...command: string[]): Promise<string> {
  const { exitCode, text } = await cli(...command);
  assert.is(exitCode, 0, text);
  return text;
}

async function fails(...command: string[]): Promise<string> {
  const { exitCode, text } = await cli(...command);
  assert.is(exitCode, 1, text);
  return text;
}

t('create, get, set, stat, ls and delete', async () => {
  assert.match(await succeeds('create', '/config', 'first_value'), /^Created \/config$/m);
  assert.match(await succeeds('get', '/config'), /^first_value$/m);
  await succeeds('set', '/config', 'new_value');
  assert.match(await succeeds('get', '/config'), /^new_value$/m);
  const stat = await succeeds('stat', '/config');
  for (const line of [
    'dataVersion = 1',
    'cversion = 0',
    'aclVersion = 0',
    'ephemeralOwner = 0x0',
    'dataLength = 9',
    'numChildren = 0',
  ]) {
    assert.match(stat, new RegExp(`^${line}$`, 'm'));
  }
  const zxids = Object.fromEntries(
    [...stat.matchAll(/^(.Zxid) = (0x[0-9a-f]+)$/gm)].map(([, name, zxid]) => [name, Number(zxid)]),
  );
  assert.ok((zxids.mZxid ?? 0) > (zxids.cZxid ?? 0));
  assert.is(zxids.pZxid, zxids.cZxid);
  assert.match(await succeeds('ls', '/'), /^\[config, zookeeper\]$/m);
  await succeeds('delete', '/config');
  assert.match(await fails('get', '/config'), 'Node does not exist: /config');
});

t('the system znodes are where it looks for them', async () => {
  assert.match(await succeeds('ls', '-R', '/zookeeper'), /^\/zookeeper\n\/zookeeper\/config\n\/zookeeper\/quota$/m);
});

t('sequential znodes are numbered with ten digits', async () => {
  await succeeds('create', '/queue');
  for (let number = 0; number < 3; number++) {
    assert.match(
      await succeeds('create', '-s', '/queue/item-', 'x'),
      new RegExp(`^Created /queue/item-000000000${number}$`, 'm'),
    );
  }
  assert.match(await succeeds('ls', '-s', '/queue'), /^numChildren = 3$/m);
  await succeeds('deleteall', '/queue');
});

t('what it may not do is told in its own words', async () => {
  await succeeds('create', '/parent', 'x');
  await succeeds('create', '/parent/child', 'x');
  assert.match(await fails('create', '/parent', 'y'), 'Node already exists: /parent');
  assert.match(await fails('create', '/nowhere/child', 'x'), 'Node does not exist: /nowhere/child');
  assert.match(await fails('delete', '/parent'), 'Node not empty: /parent');
  assert.match(await fails('set', '-v', '7', '/parent', 'x'), 'version No is not valid : /parent');
  assert.match(await fails('delete', '-v', '7', '/parent/child'), 'version No is not valid : /parent/child');
  assert.match(await succeeds('set', '-s', '-v', '0', '/parent', 'x'), /^dataVersion = 1$/m);
  await succeeds('deleteall', '/parent');
});

t('ACLs are shown, and sync is answered', async () => {
  assert.match(await succeeds('getAcl', '/'), /'world,'anyone\n: cdrwa/);
  assert.match(await succeeds('sync', '/'), 'Sync is OK');
});

t('an ephemeral znode carries its session, has no children and goes with it', async () => {
  const shell = await openShell(ensemble.connectString);
  await shell.type('create -e /member here', /Created \/member/);
  const client = ensemble.client();
  const stat = await client.exists('/member');
  assert.ok(stat);
  assert.match(await shell.type('stat /member', /numChildren = 0/), /ephemeralOwner = 0x[1-9a-f][0-9a-f]*/);
  await shell.type('create /member/child x', /Ephemerals cannot have children: \/member\/child/);
  await shell.close();
  await client.sync('/');
  assert.is(await client.exists('/member'), null);
});

for (const replica of [1, 2, 3]) {
  t(`replica ${replica}: watches fire for changes by another client, each once`, async () => {
    const root = `/watched-${replica}`;
    const shell = await openShell(ensemble.servers[replica - 1] ?? '');
    // The change comes in over another replica.
    const other = ensemble.client({ replica: (replica % 3) + 1 });
    await shell.type(`create ${root} before`, /Created/);
    await shell.type(`get -w ${root}`, /^before$/m);
    await other.sync('/');
    await other.setData(root, 'after');
    await shell.until(new RegExp(`WatchedEvent state:SyncConnected type:NodeDataChanged path:${root}$`, 'm'));
    await other.setData(root, 'once more');
    await shell.type(`get ${root}`, /^once more$/m);
    assert.is(shell.output.match(/type:NodeDataChanged/g)?.length, 1);

    await shell.type(`ls -w ${root}`, /^\[\]$/m);
    await other.create(`${root}/child`);
    await shell.until(new RegExp(`type:NodeChildrenChanged path:${root}$`, 'm'));
    await shell.type(`stat -w ${root}/child`, /numChildren/);
    await other.delete(`${root}/child`);
    await shell.until(new RegExp(`type:NodeDeleted path:${root}/child$`, 'm'));
    await other.delete(root);
  });

  t(`replica ${replica}: what it writes there is read everywhere`, async () => {
    const server = ensemble.servers[replica - 1] ?? '';
    const { exitCode, stderr } = await zkCli(server, ['create', `/by-${replica}`, 'x']);
    assert.is(exitCode, 0, stderr);
    for (const reader of [1, 2, 3]) {
      const client = ensemble.client({ replica: reader });
      await client.sync('/');
      assert.ok(await client.exists(`/by-${replica}`), `replica ${reader}`);
      await client.close();
    }
  });
}

t('a transaction of ours is seen by it whole', async () => {
  const shell = await openShell(ensemble.connectString);
  await shell.type('create /transaction x', /Created/);
  await shell.type('ls -w /transaction', /^\[\]$/m);
  await ensemble.client().multi([
    { type: 'create', path: '/transaction/a' },
    { type: 'create', path: '/transaction/b' },
    { type: 'setData', path: '/transaction', data: 'y' },
  ]);
  await shell.until(/type:NodeChildrenChanged path:\/transaction$/m);
  await shell.type('ls /transaction', /^\[a, b\]$/m);
  await shell.type('get /transaction', /^y$/m);
});

t('its session outlives the leader', async () => {
  const shell = await openShell(ensemble.connectString);
  await shell.type('create -e /survivor x', /Created/);
  await ensemble.kill('leader');
  await ensemble.settled();
  const client = ensemble.client();
  await eventually(() => client.exists('/survivor'));
  await shell.type('create -e /survivor-2 x', /Created/);
  assert.not.match(shell.output, /Expired/);
});

t.run();
