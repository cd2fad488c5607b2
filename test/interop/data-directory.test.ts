// timeout: 300s
/**
 * One history, two implementations: Apache ZooKeeper boots from a directory of ours and we from one of theirs, after an
 * orderly stop and after SIGKILL, and both show the same znodes with the same Stats.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { zookeeperPassword } from '../../core/server/sessions/session-password.ts';
import { connect, type ObservableClient, type SessionTicket } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper } from '../support/threadkeeper-process.ts';
import { readTree } from '../support/tree-text.ts';

const t = suite('interop/data directory', { timeoutMs: 120_000 });
/** So few that what is read back is a snapshot and a log. */
const SNAP_COUNT = 60;
let directory: TemporaryDirectory;
let apache: ApacheEnsemble | null = null;
let ours: TestEnsemble | null = null;

t.before.each(() => {
  directory = makeTemporaryDirectory('data-directory');
});
t.after.each(async () => {
  await Promise.all([apache?.stop(), ours?.close()]);
  apache = ours = null;
  directory.remove();
});

/** A bit of everything that a tree can hold. */
async function furnish(client: ObservableClient): Promise<void> {
  await client.create('/plain', 'text');
  await client.create('/no-data');
  await client.create('/empty', '');
  await client.create('/binary', Buffer.from([0, 255, 0x42, 0]));
  await client.create('/größe', 'žluťoučký 🐎');
  await client.create('/large', Buffer.alloc(300_000, 'large '));
  await client.create('/queue');
  for (let index = 0; index < 100; index++) {
    await client.create('/queue/item-', String(index), { mode: 'persistentSequential' });
  }
  for (let index = 0; index < 20; index++) await client.setData('/plain', `text ${index}`);
  for (const name of (await client.getChildren('/queue')).children.slice(0, 10)) await client.delete(`/queue/${name}`);
  await client.multi([
    { type: 'create', path: '/transaction', data: 'whole' },
    { type: 'create', path: '/transaction/child' },
    { type: 'setData', path: '/no-data', data: 'some' },
    { type: 'delete', path: '/empty' },
  ]);
  await assert.rejects(client.create('/plain'));
  await client.create('/member', 'here', { mode: 'ephemeral' });
}

async function startApacheOn(dataDir: string): Promise<string> {
  apache = await startApacheZooKeeper({ dataDirs: [dataDir] });
  return apache.connectString;
}

/** Works on a copy, as whoever tries another server would. */
function copyOf(path: string): string {
  const copy = join(directory.path, 'copy');
  cpSync(path, copy, { recursive: true });
  return copy;
}

async function treeAt(connectString: string, session: SessionTicket): Promise<string> {
  // Whoever holds the session sees to it that its ephemeral lives.
  const client = connect(connectString, { session });
  const tree = await readTree(client);
  assert.equal(client.sessionId, session.id);
  client.detach();
  return tree;
}

for (const replicas of [1, 3]) {
  const which = replicas === 1 ? 'our single replica' : 'each of our three replicas';
  t(`Apache ZooKeeper shows the tree of ${which} after an orderly stop, and goes on with the session`, async () => {
    const dataDir = join(directory.path, 'ours');
    ours = await startTestEnsemble({
      replicas,
      inMemory: false,
      dataDir,
      snapCount: SNAP_COUNT,
      sessionPasswords: 'zookeeper',
    });
    const client = ours.client();
    await furnish(client);
    const tree = await readTree(client);
    const session = client.detach();
    assert.ok(session);
    await ours.close();

    for (let replica = 1; replica <= replicas; replica++) {
      const path = replicas === 1 ? dataDir : join(dataDir, String(replica));
      const servers = await startApacheOn(path);
      assert.fixture(await treeAt(servers, session), tree);
      await apache?.stop();
    }
  });
}

t('Apache ZooKeeper has every write that we acknowledged before SIGKILL', async () => {
  const env = { THREADKEEPER_CLIENT_PORT: '0', THREADKEEPER_SNAP_COUNT: String(SNAP_COUNT) };
  const threadkeeper = await startThreadkeeper(['--no-pipelines', '--replicas', '1'], { cwd: directory.path, env });
  const client = connect(threadkeeper.connectString);
  const writer = new RecordedWriter({ client, root: '/writer' });
  await writer.start();
  await eventually(() => writer.acknowledged > 200, { withinMs: 30_000 });
  await threadkeeper.kill9();
  client.detach();
  await writer.stop();

  const reader = connect(await startApacheOn(copyOf(join(directory.path, 'data'))));
  await writer.check(reader);
  await reader.close();
});

for (const end of ['an orderly stop', 'SIGKILL'] as const) {
  t(`our single replica shows the tree of Apache ZooKeeper after ${end}, and goes on with the session`, async () => {
    const dataDir = join(directory.path, 'theirs');
    const servers = await startApacheOn(dataDir);
    const client = connect(servers);
    await furnish(client);
    const tree = await readTree(client);
    const session = client.detach();
    assert.ok(session);
    if (end === 'SIGKILL') await apache?.kill9(0);
    await apache?.stop();

    ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir });
    assert.fixture(await treeAt(ours.connectString, session), tree);
    const writing = ours.client();
    await writing.create('/written-by-us');
  });
}

t('a session goes from Apache ZooKeeper to us and back, with a secret password in between', async () => {
  const dataDir = join(directory.path, 'shared');
  const client = connect(await startApacheOn(dataDir));
  await client.create('/member', 'here', { mode: 'ephemeral' });
  let session = detach(client);
  await apache?.stop();

  for (const sessionPasswords of ['secret', 'secret', 'zookeeper'] as const) {
    const { password } = session;
    ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir, sessionPasswords });
    session = await carryOn(ours.connectString, session);
    const isOther = Buffer.compare(session.password, password) !== 0;
    const wasSecret = Buffer.compare(password, zookeeperPassword(session.id)) !== 0;
    assert.is(
      isOther,
      wasSecret === (sessionPasswords === 'zookeeper'),
      `the password changes with ${sessionPasswords}`,
    );
    await ours.close();
  }
  await carryOn(await startApacheOn(dataDir), session);
});

/** Takes the session up at these servers. @returns it, with the password that they gave for it */
async function carryOn(connectString: string, session: SessionTicket): Promise<SessionTicket> {
  const client = connect(connectString, { session });
  assert.equal((await client.exists('/member'))?.ephemeralOwner, session.id);
  return detach(client);
}

function detach(client: ObservableClient): SessionTicket {
  const session = client.detach();
  assert.ok(session);
  return session;
}

t('a directory can go back and forth, each side writing in its turn', async () => {
  const dataDir = join(directory.path, 'shared');
  for (let turn = 0; turn < 2; turn++) {
    ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir, snapCount: SNAP_COUNT });
    const client = ours.client();
    for (let index = 0; index < 50; index++) await client.create(`/ours-${turn}-${index}`);
    await ours.close();

    const theirs = connect(await startApacheOn(dataDir));
    for (let index = 0; index < 50; index++) await theirs.create(`/theirs-${turn}-${index}`);
    assert.is(await theirs.getChildren('/').then(({ children }) => children.length), 100 * (turn + 1) + 1);
    await theirs.close();
    await apache?.stop();
  }
  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir });
  assert.is((await ours.client().getChildren('/')).children.length, 201);
});

t.run();
