// timeout: 300s
/**
 * One table of writes, asked of Apache ZooKeeper and of us: containers, TTL znodes, ACLs, quotas and reconfig, each refusal
 * and each success. Errors, Stats and zxids must be the same; where Debian's 3.8.0 is behind 3.9, which we follow, the
 * table says so.
 */
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { AskingSession } from '../support/asking-session.ts';
import type { Request } from '../support/requests.ts';
import { assert, suite } from '../support/suite.ts';

const writes = suite('interop/writes', { timeoutMs: 120_000 });

const CHECK_INTERVAL_MS = 200;
const SETTINGS: TestEnsembleOptions = {
  extendedTypes: true,
  enforceQuota: true,
  containerCheckIntervalMs: CHECK_INTERVAL_MS,
};
const EPHEMERAL = 1;
const SEQUENTIAL = 2;
const CONTAINER = 4;
const TTL = 5;
const TTL_SEQUENTIAL = 6;
const TTL_MAX = 2 ** 40 - 1;
/** Longer than the test. */
const LONG_MS = 10_000_000;
const READ = [{ perms: 1, scheme: 'world', id: 'anyone' }];
const ADMIN = [{ perms: 17, scheme: 'world', id: 'anyone' }];
const quotaOf = (path: string): string => `/zookeeper/quota${path}`;

/** Asked in this order of a fresh server. */
const TABLE: readonly Request[] = [
  { op: 'create2', path: '/w', data: 'parent' },
  // Containers.
  { op: 'createContainer', path: '/w/c', data: 'x' },
  { op: 'createContainer', path: '/w/c-plain', flags: 0 },
  { op: 'createContainer', path: '/w/c-', flags: SEQUENTIAL },
  { op: 'createContainer', path: '/w/c' },
  { op: 'createContainer', path: '/w/nowhere/c', acl: [] },
  { op: 'createContainer', path: '/w/nowhere/c' },
  { op: 'createContainer', path: 'w' },
  { op: 'createContainer', path: null },
  { op: 'createContainer', path: '/w/x', flags: 7 },
  { op: 'createContainer', path: '/w/x', flags: TTL },
  { op: 'create', path: '/w/c/child' },
  { op: 'exists', path: '/w/c' },
  { op: 'delete', path: '/w/c' },
  { op: 'create', path: '/w/flag-4', flags: CONTAINER },
  { op: 'create2', path: '/w/flag-4b', flags: CONTAINER },
  // TTL znodes.
  { op: 'createTTL', path: '/w/t', data: 'y', ttl: LONG_MS },
  { op: 'createTTL', path: '/w/t', ttl: LONG_MS },
  { op: 'createTTL', path: '/w/t-', ttl: LONG_MS, flags: TTL_SEQUENTIAL },
  { op: 'createTTL', path: '/w/t-most', ttl: TTL_MAX },
  { op: 'createTTL', path: '/w/x', ttl: TTL_MAX + 1 },
  { op: 'createTTL', path: '/w/x', ttl: 0 },
  { op: 'createTTL', path: '/w/x', ttl: -1 },
  { op: 'createTTL', path: 'w', ttl: 0, acl: [] },
  { op: 'createTTL', path: 'w', ttl: 1, acl: [] },
  { op: 'createTTL', path: '/w/x', ttl: 100, flags: 0 },
  { op: 'createTTL', path: '/w/x', ttl: 100, flags: 8 },
  { op: 'createTTL', path: null, ttl: 100 },
  { op: 'create', path: '/w/x', flags: TTL },
  { op: 'create2', path: '/w/x', flags: TTL_SEQUENTIAL },
  { op: 'create', path: '/w/t/child' },
  { op: 'setData', path: '/w/t', data: 'longer' },
  { op: 'exists', path: '/w/t' },
  { op: 'delete', path: '/w/t/child' },
  { op: 'delete', path: '/w/t', version: 1 },
  // Children.
  { op: 'create', path: '/w/e', flags: EPHEMERAL },
  { op: 'createContainer', path: '/w/e/c' },
  { op: 'createTTL', path: '/w/e/t', ttl: 1 },
  // ACLs.
  { op: 'create', path: '/w/a' },
  { op: 'setACL', path: null, acl: [] },
  { op: 'setACL', path: '/w/a/', acl: [] },
  { op: 'setACL', path: '/w/nowhere', acl: [] },
  { op: 'setACL', path: '/w/nowhere', version: 3 },
  { op: 'setACL', path: '/w/a', version: 3 },
  { op: 'setACL', path: '/w/a', version: -2 },
  { op: 'setACL', path: '/w/a', acl: [{ perms: 1, scheme: 'auth', id: '' }] },
  { op: 'setACL', path: '/w/a', acl: [{ perms: 1, scheme: 'unknown', id: 'x' }] },
  { op: 'setACL', path: '/w/a', acl: [...ADMIN, ...ADMIN], version: 0 },
  { op: 'getACL', path: '/w/a' },
  { op: 'setData', path: '/w/a' },
  { op: 'create', path: '/w/a/b' },
  { op: 'setACL', path: '/w/a', acl: READ },
  { op: 'setACL', path: '/w/a' },
  { op: 'setACL', path: '/zookeeper/config' },
  { op: 'exists', path: '/w/a' },
  // Multis.
  {
    op: 'multi',
    ops: [
      { op: 'createContainer', path: '/w/m-c' },
      { op: 'create', path: '/w/m-d', flags: CONTAINER },
      { op: 'createTTL', path: '/w/m-t', ttl: LONG_MS },
      { op: 'createTTL', path: '/w/m-', ttl: LONG_MS, flags: TTL_SEQUENTIAL },
      { op: 'createTTL', path: '/w/m-plain', ttl: 100, flags: 0 },
      { op: 'create', path: '/w/m-d/child' },
      { op: 'delete', path: '/w/m-c' },
    ],
  },
  { op: 'exists', path: '/w/m-d' },
  { op: 'multi', ops: [{ op: 'createTTL', path: '/w/x', ttl: 0 }] },
  {
    op: 'multi',
    ops: [
      { op: 'create', path: '/w/x' },
      { op: 'createTTL', path: '/w/x', ttl: 1 },
      { op: 'check', path: '/w' },
    ],
  },
  { op: 'multi', ops: [{ op: 'createContainer', path: '/w/e/x' }] },
  // Quotas: bytes first, then the count.
  { op: 'create', path: '/q', data: '12' },
  { op: 'create', path: '/q/a', data: '345' },
  { op: 'create', path: quotaOf('/q') },
  { op: 'create2', path: quotaOf('/q/zookeeper_limits'), data: 'count=-1,bytes=-1=;byteHardLimit=10' },
  { op: 'create2', path: quotaOf('/q/zookeeper_stats'), data: 'count=0,bytes=0' },
  { op: 'getData', path: quotaOf('/q/zookeeper_stats') },
  { op: 'create', path: '/q/b', data: '678901' },
  { op: 'create', path: '/q/b', data: '67890' },
  { op: 'setData', path: '/q/a', data: '3456' },
  { op: 'setData', path: '/q/a', data: '3456', version: 9 },
  { op: 'setData', path: '/q/a', data: '543', version: 9 },
  { op: 'setData', path: '/q/a', data: '34' },
  { op: 'getData', path: quotaOf('/q/zookeeper_stats') },
  { op: 'createContainer', path: '/q/c', data: 'xx' },
  { op: 'createTTL', path: '/q/t', data: 'xx', ttl: LONG_MS },
  { op: 'createTTL', path: '/q/t', ttl: LONG_MS },
  {
    op: 'multi',
    ops: [
      { op: 'delete', path: '/q/b' },
      { op: 'create', path: '/q/b/c', data: 'much too much data' },
    ],
  },
  {
    op: 'multi',
    ops: [
      { op: 'delete', path: '/q/b' },
      { op: 'create', path: '/q/d', data: 'too much' },
    ],
  },
  { op: 'delete', path: '/q/b' },
  { op: 'getData', path: quotaOf('/q/zookeeper_stats') },
  { op: 'setData', path: quotaOf('/q/zookeeper_limits'), data: 'count=4,bytes=1=;countHardLimit=5' },
  { op: 'create', path: '/q/d' },
  { op: 'create', path: '/q/f' },
  { op: 'setData', path: '/q', data: 'beyond its soft limit' },
  { op: 'getData', path: quotaOf('/q/zookeeper_stats') },
  { op: 'delete', path: quotaOf('/q/zookeeper_limits') },
  { op: 'create', path: '/q/g' },
  { op: 'getData', path: quotaOf('/q/zookeeper_stats') },
  { op: 'delete', path: '/zookeeper/quota' },
  { op: 'delete', path: '/zookeeper/config' },
  // Switched off.
  { op: 'reconfig', joining: 'nonsense', version: 3 },
  { op: 'reconfig' },
];
/** Data and Stat; who may read it. */
const CONFIG: readonly Request[] = [
  { op: 'getData', path: '/zookeeper/config' },
  { op: 'getACL', path: '/zookeeper/config' },
];

let apache: ApacheEnsemble;
let ours: readonly TestEnsemble[] = [];

writes.before(async () => {
  apache = await startApacheZooKeeper({
    config: { extendedTypesEnabled: 'true', enforceQuota: 'true' },
    systemProperties: { 'znode.container.checkIntervalMs': CHECK_INTERVAL_MS },
  });
  ours = await Promise.all([1, 3].map((replicas) => startTestEnsemble({ ...SETTINGS, replicas })));
});
writes.after(async () => {
  await Promise.all([apache?.stop(), ...ours.map((ensemble) => ensemble.close())]);
});

/** The same conversation with Apache, with one replica of ours and with the last of three. */
async function compare(converse: (session: AskingSession) => Promise<readonly string[]>): Promise<void> {
  const transcripts: string[] = [];
  for (const port of [apache.servers[0]?.clientPort, ...ours.map(lastPort)]) {
    const session = await AskingSession.begin(port ?? 0);
    transcripts.push((await converse(session)).join('\n'));
    await session.end();
  }
  const [theirs = '', alone = '', ofThree = ''] = transcripts;
  assert.fixture(alone, theirs);
  assert.fixture(ofThree, theirs);
}

function lastPort({ servers }: TestEnsemble): number {
  return Number(servers.at(-1)?.split(':')[1]);
}

writes('every write of the table is answered as Apache answers it', async () => {
  await compare(async (session) => {
    const lines: string[] = [];
    for (const request of TABLE) lines.push(`${JSON.stringify(request)}\n    ${await session.ask(request)}`);
    return lines;
  });
});

writes('containers and TTL znodes are removed as Apache removes them: one zxid each, told to watchers', async () => {
  await compare(async (session) => {
    const lines: string[] = [];
    const ask = async (request: Request): Promise<void> => void lines.push(await session.ask(request));
    await ask({ op: 'create', path: '/r' });
    await ask({ op: 'createContainer', path: '/r/c' });
    await ask({ op: 'create', path: '/r/c/child' });
    await ask({ op: 'exists', path: '/r/c', watch: true });
    await ask({ op: 'delete', path: '/r/c/child' });
    // Asked without a look at what came before: the event may come ahead of any of these answers.
    const gone = /NO_NODE$/;
    await session.askUntil({ op: 'exists', path: '/r/c' }, gone);
    await ask({ op: 'getChildren2', path: '/r' });
    await ask({ op: 'createTTL', path: '/r/t', ttl: 300 });
    await session.askUntil({ op: 'exists', path: '/r/t' }, gone);
    await ask({ op: 'getChildren2', path: '/r' });
    return lines;
  });
});

writes(
  'an ensemble tells its members as Apache tells them, and where clients connect besides; a server alone tells none',
  async () => {
    const askConfig = async (port: number | undefined): Promise<string> => {
      const session = await AskingSession.begin(port ?? 0);
      const lines = [];
      for (const request of CONFIG) lines.push(await session.ask(request));
      await session.end();
      return lines.join('\n').replace(/^(getData|getACL) \S+/gm, '$1');
    };
    const [alone, three] = ours.map(lastPort);
    assert.is(await askConfig(alone), await askConfig(apache.servers[0]?.clientPort));

    const ensemble = await startApacheZooKeeper({ serverCount: 3 });
    try {
      const theirs = await askConfig(ensemble.servers[2]?.clientPort);
      const told = await askConfig(three);
      assert.match(told, `;${ours[1]?.servers[0]}\n`);
      // Apache leaves out a client port that stands in a line of its own; the quorum's ports are the machine's.
      const plain = (text: string): string =>
        text
          .replace(/;[\d.]+:\d+$/gm, '')
          .replace(/:\d+:\d+:/g, ':0:0:')
          .replace(/len\d+/g, 'len');
      assert.fixture(plain(told), plain(theirs));
    } finally {
      await ensemble.stop();
    }
  },
);

writes.run();
