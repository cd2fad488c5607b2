/** The HTTP side of replicas: commands, health, metrics, snapshots, and what strangers may try on it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Permission } from '../../core/jute/acl.ts';
import { SnapshotReader } from '../../core/tree/snapshot-reader.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { parsePrometheusText, type ScrapedFamily } from '../support/prometheus-text.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { ask, TextPort } from '../support/text-port.ts';
import { runThreadkeeper, startThreadkeeper } from '../support/threadkeeper-process.ts';

const t = suite('scenario/admin server', { timeoutMs: 60_000 });
const AUTHORIZATION = { authorization: 'digest admin:secret' };
let ensemble: TestEnsemble;

t.before(async () => {
  ensemble = await startTestEnsemble({
    inMemory: false,
    adminPort: 0,
    metricsPort: 0,
    adminSnapshotIntervalMs: 60_000,
  });
});
t.after(() => ensemble.close());

function portOf(replica: number, which: 'adminPort' | 'metricsPort' = 'adminPort'): number {
  return ensemble.state.replicas.find(({ id }) => id === replica)?.[which] ?? 0;
}

function get(replica: number, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${portOf(replica)}${path}`, { headers });
}

type Members = Record<string, unknown>;

async function command(replica: number, name: string): Promise<Members> {
  const response = await get(replica, `/commands/${name}`);
  assert.is(response.headers.get('content-type'), 'application/json');
  return JSON.parse(await response.text()) as Members;
}

async function scrape(replica: number): Promise<Map<string, ScrapedFamily>> {
  return parsePrometheusText(await (await get(replica, '/metrics')).text());
}

t('the list of commands links to every one of them, and each answers under its own name', async () => {
  const page = await (await get(1, '/commands')).text();
  const names = [...page.matchAll(/<a href="\/commands\/(\w+)">\1<\/a>/g)].map(([, name = '']) => name);
  assert.is(names.length, 28);
  for (const name of names) {
    const { command: named, error } = await command(1, name);
    assert.is(named, name);
    if (!['set_trace_mask', 'snapshot', 'restore'].includes(name)) assert.is(error, null, name);
  }
});

t('an alias answers under the primary name, an unknown one with 200 and an error', async () => {
  assert.is((await command(1, 'srvr')).command, 'server_stats');
  assert.is((await command(1, 'mntr')).command, 'monitor');
  const response = await get(1, '/commands/no%20such');
  assert.is(response.status, 200);
  assert.equal(await response.json(), { command: 'no such', error: 'Unknown command: no such' });
});

t('arguments come by the query: a trace mask is kept, no mask is an error', async () => {
  assert.is((await command(1, 'stmk?traceMask=-9223372036854775808')).error, null);
  assert.match(await (await get(1, '/commands/gtmk')).text(), '"tracemask" : -9223372036854775808');
  for (const wrong of ['stmk', 'stmk?traceMask=x', 'stmk?traceMask=1e3']) {
    assert.is((await command(1, wrong)).error, 'setTraceMask requires long traceMask argument');
  }
});

t('connections, sessions and watches of a client are told with all bits of its session’s id', async () => {
  const client = ensemble.client({ replica: 2 });
  await client.create('/told', 'x', { mode: 'ephemeral' });
  await client.getData('/told', { watch: () => undefined });
  const text = await (await get(2, '/commands/connections')).text();
  const id = /"session_id" : (\d{15,})/.exec(text)?.[1] ?? '';
  assert.match(text, '"last_operation" : "GETD"');
  assert.match(await (await get(2, '/commands/watches')).text(), `"${id}" : [ "/told" ]`);
  assert.match(await (await get(2, '/commands/watches_by_path')).text(), `"/told" : [ ${id} ]`);
  assert.match(await (await get(2, '/commands/dump')).text(), `"${id}" : [ "/told" ]`);
  await client.close();
});

t('every replica knows the leader', async () => {
  for (const replica of [1, 2, 3]) {
    const { is_leader: isLeader, leader_id: leaderId } = await command(replica, 'leader');
    assert.equal([isLeader, leaderId], [replica === ensemble.leader, ensemble.leader]);
  }
});

t('a served replica is live and ready, and says why when asked', async () => {
  assert.equal([(await get(1, '/livez')).status, (await get(1, '/readyz')).status], [200, 200]);
  assert.is(await (await get(1, '/readyz')).text(), 'ok\n');
  assert.is(await (await get(1, '/readyz?verbose')).text(), '[+] thread ok\n[+] quorum ok\n[+] storage ok\nok\n');
});

t('metrics are what Prometheus accepts, under ZooKeeper’s names and ours', async () => {
  const client = ensemble.client({ replica: 1 });
  await client.create('/metric');
  await client.getData('/metric');
  const families = await scrape(1);
  const value = (name: string, sample = name) => families.get(name)?.samples.get(sample);
  assert.ok((value('znode_count') ?? 0) > 5);
  assert.is(families.get('packets_received')?.type, 'counter');
  assert.is(families.get('readlatency')?.type, 'summary');
  assert.ok((value('readlatency', 'readlatency_count') ?? 0) > 0);
  // The others were enough for the write; this one's sync may still be under way.
  await eventually(async () => ((await scrape(1)).get('fsynctime')?.samples.get('fsynctime_count') ?? 0) > 0);
  assert.is(value('threadkeeper_serving'), 1);
  assert.is(families.get('threadkeeper_link_up')?.samples.size, 2);
  assert.ok((value('process_resident_memory_bytes') ?? 0) > 1 << 20);
  assert.is(value('threadkeeper_replica_up', 'threadkeeper_replica_up{replica="3"}'), 1);
  // What is the whole process's is told once, so that sums over replicas are right.
  assert.not((await scrape(2)).has('threadkeeper_replica_up'));
  const leading = await scrape(ensemble.leader ?? 0);
  assert.is(leading.get('synced_followers')?.samples.get('synced_followers'), 2);
  await client.close();
});

t('the port for metrics serves them and nothing else', async () => {
  const at = (path: string) => fetch(`http://127.0.0.1:${portOf(3, 'metricsPort')}${path}`);
  parsePrometheusText(await (await at('/metrics')).text());
  assert.equal([(await at('/commands')).status, (await at('/livez')).status], [404, 404]);
});

t('a snapshot is sent to who may do everything, once in a while, and holds the tree', async () => {
  const client = ensemble.client({ replica: 3 });
  await client.create('/saved', 'in the snapshot');
  assert.is((await get(3, '/commands/snapshot')).status, 401);
  assert.is((await get(3, '/commands/snapshot', { authorization: 'basic x' })).status, 401);
  const response = await get(3, '/commands/snapshot', AUTHORIZATION);
  assert.is(response.status, 200);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.is(response.headers.get('snapshot_size'), String(bytes.length));
  const zxid = Number(response.headers.get('last_zxid'));
  const reader = new SnapshotReader('file');
  reader.push(bytes);
  const tree = reader.finish(zxid as Parameters<SnapshotReader['finish']>[0]);
  assert.is(Buffer.from(tree.data(tree.find('/saved')) ?? []).toString(), 'in the snapshot');
  const { zxid: last } = await command(3, 'last_snapshot');
  assert.is(last, zxid.toString(16));
  assert.is((await get(3, '/commands/snapshot', AUTHORIZATION)).status, 429);
  await client.close();
});

t('whoever may not do everything on / is sent no snapshot', async () => {
  const client = ensemble.client();
  const anyone = (perms: number) => [{ perms, scheme: 'world', id: 'anyone' }];
  const { acl } = await client.getAcl('/');
  await client.setAcl('/', anyone(Permission.read | Permission.admin));
  await eventually(async () => (await get(2, '/commands/snapshot', AUTHORIZATION)).status === 403);
  await client.setAcl('/', acl);
  await client.close();
});

t('restore is refused with the reason', async () => {
  const response = await fetch(`http://127.0.0.1:${portOf(1)}/commands/restore`, {
    method: 'POST',
    body: 'x'.repeat(1e6),
  });
  assert.is(response.status, 503);
  assert.match(await response.text(), '"error" : "Restore command is disabled: ');
});

t('what is not there is 404, what is not asked for politely 405 or 400', async () => {
  assert.is((await get(1, '/')).status, 404);
  assert.is((await fetch(`http://127.0.0.1:${portOf(1)}/livez`, { method: 'DELETE' })).status, 405);
  assert.is((await get(1, '/commands/%zz')).status, 400);
  assert.match(await ask(portOf(1), 'what is this?\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(await ask(portOf(1), Buffer.from('1603010200', 'hex')), /^HTTP\/1\.1 400 Bad Request\r\n/);
});

t('a URL without end is cut off, and nobody else notices', async () => {
  assert.match(await ask(portOf(1), `GET /commands/${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 431 /);
  assert.is((await get(1, '/livez')).status, 200);
});

t('who sends his request forever is hung up on; hundreds who say nothing keep out no client', async () => {
  const client = ensemble.client({ replica: 1 });
  await client.create('/crowded');
  const idle = await Promise.all(Array.from({ length: 200 }, () => TextPort.open(portOf(1))));
  for (const each of idle) void each.send('GET /livez HTTP/1.1\r\n');
  await client.setData('/crowded', 'x');
  await client.close();
  // Those above the limit at once, the others when their time to ask is over.
  await eventually(() => idle.every(({ isClosed }) => isClosed), { withinMs: 30_000 });
  assert.is((await get(1, '/readyz')).status, 200);
});

t('a replica that was replaced is reached at the same ports', async () => {
  const before = [portOf(2), portOf(2, 'metricsPort')];
  await ensemble.kill(2);
  await ensemble.settled();
  assert.equal([portOf(2), portOf(2, 'metricsPort')], before);
  await eventually(async () => (await get(2, '/readyz')).status === 200);
  const restarts = (await scrape(1)).get('threadkeeper_replica_restarts_total')?.samples;
  assert.is(restarts?.get('threadkeeper_replica_restarts_total{replica="2"}'), 1);
});

t.run();

const started = suite('scenario/admin server of threadkeeper start', { timeoutMs: 60_000 });
const directory = makeTemporaryDirectory('admin-server');
started.after(() => directory.remove());

started('--admin-port 0 finds free ports, the status shows them, and pipelines are in the metrics', async () => {
  const pipelines = [{ name: 'quiet', topic: 'nothing', propagator: { use: 'memory' } }];
  writeFileSync(join(directory.path, '.threadkeeperrc.json'), JSON.stringify({ pipelines }));
  const running = await startThreadkeeper(['--in-memory', '--client-port', '0', '--admin-port', '0'], {
    cwd: directory.path,
    env: { THREADKEEPER_METRICS_PORT: '0' },
  });
  const clientPort = String(running.clientPorts[0]);
  const { stdout } = await runThreadkeeper(['status', '--client-port', clientPort]);
  const [head = '', first = ''] = stdout.split('\n');
  assert.match(head, /^replica +role +port +admin +metrics +zxid/);
  const [, , , adminPort] = first.split(/ {2,}/);
  await eventually(async () => {
    const families = parsePrometheusText(await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text());
    assert.is(families.get('threadkeeper_replica_up')?.samples.size, 3);
    const handled = families.get('threadkeeper_pipeline_handled_total')?.samples;
    return handled?.get('threadkeeper_pipeline_handled_total{pipeline="quiet",topic="nothing"}') === 0;
  });
  await running.kill9();
});

started('a port that is in use is told before anything starts', async () => {
  const taken = await startThreadkeeper(['--in-memory', '--client-port', '0', '--admin-port', '0', '--replicas', '1'], {
    cwd: directory.path,
  });
  const { stdout } = await runThreadkeeper(['status', '--json', '--client-port', String(taken.clientPorts[0])]);
  const { adminPort } = JSON.parse(stdout).replicas[0];
  const { exitCode, stderr } = await runThreadkeeper(
    ['start', '--in-memory', '--client-port', '0', '--replicas', '1', '--admin-port', String(adminPort)],
    { cwd: directory.path },
  );
  assert.is(exitCode, 2);
  assert.match(stderr, /ensemble\.adminPort.*free ports for all replicas.*which is in use/s);
  await taken.kill9();
});

started.run();
