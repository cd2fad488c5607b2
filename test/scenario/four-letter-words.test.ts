/** What monitors and people are told by four letters on a client port. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { fourLetterWord } from '../support/apache-zookeeper.ts';
import { makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { ask, TextPort } from '../support/text-port.ts';

const t = suite('scenario/four-letter words', { timeoutMs: 60_000 });
let ensemble: TestEnsemble;

t.before(async () => {
  ensemble = await startTestEnsemble({ fourLetterWords: ['*'], maxClientConnections: 0 });
});
t.after(() => ensemble.close());

function portOf(replica: number): number {
  return ensemble.state.replicas.find(({ id }) => id === replica)?.clientPort ?? 0;
}

function leader(): number {
  return ensemble.leader ?? 0;
}

function follower(): number {
  return [1, 2, 3].find((replica) => replica !== ensemble.leader) ?? 0;
}

function linesOf(answer: string): Map<string, string> {
  return new Map(
    answer
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [name = '', ...value] = line.split(/: |=|\t/);
        return [name, value.join(': ')];
      }),
  );
}

t('srvr tells mode, zxid and counts, in the lines that monitors look for', async () => {
  const client = ensemble.client({ replica: leader() });
  await client.create('/srvr', 'x'.repeat(100));
  const lines = linesOf(await ask(portOf(leader()), 'srvr'));
  assert.equal(
    [...lines.keys()],
    [
      'Zookeeper version',
      'Latency min/avg/max',
      'Received',
      'Sent',
      'Connections',
      'Outstanding',
      'Zxid',
      'Mode',
      'Node count',
      'Proposal sizes last/min/max',
    ],
  );
  assert.is(lines.get('Mode'), 'leader');
  assert.match(lines.get('Latency min/avg/max') ?? '', /^\d+\/\d+\.\d{1,4}\/\d+$/);
  assert.match(lines.get('Zxid') ?? '', /^0x[1-9a-f][0-9a-f]{8,}$/);
  assert.match(await ask(portOf(follower()), 'srvr'), /^Mode: follower$/m);
  await client.close();
});

t('mntr is one key, a tab and a value a line, with the numbers that dashboards show', async () => {
  const client = ensemble.client({ replica: follower() });
  await client.create('/mntr', 'x', { mode: 'ephemeral' });
  await client.getData('/mntr', { watch: () => undefined });
  const of = async (replica: number) => linesOf(await ask(portOf(replica), 'mntr'));
  const values = await of(follower());
  for (const [name, value] of values) {
    assert.match(name, /^zk_\w+$/);
    if (!/^zk_(version|server_state|peer_state)$/.test(name)) assert.match(value, /^-?\d+(\.\d+)?$/, name);
  }
  assert.equal(
    ['zk_server_state', 'zk_peer_state', 'zk_ephemerals_count', 'zk_watch_count', 'zk_quorum_size'].map((name) =>
      values.get(name),
    ),
    ['follower', 'following - broadcast', '1', '1', '3'],
  );
  assert.not(values.has('zk_synced_followers'));
  const ofLeader = await of(leader());
  assert.equal(
    ['zk_server_state', 'zk_learners', 'zk_synced_followers', 'zk_synced_observers', 'zk_pending_syncs'].map((name) =>
      ofLeader.get(name),
    ),
    ['leader', '2', '2', '0', '0'],
  );
  assert.ok(Number(ofLeader.get('zk_proposal_count')) > 0);
  await client.close();
});

t('cons shows what each client did last; after crst the counts start again', async () => {
  const client = ensemble.client({ replica: 1 });
  await client.create('/cons');
  await client.exists('/cons');
  const session = client.sessionId;
  const lineOf = async () =>
    (await ask(portOf(1), 'cons')).split('\n').find((line) => line.includes('sid=') && line.includes('lop=')) ?? '';
  assert.ok(session);
  const full =
    /^ \/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=3,sent=3,sid=0x[0-9a-f]+,lop=EXIS,est=\d{13},to=\d+,lcxid=0x[0-9a-f]+,lzxid=0x[0-9a-f]+,lresp=\d+,llat=\d+,minlat=\d+,avglat=\d+,maxlat=\d+\)$/;
  assert.match(await lineOf(), full);
  assert.is(await ask(portOf(1), 'crst'), 'Connection stats reset.\n');
  assert.match(await lineOf(), /recved=0,sent=0,sid=0x[0-9a-f]+,lop=NA,.*,lzxid=0xffffffffffffffff,lresp=0,llat=0,/);
  await client.close();
});

t('stat names clients without sessions too, itself among them', async () => {
  const answer = await ask(portOf(1), 'stat');
  assert.match(
    answer,
    /^Zookeeper version: .*\nClients:\n \/127\.0\.0\.1:\d+\[0\]\(queued=0,recved=1,sent=0\)\n\nLatency /,
  );
});

t('dump: the leader knows when sessions expire, a follower how long they last', async () => {
  const client = ensemble.client({ replica: follower() });
  await client.create('/dump', null, { mode: 'ephemeral' });
  const told = await ask(portOf(leader()), 'dump');
  assert.match(
    told,
    /^SessionTracker dump:\nSession Sets \(\d\)\/\(1\):\n1 expire at \w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}:\n\t0x[0-9a-f]+\nephemeral nodes dump:\nSessions with Ephemerals \(1\):\n0x[0-9a-f]+:\n\t\/dump\nConnections dump:\nConnections Sets \(\d\)\/\(\d\):\n/,
  );
  assert.match(
    await ask(portOf(follower()), 'dump'),
    /^SessionTracker dump:\nGlobal Sessions\(1\):\n0x[0-9a-f]+\t\d+ms\n/,
  );
  await client.close();
});

t('the words about watches go by session and by path, data watches alone', async () => {
  const client = ensemble.client({ replica: 2 });
  await client.exists('/wch', { watch: () => undefined });
  await client.getChildren('/', { watch: () => undefined });
  assert.is(await ask(portOf(2), 'wchs'), '1 connections watching 1 paths\nTotal watches:1\n');
  assert.match(await ask(portOf(2), 'wchc'), /^0x[0-9a-f]+\n\t\/wch\n\n$/);
  assert.match(await ask(portOf(2), 'wchp'), /^\/wch\n\t0x[0-9a-f]+\n\n$/);
  await client.close();
});

t('the short ones: ruok, isro, gtmk, stmk, srst, dirs, hash, conf, envi', async () => {
  const port = portOf(1);
  assert.is(await ask(port, 'ruok'), 'imok');
  assert.is(await ask(port, 'isro'), 'rw');
  assert.is(await ask(port, 'gtmk'), '306');
  assert.is(await ask(port, Buffer.from('stmk\0\0\0\0\0\0\0\x07', 'latin1')), '7');
  assert.is(await ask(port, 'gtmk'), '7');
  assert.is(await ask(port, 'srst'), 'Server stats reset.\n');
  assert.is(await ask(port, 'dirs'), 'datadir_size: 0\nlogdir_size: 0\n');
  const conf = linesOf(await ask(port, 'conf'));
  assert.equal([conf.get('clientPort'), conf.get('serverId'), conf.get('peerType')], [String(port), '1', '0']);
  assert.match(await ask(port, 'envi'), /^Environment:\nzookeeper\.version=3\.9\.\d+-/);
});

t('hash tells a digest of every 128 txns, the same at each replica', async () => {
  const client = ensemble.client({ replica: 1 });
  await client.create('/hash');
  for (let round = 0; round < 130; round++) await client.setData('/hash', String(round));
  let told = '';
  // Digests are that of the first txn in a while: which it is depends on the time that the others took.
  await eventually(async () => {
    await client.setData('/hash', 'again');
    told = await ask(portOf(1), 'hash');
    return /^([0-9a-f]+: -?\d+\n){2,}$/.test(told);
  });
  const spans = told.match(/^[0-9a-f]+/gm)?.map((zxid) => Number.parseInt(zxid, 16) >>> 7) ?? [];
  assert.is(new Set(spans).size, spans.length);
  await eventually(async () => (await ask(portOf(2), 'hash')) === told && (await ask(portOf(3), 'hash')) === told);
  await client.close();
});

t('a word that arrives in two halves is answered, and half a word keeps nobody waiting', async () => {
  const slow = await TextPort.open(portOf(1));
  await slow.send('ru');
  // In between, the thread has time for others.
  assert.is(await ask(portOf(1), 'ruok'), 'imok');
  assert.is(slow.isClosed, false);
  await slow.send('ok');
  assert.is(await slow.rest(), 'imok');
});

t('who closes his half behind the word gets the whole answer; what follows a word is ignored', async () => {
  assert.is(await fourLetterWord(portOf(1), 'ruok'), 'imok');
  assert.match(await fourLetterWord(portOf(1), 'mntr'), /\nzk_sum_unavailable_time\t\d+\n$/);
  assert.is(await ask(portOf(1), 'ruok\r\n'), 'imok');
  assert.match(await ask(portOf(1), `srvr${'srvr'.repeat(50)}`), /Node count: \d+\n/);
});

t('four letters that are no word end the connection, as frames of a gigabyte do', async () => {
  for (const text of ['quit', 'RUOK', 'GET / HTTP/1.1\r\n\r\n']) assert.is(await ask(portOf(1), text), '');
});

t('an answer about a thousand connections is whole, and clients are served meanwhile', async () => {
  const client = ensemble.client({ replica: 3 });
  await client.create('/crowd');
  const crowd = await Promise.all(Array.from({ length: 1000 }, () => RawConnection.open(portOf(3))));
  // Sockets are accepted one after another; the last may still be on its way.
  let cons = '';
  await eventually(async () => {
    cons = await ask(portOf(3), 'cons');
    return cons.split('\n').length >= 1003;
  });
  assert.is(cons.match(/^ \/127\.0\.0\.1:\d+\[[015]\]\(queued=0,/gm)?.length, 1002);
  assert.ok(cons.endsWith(')\n\n'));
  await client.setData('/crowd', 'served');
  for (const connection of crowd) connection.close();
  await client.close();
});

t('words keep nothing: connections and counts are as before', async () => {
  const connections = async () => Number(/^Connections: (\d+)$/m.exec(await ask(portOf(1), 'srvr'))?.[1]);
  for (let round = 0; round < 50; round++) await ask(portOf(1), 'ruok');
  await eventually(async () => (await connections()) === 1);
});

t.run();

const guarded = suite('scenario/four-letter words by default', { timeoutMs: 60_000 });

guarded('what is not on the list is refused with ZooKeeper’s words; health checks are on it', async () => {
  const standalone = await startTestEnsemble({ replicas: 1 });
  const port = standalone.state.replicas[0]?.clientPort ?? 0;
  assert.is(await ask(port, 'stat'), 'stat is not executed because it is not in the whitelist.\n');
  assert.is(
    await ask(port, Buffer.from('stmk\0\0\0\0\0\0\0\x07', 'latin1')),
    'stmk is not executed because it is not in the whitelist.\n',
  );
  for (const word of ['srvr', 'ruok', 'mntr', 'isro', 'conf']) {
    assert.not.match(await ask(port, word), /whitelist/);
  }
  const srvr = await ask(port, 'srvr');
  assert.match(srvr, /^Mode: standalone\n/m);
  assert.not.match(srvr, /Proposal sizes/);
  const mntr = await ask(port, 'mntr');
  assert.match(mntr, /^zk_server_state\tstandalone$/m);
  assert.not.match(mntr, /^zk_(peer_state|quorum_size|learners)\t/m);
  await standalone.close();
});

guarded('words are answered over TLS as well, and cons knows which connections are', async () => {
  const directory = makeTemporaryDirectory('words-tls');
  const authority = makeAuthority();
  const server = authority.issue('server');
  const file = (name: string, content: string): string => {
    const path = join(directory.path, name);
    writeFileSync(path, content);
    return path;
  };
  const secured = await startTestEnsemble({
    replicas: 1,
    adminPort: 0,
    secureClientPort: 0,
    tlsKeyFile: file('server.key', server.key),
    tlsCertFile: file('server.crt', server.cert),
    tlsClientAuth: 'none',
  });
  const [replica] = secured.state.replicas;
  const secure = tls.connect({ port: replica?.secureClientPort ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
  await once(secure, 'secureConnect');
  secure.end('ruok');
  let answer = '';
  for await (const chunk of secure) answer += String(chunk);
  assert.is(answer, 'imok');
  const idle = tls.connect({ port: replica?.secureClientPort ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
  await once(idle, 'secureConnect');
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${replica?.adminPort}/commands/connections`);
    const told = (await response.json()) as { secure_connections: unknown[]; connections: unknown[] };
    return told.secure_connections.length === 1 && told.connections.length === 0;
  });
  idle.destroy();
  await secured.close();
  directory.remove();
});

guarded.run();
