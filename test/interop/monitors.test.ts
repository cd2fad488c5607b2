// timeout: 240s
/**
 * What monitors read of us, beside what they read of Apache ZooKeeper 3.8.0 (Debian's): the same four-letter words and the
 * same commands of the AdminServer after the same requests must have the same shape. And two tools themselves: kazoo's
 * look at the version, and Debian's `zkServer.sh status`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { ask } from '../support/text-port.ts';
import { ABSENT_METRICS } from './monitors/absent-metrics.ts';
import { jsonShapeOf, lineShapesOf, namesOf, shapeOf } from './monitors/shape.ts';

const JARS = ['/usr/share/java/zookeeper.jar', '/usr/share/java/servlet-api.jar'];
const ZK_SERVER = '/usr/share/zookeeper/bin/zkServer.sh';
/** Debian's own: another one on the path would not have Debian's packages. */
const PYTHON = '/usr/bin/python3';

/** Apache logs a digest of every so many txns. */
const TXNS_PER_DIGEST = 128;

/** A server with clients that have done the same everywhere. */
interface Scene {
  readonly port: number;
  readonly adminPort: number;
  readonly clients: readonly ObservableClient[];
}

async function play(port: number, adminPort: number): Promise<Scene> {
  const client = connect(`127.0.0.1:${port}`);
  await client.create('/monitored', 'data');
  await client.create('/written');
  await client.create('/monitored/ephemeral', null, { mode: 'ephemeral' });
  await client.getData('/monitored', { watch: () => undefined });
  await client.getChildren('/monitored', { watch: () => undefined });
  await client.exists('/missing', { watch: () => undefined });
  for (let round = 0; round < TXNS_PER_DIGEST; round++) await client.setData('/written', String(round));
  return { port, adminPort, clients: [client] };
}

function only(servers: readonly { readonly clientPort: number | null }[]): number {
  return servers[0]?.clientPort ?? 0;
}

const t = suite('interop/monitors', { timeoutMs: 90_000 });
let apache: ApacheEnsemble;
let ensemble: TestEnsemble;
let theirs: Scene;
let ours: Scene;

t.before(async () => {
  const [adminPort = 0] = await findFreePorts(1);
  const config = { 'admin.enableServer': 'true', 'admin.serverAddress': '127.0.0.1', 'admin.serverPort': adminPort };
  [apache, ensemble] = await Promise.all([
    startApacheZooKeeper({ config, classPath: JARS.join(':') }),
    startTestEnsemble({ replicas: 1, inMemory: false, fourLetterWords: ['*'], adminPort: 0 }),
  ]);
  theirs = await play(only(apache.servers), adminPort);
  ours = await play(only(ensemble.state.replicas), ensemble.state.replicas[0]?.adminPort ?? 0);
});
t.after(async () => {
  await Promise.all([...theirs.clients, ...ours.clients].map((client) => client.close()));
  await Promise.all([apache.stop(), ensemble.close()]);
});

for (const word of ['srvr', 'wchs', 'dirs', 'ruok', 'isro', 'gtmk', 'crst', 'srst']) {
  t(`${word} has the shape of Apache's`, async () => {
    assert.is(shapeOf(await ask(ours.port, word)), shapeOf(await ask(theirs.port, word)));
  });
}

// Of several connections, sessions or paths the order is nobody's; which of them expire together is chance.
for (const word of ['stat', 'cons', 'dump', 'wchc', 'wchp']) {
  t(`${word} has the lines of Apache's`, async () => {
    assert.equal(lineShapesOf(await ask(ours.port, word)), lineShapesOf(await ask(theirs.port, word)));
  });
}

t('hash has a line for a digest now and then', async () => {
  for (const { port } of [ours, theirs]) assert.match(await ask(port, 'hash'), /^([0-9a-f]+: -?\d+\n)+$/);
});

t('conf and envi name what Apache names; Node.js names its own version too', async () => {
  const names = async (port: number, word: string) => namesOf(await ask(port, word), '=');
  assert.equal(await names(ours.port, 'conf'), await names(theirs.port, 'conf'));
  assert.equal(
    (await names(ours.port, 'envi')).filter((name) => name !== 'node.version'),
    await names(theirs.port, 'envi'),
  );
});

t(
  'mntr has every key of Apache’s but those that mean nothing here, and each of them has its kind of value',
  async () => {
    const valuesOf = async (port: number) =>
      new Map(
        (await ask(port, 'mntr'))
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t') as [string, string]),
      );
    const [mine, apaches] = [await valuesOf(ours.port), await valuesOf(theirs.port)];
    const bare = (key: string) => key.replace(/^zk_((avg|min|max|cnt|sum|p50|p95|p99|p999)_)?/, '');
    const unexplained = [...apaches.keys()].filter(
      (key) => !mine.has(key) && !ABSENT_METRICS.some(([names]) => names.test(bare(key))),
    );
    assert.equal(unexplained, [], 'keys that Apache tells and we do not');
    assert.equal(
      [...mine.keys()].filter((key) => !apaches.has(key)),
      [],
      'keys that only we tell',
    );
    for (const [key, value] of mine) assert.is(shapeOf(`${value} UTC`), shapeOf(`${apaches.get(key)} UTC`), key);
  },
);

t('collectd reads mntr with a line end behind it, and finds the values that it looks for', async () => {
  const answer = await ask(ours.port, 'mntr\r\n');
  const values = new Map(answer.split('\n').map((line) => line.split('\t') as [string, string | undefined]));
  const wanted =
    'avg_latency max_latency min_latency packets_received packets_sent num_alive_connections outstanding_requests znode_count watch_count ephemerals_count approximate_data_size';
  for (const key of wanted.split(' ')) assert.ok(Number.isFinite(Number(values.get(`zk_${key}`))), key);
});

async function commandOf({ adminPort }: Scene, name: string): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/commands/${name}`);
  assert.equal([response.status, response.headers.get('content-type')], [200, 'application/json']);
  return (await response.json()) as Record<string, unknown>;
}

const COMMANDS =
  'configuration connections connection_stat_reset dirs dump get_trace_mask hash initial_configuration is_read_only last_snapshot leader observer_connection_stat_reset observers ruok server_stats set_trace_mask?traceMask=1 stat_reset stats voting_view watch_summary watches watches_by_path zabstate no_such';
for (const name of COMMANDS.split(' ')) {
  t(`/commands/${name} has the shape of Apache's`, async () => {
    assert.equal(jsonShapeOf(await commandOf(ours, name)), jsonShapeOf(await commandOf(theirs, name)));
  });
}

t('/commands/monitor names what mntr names, /commands/environment what envi names', async () => {
  const names = (members: Record<string, unknown>) =>
    Object.keys(members)
      .filter((name) => name !== 'command' && name !== 'error')
      .sort();
  assert.equal(
    names(await commandOf(ours, 'monitor')),
    namesOf(await ask(ours.port, 'mntr'), '\t').map((name) => name.replace(/^zk_/, '')),
  );
  assert.equal(names(await commandOf(ours, 'environment')), namesOf(await ask(ours.port, 'envi'), '='));
});

t('/commands lists what Apache lists, and the two commands of 3.9', async () => {
  const page = async ({ adminPort }: Scene) => await (await fetch(`http://127.0.0.1:${adminPort}/commands`)).text();
  const added = /<a href="\/commands\/(snapshot|restore)">\1<\/a>\n<br\/>\n/g;
  assert.is((await page(ours)).replace(added, ''), await page(theirs));
});

async function run(command: string, args: readonly string[]): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  return { exitCode: child.exitCode, output };
}

t('kazoo finds out the version, and asks four letters of its own', async () => {
  const script = [
    'import sys',
    'from kazoo.client import KazooClient',
    'zk = KazooClient(hosts=sys.argv[1]); zk.start(timeout=30)',
    'version = zk.server_version()',
    'assert version == (3, 9, 0), version',
    'assert zk.command(b"ruok") == "imok"',
    'assert zk.command(b"isro") == "rw"',
    'zk.stop()',
  ];
  const { exitCode, output } = await run(PYTHON, ['-c', script.join('\n'), `127.0.0.1:${ours.port}`]);
  assert.is(exitCode, 0, output);
});

t('Debian’s zkServer.sh status says in which mode we are', async () => {
  const directory = makeTemporaryDirectory('zk-server');
  const file = join(directory.path, 'zoo.cfg');
  const lines = { tickTime: 2000, dataDir: directory.path, clientPort: ours.port, clientPortAddress: '127.0.0.1' };
  writeFileSync(
    file,
    Object.entries(lines)
      .map((line) => `${line.join('=')}\n`)
      .join(''),
  );
  const { exitCode, output } = await run(ZK_SERVER, ['status', file]);
  directory.remove();
  assert.is(exitCode, 0, output);
  assert.match(output, /^Mode: standalone$/m);
});

t.run();

const voters = suite('interop/monitors of an ensemble', { timeoutMs: 120_000 });
let apaches: ApacheEnsemble;
let replicas: TestEnsemble;

voters.before(async () => {
  [apaches, replicas] = await Promise.all([
    startApacheZooKeeper({ serverCount: 3, heapMiB: 128, tickTimeMs: 500 }),
    startTestEnsemble({ fourLetterWords: ['*'] }),
  ]);
});
voters.after(async () => {
  await Promise.all([apaches.stop(), replicas.close()]);
});

/** Keys of mntr that depend on the role. */
const STATE_KEYS =
  /^zk_(peer_state|quorum_size|learners|synced_\w+|pending_syncs|leader_uptime|(last|min|max)_proposal_size)$/;

/** Answers of the leader and of a follower. */
async function answersOf(ports: readonly number[], word: string): Promise<{ leader: string; follower: string }> {
  const modes = await Promise.all(ports.map(async (port) => /^Mode: (\w+)$/m.exec(await ask(port, 'srvr'))?.[1] ?? ''));
  const answer = async (mode: string) => await ask(ports[modes.indexOf(mode)] ?? 0, word);
  return { leader: await answer('leader'), follower: await answer('follower') };
}

voters('leader and follower tell in srvr, conf and mntr what Apache’s tell', async () => {
  const portsOf = (servers: readonly { readonly clientPort: number | null }[]) =>
    servers.map(({ clientPort }) => clientPort ?? 0);
  const both = async (word: string) =>
    await Promise.all([answersOf(portsOf(replicas.state.replicas), word), answersOf(portsOf(apaches.servers), word)]);
  const [mySrvr, theirSrvr] = await both('srvr');
  const [myConf, theirConf] = await both('conf');
  const [myMntr, theirMntr] = await both('mntr');
  for (const role of ['leader', 'follower'] as const) {
    assert.is(shapeOf(mySrvr[role]), shapeOf(theirSrvr[role]), role);
    assert.equal(namesOf(myConf[role], '='), namesOf(theirConf[role], '='), role);
    const keys = namesOf(myMntr[role], '\t');
    assert.equal(
      keys.filter((key) => !namesOf(theirMntr[role], '\t').includes(key)),
      [],
      role,
    );
    const state = namesOf(theirMntr[role], '\t').filter((key) => STATE_KEYS.test(key));
    assert.equal(
      state.filter((key) => !keys.includes(key)),
      [],
      role,
    );
  }
});

voters.run();
