// timeout: 600s
/**
 * A hundred thousand znodes that change hands: from us to Apache ZooKeeper and back, after an orderly stop and after SIGKILL,
 * as one server and as an ensemble of three, with every form of snapshot. After each turn the files are read without any
 * server: every znode with data, Stat and ACL, every session, and every digest that either side wrote must be what they were.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OPEN_ACL } from '../../core/jute/acl.ts';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';
import { type DirectoryContent, differences, readDirectory, znodesOf } from '../support/tree-dump.ts';

const t = suite('interop/swapped directories', { timeoutMs: 280_000 });

const BULK = 100_000;
const IN_A_MULTI = 1000;
/** Writes of a turn; with that many, we take a snapshot. */
const SNAP_COUNT = 40;
const LASTING_MS = 10_000_000;
/** Long, since nobody speaks for the sessions while the directory changes hands. */
const SESSION_MS = 400_000;

let root: TemporaryDirectory;
let apache: ApacheEnsemble | null = null;
let ours: ThreadkeeperProcess | null = null;

t.before.each(() => {
  root = makeTemporaryDirectory('swapped');
});
t.after.each(async () => {
  await Promise.all([apache?.stop(), ours?.kill9()]);
  apache = ours = null;
  root.remove();
});

type Compression = 'none' | 'gz' | 'snappy';
type End = 'stop' | 'kill';

interface Turn {
  readonly who: 'ours' | 'theirs';
  readonly end: End;
  readonly compression: Compression;
}

/** One side runs on the directory, writes a little below /turns, and goes. */
type Writing = (client: ObservableClient, connectString: string) => Promise<void>;

async function runTurn(turn: Turn, dataDirs: readonly string[], write: Writing): Promise<void> {
  const connectString = await (turn.who === 'ours' ? startOurs(turn, dataDirs.length) : startTheirs(turn, dataDirs));
  const client = connect(connectString, { sessionTimeoutMs: SESSION_MS });
  await write(client, connectString);
  await client.close();
  if (turn.who === 'ours') {
    // A snapshot by us, in the form that this turn is about.
    const suffix = turn.compression === 'none' ? '' : `.${turn.compression}`;
    const isThere = (dir: string): boolean => newestSnapshot(dir).endsWith(suffix) && isLaterThanStart(dir);
    await eventually(() => dataDirs.every(isThere), { withinMs: 60_000, everyMs: 100 });
    if (turn.end === 'kill') await ours?.kill9();
    else assert.is(await ours?.signal('SIGTERM'), 0, ours?.stderr);
    assert.not(/alarm/.test(ours?.stderr ?? ''), ours?.stderr);
    ours = null;
    return;
  }
  const logs = apache?.servers.map(({ logFile }) => logFile) ?? [];
  if (turn.end === 'kill') await Promise.all(dataDirs.map((_, index) => apache?.kill9(index)));
  const told = logs.map((file) => readFileSync(file, 'utf8')).join('');
  await apache?.stop();
  apache = null;
  assert.not(/Digests are not matching|digest mismatch/i.test(told), told.slice(-2000));
}

let startedAt = 0;

async function startOurs({ compression }: Turn, replicas: number): Promise<string> {
  startedAt = Date.now();
  const settings = {
    replicas,
    clientPort: 0,
    dataDir: join(root.path, 'data'),
    snapCount: SNAP_COUNT,
    snapshotCompression: compression,
    sessionPasswords: 'zookeeper',
    extendedTypes: true,
    maxSessionTimeoutMs: SESSION_MS,
    autopurgeIntervalHours: 0,
  };
  ours = await startThreadkeeper(['--no-pipelines'], { cwd: root.path, env: environmentOf(settings) });
  return ours.connectString;
}

async function startTheirs({ compression }: Turn, dataDirs: readonly string[]): Promise<string> {
  apache = await startApacheZooKeeper({
    serverCount: dataDirs.length,
    dataDirs,
    config: {
      extendedTypesEnabled: 'true',
      maxSessionTimeout: SESSION_MS,
      ...(compression === 'none' ? {} : { 'snapshot.compression.method': compression }),
    },
  });
  return apache.connectString;
}

function environmentOf(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(settings).map(([key, value]) => {
    const name = `THREADKEEPER_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    return [name, String(value)];
  });
  return Object.fromEntries(entries);
}

function newestSnapshot(dataDir: string): string {
  const names = readdirSync(join(dataDir, 'version-2')).filter((name) =>
    /^snapshot\.[0-9a-f]+(\.gz|\.snappy)?$/.test(name),
  );
  const zxidOf = (name: string): number => Number.parseInt(name.split('.')[1] ?? '', 16);
  return names.sort((a, b) => zxidOf(a) - zxidOf(b)).at(-1) ?? '';
}

function isLaterThanStart(dataDir: string): boolean {
  const path = join(dataDir, 'version-2', newestSnapshot(dataDir));
  return statSync(path).mtimeMs >= startedAt;
}

/** Everything that a tree can hold, most of it many times. */
async function populate(client: ObservableClient): Promise<void> {
  for (const path of ['/turns', '/bulk', '/members', '/secret', '/queue', '/limited']) await client.create(path, path);
  for (let parent = 0; parent < BULK / IN_A_MULTI; parent++) {
    const path = `/bulk/${parent}`;
    const names = Array.from({ length: IN_A_MULTI - 1 }, (_, index) => `${path}/znode-${index}`);
    await client.multi([
      { type: 'create', path, data: `parent ${parent}` },
      ...names.map((name, index) => ({ type: 'create', path: name, data: `${index} of ${name}` }) as const),
    ]);
  }
  const acls = [
    [{ perms: 31, scheme: 'digest', id: 'user:smGaoVKd/cQkjm7b88GyorAUz20=' }],
    [
      { perms: 1, scheme: 'world', id: 'anyone' },
      { perms: 31, scheme: 'ip', id: '127.0.0.1' },
    ],
    OPEN_ACL,
  ];
  for (let index = 0; index < 300; index++) {
    await Promise.all([
      client.create(`/secret/${index}`, null, { acl: acls[index % 3] }),
      client.create(`/queue/item-`, Buffer.alloc(index, index), { mode: 'persistentSequential' }),
      client.setData(`/bulk/${index % 100}/znode-${index}`, Buffer.alloc(index * 10, 'changed ')),
    ]);
    if (index % 3 === 0) await client.delete(`/bulk/1/znode-${index}`);
    if (index % 5 === 0) await client.setAcl(`/bulk/2/znode-${index}`, [{ perms: 27, scheme: 'world', id: 'anyone' }]);
  }
  await client.create('/container', 'c', { mode: 'container' });
  await client.create('/container/child', 'lasts');
  for (let index = 1; index <= 50; index++) {
    await client.create(`/ttl-${index}`, 'ttl', { mode: 'persistentWithTtl', ttlMs: LASTING_MS * index });
  }
  for (const path of ['', '/limited']) await client.create(`/zookeeper/quota${path}`).catch(() => undefined);
  await client.create('/zookeeper/quota/limited/zookeeper_limits', 'count=1000,bytes=-1');
  await client.create('/zookeeper/quota/limited/zookeeper_stats', 'count=0,bytes=0');
  await client.create('/limited/größe', 'žluťoučký 🐎');
  await assert.rejects(client.create('/bulk'));
}

/** Sessions that nobody closes, with ephemerals. */
async function join4(connectString: string): Promise<void> {
  for (let member = 0; member < 4; member++) {
    const client = connect(connectString, { sessionTimeoutMs: SESSION_MS });
    for (let index = 0; index < 50; index++) {
      await client.create(`/members/${member}-`, `${member}`, { mode: 'ephemeralSequential' });
    }
    client.detach();
  }
}

async function writeTurn(client: ObservableClient, turn: number): Promise<void> {
  await client.create(`/turns/${turn}`);
  for (let index = 0; index < SNAP_COUNT + 5; index++) {
    await client.create(`/turns/${turn}/${index}`, `turn ${turn}`);
    await client.setData(`/turns/${turn}`, String(index));
  }
}

/** /zookeeper/config is each server's own business. */
function isLeftOut(path: string): boolean {
  return path === '/turns' || path === '/zookeeper/config';
}

/** Not those by which our process looks after itself, which a kill leaves behind. */
function sessionsOf({ sessions }: DirectoryContent): readonly string[] {
  return sessions.filter((line) => line.endsWith(` ${SESSION_MS}`));
}

async function swap(replicas: number, turns: readonly Turn[]): Promise<void> {
  const dataDir = join(root.path, 'data');
  const dataDirs =
    replicas === 1 ? [dataDir] : Array.from({ length: replicas }, (_, index) => join(dataDir, `${index + 1}`));
  let expected: { readonly znodes: Map<string, string>; readonly sessions: readonly string[] } | null = null;
  for (const [index, turn] of turns.entries()) {
    const what = `turn ${index}: ${turn.who}, ${turn.end}, ${turn.compression}`;
    await runTurn(turn, dataDirs, async (client, connectString) => {
      if (index === 0) {
        await populate(client);
        await join4(connectString);
      }
      await writeTurn(client, index);
    });
    // Read one after another: each is a tree of its own.
    const contents = dataDirs.map((dir) => readDirectory(dir));
    for (const content of contents) assert.is(content.mismatch, null, what);
    const newest = contents.reduce((a, b) => (b.lastZxid > a.lastZxid ? b : a));
    // A server that was killed may lack the last txns. Those that have gone as far are equal, down to the digest.
    for (const { lastZxid, digest } of contents)
      if (lastZxid === newest.lastZxid) assert.is(digest, newest.digest, what);
    assert.ok(newest.tree.find(`/turns/${index}/${SNAP_COUNT}`) >= 0, what);

    const found = { znodes: znodesOf(newest, isLeftOut), sessions: sessionsOf(newest) };
    expected ??= found;
    assert.ok(found.znodes.size > BULK && found.sessions.length === 4, `${found.znodes.size} ${found.sessions}`);
    assert.equal(differences(expected.znodes, found.znodes), [], what);
    assert.equal(found.sessions, expected.sessions, what);
  }
}

t('a single server: ours, theirs, ours, theirs', () =>
  swap(1, [
    { who: 'ours', end: 'kill', compression: 'none' },
    { who: 'theirs', end: 'stop', compression: 'snappy' },
    { who: 'ours', end: 'stop', compression: 'gz' },
    { who: 'theirs', end: 'kill', compression: 'none' },
  ]),
);

t('an ensemble of three: theirs, ours, theirs', () =>
  swap(3, [
    { who: 'theirs', end: 'kill', compression: 'gz' },
    { who: 'ours', end: 'kill', compression: 'snappy' },
    { who: 'theirs', end: 'stop', compression: 'none' },
  ]),
);

t.run();
