import { OpCode } from '../../../../core/jute/op-code.ts';
import { EventType } from '../../../../core/jute/request.ts';
import { writeStat } from '../../../../core/jute/stat.ts';
import { readSetWatches2Request, readSetWatchesRequest } from '../../../../core/jute/watch.ts';
import { Client } from '../../../../runtime/client/client.ts';
import { batchesOf } from '../../../../runtime/client/watch-rearm.ts';
import { type WatchedEvent, WatchTable } from '../../../../runtime/client/watches.ts';
import { makeStat, ScriptedClock, ScriptedServers, settle } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/watch-rearm');

function start() {
  const servers = new ScriptedServers();
  const clock = new ScriptedClock();
  const client = new Client('a,b/app', { clock, openTransport: servers.openTransport });
  servers.last.accept();
  const reconnect = async (): Promise<void> => {
    servers.last.close();
    await clock.advance(0);
    servers.last.accept();
    await settle();
  };
  return { servers, client, reconnect };
}

async function watched(servers: ScriptedServers, calls: readonly Promise<unknown>[], zxid: number): Promise<void> {
  await settle();
  for (const { xid, op } of servers.last.received.slice(-calls.length)) {
    servers.last.reply(xid, {
      zxid,
      body: (writer) => {
        if (op === OpCode.getData) writer.writeBuffer(null);
        if (op === OpCode.getChildren2 || op === OpCode.addWatch) writer.writeInt(0);
        if (op !== OpCode.addWatch) writeStat(writer, makeStat());
      },
    });
  }
  await Promise.all(calls);
}

t('a new server is told in one request what is watched, and which zxid was seen last', async () => {
  const { servers, client, reconnect } = start();
  const events: WatchedEvent[] = [];
  const watch = (event: WatchedEvent): void => void events.push(event);
  await watched(servers, [client.getData('/d', { watch }), client.getChildren('/c', { watch })], 41);
  const missing = client.exists('/e', { watch });
  await settle();
  servers.last.reply(servers.last.received.at(-1)?.xid ?? 0, { zxid: 42, error: -101 });
  await missing;
  await reconnect();
  assert.equal(servers.last.ops, [OpCode.setWatches]);
  const [request] = servers.last.received;
  assert.is(request?.xid, -8);
  assert.equal(request && readSetWatchesRequest(request.body), {
    relativeZxid: 42,
    data: ['/app/d'],
    exist: ['/app/e'],
    child: ['/app/c'],
  });
  servers.last.event(EventType.nodeCreated, '/app/e');
  servers.last.reply(-8);
  assert.equal(events, [{ type: 'nodeCreated', path: '/e', zxid: null }]);
  await reconnect();
  const [again] = servers.last.received;
  assert.equal(again && readSetWatchesRequest(again.body).exist, []);
});

t('lasting watches go with the newer request, and are told again and again', async () => {
  const { servers, client, reconnect } = start();
  const paths: string[] = [];
  const listener = ({ path }: WatchedEvent): void => void paths.push(path);
  await watched(servers, [client.addWatch('/p', listener, { mode: 'persistent' }), client.addWatch('/r', listener)], 7);
  await reconnect();
  assert.equal(servers.last.ops, [OpCode.setWatches2]);
  const [request] = servers.last.received;
  const body = request && readSetWatches2Request(request.body);
  assert.equal([body?.persistent, body?.persistentRecursive], [['/app/p'], ['/app/r']]);
  servers.last.reply(-8);
  servers.last.event(EventType.nodeDataChanged, '/app/p');
  servers.last.event(EventType.nodeCreated, '/app/r/x');
  servers.last.event(EventType.nodeDataChanged, '/app/r/x');
  assert.equal(paths, ['/p', '/r/x', '/r/x']);
});

t('a server that does not know lasting watches ends them, and they are not told to the next one', async () => {
  const { servers, client, reconnect } = start();
  const events: string[] = [];
  await watched(servers, [client.addWatch('/r', ({ type }) => events.push(type))], 7);
  await reconnect();
  servers.last.reply(-8, { zxid: -1, error: -6 });
  await settle();
  assert.equal(events, ['persistentWatchRemoved']);
  await reconnect();
  assert.equal(servers.last.ops, []);
});

t('a connection that ends before its answer leaves the watches for the next one', async () => {
  const { servers, client, reconnect } = start();
  const events: string[] = [];
  await watched(servers, [client.addWatch('/r', ({ type }) => events.push(type))], 7);
  await reconnect();
  await reconnect();
  assert.equal(servers.last.ops, [OpCode.setWatches2]);
  assert.equal(events, []);
});

t('many paths go in parts of at most 128 Ki characters, each path in one of them', () => {
  const watches = new WatchTable();
  const paths = Array.from({ length: 5000 }, (_, index) => `/${String(index).padStart(99, 'x')}`);
  for (const path of paths) watches.add('data', path, () => undefined);
  watches.add('persistent', '/last', () => undefined);
  const batches = [...batchesOf(watches)];
  assert.is(batches.length, Math.ceil(500_005 / (128 * 1024)));
  for (const batch of batches) {
    assert.ok(Object.values(batch).flat().join('').length <= 128 * 1024);
  }
  assert.equal(
    batches.flatMap(({ data }) => data),
    paths,
  );
  assert.equal(batches.at(-1)?.persistent, ['/last']);
  assert.equal([...batchesOf(new WatchTable())], []);
});

t.run();
