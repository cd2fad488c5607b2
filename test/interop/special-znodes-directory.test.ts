// timeout: 300s
/**
 * Containers, TTL znodes, ACLs and quotas in a data directory that changes hands: Apache ZooKeeper goes on with ours and we
 * with theirs, from a snapshot and the log after it, and what is due to be removed is removed by the other side.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { readTree } from '../support/tree-text.ts';

const t = suite('interop/special znodes in a data directory', { timeoutMs: 120_000 });

/** So few that what is read back is a snapshot and a log. */
const SNAP_COUNT = 20;
const LONG_MS = 10_000_000;
const QUOTA = '/zookeeper/quota/limited';
let directory: TemporaryDirectory;
let apache: ApacheEnsemble | null = null;
let ours: TestEnsemble | null = null;

t.before.each(() => {
  directory = makeTemporaryDirectory('special-znodes');
});
t.after.each(async () => {
  await Promise.all([apache?.stop(), ours?.close()]);
  apache = ours = null;
  directory.remove();
});

/** @param checkMs  how often it looks for what is to be removed */
async function startTheirs(dataDir: string, checkMs: number): Promise<string> {
  apache = await startApacheZooKeeper({
    dataDirs: [dataDir],
    config: { extendedTypesEnabled: 'true', enforceQuota: 'true', snapCount: SNAP_COUNT },
    systemProperties: { 'znode.container.checkIntervalMs': checkMs },
  });
  return apache.connectString;
}

async function startOurs(dataDir: string, containerCheckIntervalMs: number): Promise<string> {
  const settings = { extendedTypes: true, enforceQuota: true, snapCount: SNAP_COUNT, containerCheckIntervalMs };
  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir, ...settings });
  return ours.connectString;
}

async function furnish(client: ObservableClient): Promise<void> {
  await client.create('/container', 'c', { mode: 'container' });
  await client.create('/container/child');
  await client.create('/used-up', null, { mode: 'container' });
  await client.create('/used-up/child');
  await client.create('/lasting', 't', { mode: 'persistentWithTtl', ttlMs: LONG_MS });
  await client.create('/lasting-', '', { mode: 'persistentSequentialWithTtl', ttlMs: 2 ** 40 - 1 });
  await client.create('/passing', null, { mode: 'persistentWithTtl', ttlMs: 1 });
  await client.multi([
    { type: 'create', path: '/in-a-multi', mode: 'container' },
    { type: 'create', path: '/in-a-multi/ttl', mode: 'persistentWithTtl', ttlMs: LONG_MS },
  ]);
  await client.create('/limited', '12');
  for (const path of ['', '/limited']) await client.create(`/zookeeper/quota${path}`).catch(() => undefined);
  await client.create(`${QUOTA}/zookeeper_limits`, 'count=-1,bytes=-1=;byteHardLimit=100;countHardLimit=4');
  await client.create(`${QUOTA}/zookeeper_stats`, 'count=0,bytes=0');
  for (const name of ['a', 'b']) await client.create(`/limited/${name}`, 'data');
  await client.setData('/limited/a', 'more data');
  await client.setAcl('/limited/b', [
    { perms: 27, scheme: 'world', id: 'anyone' },
    { perms: 31, scheme: 'digest', id: 'user:smGaoVKd/cQkjm7b88GyorAUz20=' },
  ]);
  await client.setAcl('/limited/b', [{ perms: 29, scheme: 'world', id: 'anyone' }]);
}

/** All but /passing, which may be gone already, and its parent. */
async function everything(client: ObservableClient): Promise<string> {
  const acl = await client.getAcl('/limited/b');
  const lines = (await readTree(client)).split('\n').filter((line) => !/^\/(passing)? /.test(line));
  return [...lines, await readTree(client, '/zookeeper/quota'), JSON.stringify(acl)].join('\n');
}

/** What the other side makes of it: the same tree, the same quota, and what is due goes. */
async function checkAndReap(client: ObservableClient, expected: string): Promise<void> {
  assert.fixture(await everything(client), expected);
  await client.create('/limited/c');
  await assert.rejects(client.create('/limited/d'), /quota/);
  await client.delete('/used-up/child');
  await client.delete('/container/child');
  await client.create('/container/again');
  await eventually(
    async () => (await client.exists('/used-up')) === null && (await client.exists('/passing')) === null,
    {
      withinMs: 30_000,
    },
  );
  const { children } = await client.getChildren('/');
  assert.equal(children.toSorted(), [
    'container',
    'in-a-multi',
    'lasting',
    'lasting-0000000003',
    'limited',
    'zookeeper',
  ]);
}

const NEVER_MS = 1_000_000_000;

t('Apache ZooKeeper goes on with our directory, and its digests agree', async () => {
  const dataDir = join(directory.path, 'ours');
  const client = connect(await startOurs(dataDir, NEVER_MS));
  await furnish(client);
  const expected = await everything(client);
  await client.close();
  await ours?.close();
  const reader = connect(await startTheirs(dataDir, 200));
  await checkAndReap(reader, expected);
  await reader.close();
  const log = readFileSync(apache?.servers[0]?.logFile ?? '', 'utf8');
  assert.not.match(log, /Digests? (are|is) not matching|mismatch/i);
});

t('we go on with a directory of Apache ZooKeeper', async () => {
  const dataDir = join(directory.path, 'theirs');
  const client = connect(await startTheirs(dataDir, NEVER_MS));
  await furnish(client);
  const expected = await everything(client);
  await client.close();
  await apache?.stop();
  const reader = connect(await startOurs(dataDir, 200));
  await checkAndReap(reader, expected);
  await reader.close();
});

t.run();
