import { OpCode } from '../../../../core/jute/op-code.ts';
import { EventType } from '../../../../core/jute/request.ts';
import { type Stat, writeStat } from '../../../../core/jute/stat.ts';
import { Client } from '../../../../runtime/client/client.ts';
import { watchState, watchZnode } from '../../../../runtime/client/observe.ts';
import { makeStat, ScriptedClock, ScriptedServers, settle } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/observe');

function start() {
  const servers = new ScriptedServers();
  const clock = new ScriptedClock();
  const client = new Client('a,b', { clock, openTransport: servers.openTransport });
  servers.last.accept();
  return { servers, clock, client };
}

/** Answers the last request, which asks for data. */
async function answerData(servers: ScriptedServers, data: string, stat: Partial<Stat>): Promise<void> {
  await settle();
  servers.last.reply(servers.last.received.at(-1)?.xid ?? 0, {
    body: (writer) => {
      writer.writeBuffer(Buffer.from(data));
      writeStat(writer, makeStat(stat));
    },
  });
  await settle();
}

async function answerNoNode(servers: ScriptedServers): Promise<void> {
  await settle();
  servers.last.reply(servers.last.received.at(-1)?.xid ?? 0, { error: -101 });
  await settle();
}

function record(client: Client, path: string) {
  const log: string[] = [];
  const subscription = watchZnode(client, path).subscribe({
    next: (state) => log.push(state.type === 'present' ? Buffer.from(state.data ?? []).toString() : 'absent'),
    error: (error: unknown) => log.push(`error ${error instanceof Error && 'code' in error ? error.code : ''}`),
    complete: () => log.push('complete'),
  });
  return { log, subscription };
}

t('nothing is asked before somebody subscribes', async () => {
  const { servers, client } = start();
  watchZnode(client, '/a');
  await settle();
  assert.equal(servers.last.ops, []);
});

t('each event leads to one read, and each state that differs to one emission', async () => {
  const { servers, client } = start();
  const { log } = record(client, '/a');
  await answerData(servers, 'one', { mzxid: 1 });
  servers.last.event(EventType.nodeDataChanged, '/a');
  await answerData(servers, 'two', { mzxid: 2 });
  servers.last.event(EventType.nodeDataChanged, '/a');
  await answerData(servers, 'two', { mzxid: 2 });
  assert.equal(log, ['one', 'two']);
  assert.equal(servers.last.ops, [OpCode.getData, OpCode.getData, OpCode.getData]);
});

t('a znode that is not there is awaited with exists', async () => {
  const { servers, client } = start();
  const { log } = record(client, '/a');
  await answerNoNode(servers);
  await answerNoNode(servers);
  assert.equal(log, ['absent']);
  assert.equal(servers.last.ops, [OpCode.getData, OpCode.exists]);
  servers.last.event(EventType.nodeCreated, '/a');
  await answerData(servers, 'new', { mzxid: 3 });
  assert.equal(log, ['absent', 'new']);
});

t('a znode created between the two reads is read again, and emitted once', async () => {
  const { servers, client } = start();
  const { log } = record(client, '/a');
  await answerNoNode(servers);
  servers.last.reply(servers.last.received.at(-1)?.xid ?? 0, { body: (writer) => writeStat(writer, makeStat()) });
  await answerData(servers, 'new', { mzxid: 3 });
  assert.equal(log, ['new']);
});

t('a lost connection is no error: the read is repeated over the next one', async () => {
  const { servers, clock, client } = start();
  const { log } = record(client, '/a');
  await settle();
  servers.last.close();
  await clock.advance(0);
  servers.last.accept();
  await answerData(servers, 'later', { mzxid: 1 });
  assert.equal(log, ['later']);
});

t('a lost session is an error, a closed client an end', async () => {
  const lost = start();
  const first = record(lost.client, '/a');
  await answerData(lost.servers, 'x', { mzxid: 1 });
  lost.servers.last.close();
  await lost.clock.advance(0);
  lost.servers.last.refuseSession();
  await settle();
  assert.equal(first.log, ['x', 'error SESSION_EXPIRED']);

  const closed = start();
  const second = record(closed.client, '/a');
  await answerData(closed.servers, 'x', { mzxid: 1 });
  closed.client.detach();
  await settle();
  assert.equal(second.log, ['x', 'complete']);
});

t('a refused read is an error', async () => {
  const { servers, client } = start();
  const { log } = record(client, '/a');
  await settle();
  servers.last.reply(servers.last.received.at(-1)?.xid ?? 0, { error: -102 });
  await settle();
  assert.equal(log, ['error NO_AUTH']);
});

t('unsubscribing takes the watch back, also one that a read under way is about to set', async () => {
  const { servers, clock, client } = start();
  const set = record(client, '/a');
  await answerData(servers, 'x', { mzxid: 1 });
  set.subscription.unsubscribe();
  const underWay = record(client, '/b');
  await settle();
  underWay.subscription.unsubscribe();
  await answerData(servers, 'y', { mzxid: 1 });
  servers.last.close();
  await clock.advance(0);
  servers.last.accept();
  assert.equal(servers.last.ops, []);
  assert.equal([...set.log, ...underWay.log], ['x']);
});

t('the state of the session is told from the present one on, and completes with the last', async () => {
  const { servers, clock, client } = start();
  const log: string[] = [];
  watchState(client).subscribe({ next: (state) => log.push(state), complete: () => log.push('complete') });
  servers.last.close();
  await clock.advance(0);
  servers.last.refuseSession();
  assert.equal(log, ['connected', 'suspended', 'lost', 'complete']);
});

t.run();
