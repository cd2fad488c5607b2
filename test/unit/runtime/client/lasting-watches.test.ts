import { OpCode } from '../../../../core/jute/op-code.ts';
import { EventType } from '../../../../core/jute/request.ts';
import { readCheckWatchesRequest } from '../../../../core/jute/watch.ts';
import { Client } from '../../../../runtime/client/client.ts';
import { watchEvents } from '../../../../runtime/client/observe-events.ts';
import { ScriptedClock, ScriptedServers, settle } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/lasting watches');

function start() {
  const servers = new ScriptedServers();
  const clock = new ScriptedClock();
  const client = new Client('a,b', { clock, openTransport: servers.openTransport });
  servers.last.accept();
  const answer = async (error = 0): Promise<void> => {
    await settle();
    servers.last.reply(servers.last.received.at(-1)?.xid ?? 0, { error, body: (writer) => writer.writeInt(0) });
    await settle();
  };
  const reconnect = async (): Promise<void> => {
    servers.last.close();
    await clock.advance(0);
    servers.last.accept();
    await settle();
  };
  return { servers, client, answer, reconnect };
}

function record(client: Client, path: string) {
  const log: string[] = [];
  const subscription = watchEvents(client, path, 'persistentRecursive').subscribe({
    next: ({ type, path: where }) => log.push(`${type} ${where}`),
    error: (error: unknown) => log.push(`error ${error instanceof Error && 'code' in error ? error.code : ''}`),
    complete: () => log.push('complete'),
  });
  return { log, subscription };
}

t('removeWatches ends the watches of its kind with an event, at the server first', async () => {
  const { servers, client, answer } = start();
  const events: string[] = [];
  const added = client.addWatch('/a', ({ type }) => events.push(type));
  await answer();
  await added;
  const removed = client.removeWatches('/a');
  await settle();
  assert.equal(events, []);
  const request = servers.last.received.at(-1);
  assert.is(request?.op, OpCode.removeWatches);
  assert.equal(request && readCheckWatchesRequest(request.body), { path: '/a', type: 3 });
  await answer();
  await removed;
  assert.equal(events, ['persistentWatchRemoved']);
  servers.last.event(EventType.nodeCreated, '/a/b');
  assert.equal(events, ['persistentWatchRemoved']);
});

t('a removal that the server refuses leaves the watch', async () => {
  const { client, answer } = start();
  const events: string[] = [];
  const added = client.addWatch('/a', ({ type }) => events.push(type));
  await answer();
  await added;
  const refused = assert.rejects(client.removeWatches('/a', { type: 'persistent' }), /does not decode/);
  await answer(-5);
  await refused;
  assert.equal(events, []);
});

t('without a connection a local removal is done at once, and fails where there is nothing', async () => {
  const { servers, client, answer } = start();
  const added = client.addWatch('/a', () => undefined);
  await answer();
  await added;
  servers.last.close();
  await client.removeWatches('/a', { local: true });
  const error = await assert.rejects(client.removeWatches('/a', { local: true }), Error);
  assert.is('code' in error && error.code, 'NO_WATCHER');
});

t('when its last listener goes, the server is asked to forget a lasting watch', async () => {
  const { servers, client, answer } = start();
  const first = (): void => undefined;
  const second = (): void => undefined;
  for (const listener of [first, second]) {
    const added = client.addWatch('/a', listener);
    await answer();
    await added;
  }
  client.removeWatch('/a', first);
  await settle();
  assert.is(servers.last.ops.at(-1), OpCode.addWatch);
  client.removeWatch('/a', second);
  await answer(-121);
  assert.is(servers.last.ops.at(-1), OpCode.removeWatches);
});

t('an observable tells each event, and that some may be missing after a lost connection', async () => {
  const { servers, client, answer, reconnect } = start();
  const { log, subscription } = record(client, '/a');
  await answer();
  servers.last.event(EventType.nodeCreated, '/a/b');
  servers.last.event(EventType.nodeDeleted, '/a/b');
  await reconnect();
  servers.last.reply(-8);
  servers.last.event(EventType.nodeDataChanged, '/a');
  assert.equal(log, ['nodeCreated /a/b', 'nodeDeleted /a/b', 'reconnected /a', 'nodeDataChanged /a']);
  subscription.unsubscribe();
  await settle();
  assert.is(servers.last.ops.at(-1), OpCode.removeWatches);
});

t('an observable whose request was lost with the connection asks again, and does not tell of a gap', async () => {
  const { servers, client, answer, reconnect } = start();
  const { log } = record(client, '/a');
  await settle();
  await reconnect();
  assert.equal(servers.last.ops, [OpCode.addWatch]);
  await answer();
  assert.equal(log, []);
});

t('an observable errors with what the watch is refused for, and completes when the client is closed', async () => {
  const { client, answer } = start();
  const refused = record(client, '/a');
  await answer(-6);
  assert.equal(refused.log, ['error UNIMPLEMENTED']);
  const { log } = record(client, '/a');
  await answer();
  client.detach();
  assert.equal(log, ['complete']);
});

t.run();
