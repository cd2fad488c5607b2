import { OpCode } from '../../../../core/jute/op-code.ts';
import { EventType } from '../../../../core/jute/request.ts';
import { writeStat } from '../../../../core/jute/stat.ts';
import { Client } from '../../../../runtime/client/client.ts';
import type { ClientOptions } from '../../../../runtime/client/options.ts';
import type { WatchedEvent } from '../../../../runtime/client/watches.ts';
import { makeStat, ScriptedClock, ScriptedServers, SESSION_ID, settle } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/session');

const THREE = 'a,b,c';

function start(connectString = THREE, options: ClientOptions = {}) {
  const servers = new ScriptedServers();
  const clock = new ScriptedClock();
  const client = new Client(connectString, { ...options, clock, openTransport: servers.openTransport });
  const states: string[] = [];
  client.onState((state) => states.push(state));
  return { servers, clock, client, states };
}

/** Runs a promise in the background and tells how it ended. */
function outcome(promise: Promise<unknown>): { value: unknown; code: unknown } {
  const seen: { value: unknown; code: unknown } = { value: undefined, code: undefined };
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error: unknown) => {
      seen.code = error instanceof Error && 'code' in error ? error.code : error;
    },
  );
  return seen;
}

t('a first handshake asks for a new session and shows no zxid', () => {
  const { servers } = start(THREE, { sessionTimeoutMs: 12_345 });
  servers.last.open();
  const handshake = servers.last.handshake;
  assert.is(handshake?.timeoutMs, 12_345);
  assert.equal(handshake?.sessionId, { hi: 0, lo: 0 });
  assert.is(handshake?.lastZxidSeen, 0);
  assert.is(handshake?.readOnly, false);
});

t('what was asked for before there was a connection leaves in one write after the handshake, in order', async () => {
  const { servers, client, states } = start();
  const first = outcome(client.exists('/a'));
  const second = outcome(client.delete('/b'));
  await settle();
  servers.last.accept();
  assert.equal(servers.last.ops, [OpCode.exists, OpCode.delete]);
  assert.is(servers.last.writes, 2);
  assert.equal(states, ['connected']);
  const [exists, remove] = servers.last.received;
  servers.last.reply(exists?.xid ?? 0, { error: -101 });
  servers.last.reply(remove?.xid ?? 0, { error: -101 });
  await settle();
  assert.is(first.value, null);
  assert.is(second.code, 'NO_NODE');
});

t('what one turn asks for, promise reactions included, leaves in one write', async () => {
  const { servers, client } = start();
  servers.last.accept();
  void outcome(client.exists('/a'));
  void Promise.resolve()
    .then(() => undefined)
    .then(() => outcome(client.exists('/b')));
  await settle();
  assert.equal(servers.last.ops, [OpCode.exists, OpCode.exists]);
  assert.is(servers.last.writes, 2);
});

t('a lost connection fails what was sent, keeps what was not, and the next server is tried at once', async () => {
  const { servers, clock, client } = start();
  servers.last.accept();
  const sent = outcome(client.setData('/a', 'x'));
  await settle();
  servers.last.close();
  const kept = outcome(client.setData('/b', 'y'));
  await clock.advance(0);
  assert.is(sent.code, 'CONNECTION_LOSS');
  assert.is(kept.code, undefined);
  assert.is(servers.connections.length, 2);
  servers.last.accept();
  assert.equal(
    servers.last.received.map(({ body }) => body.readString()),
    ['/b'],
  );
});

t('the session is proved to the next server, with the highest zxid that a reply has shown', async () => {
  const { servers, clock, client, states } = start();
  servers.last.accept();
  void outcome(client.sync('/'));
  void outcome(client.sync('/'));
  await settle();
  const [first, second] = servers.last.received;
  servers.last.reply(first?.xid ?? 0, { zxid: 77 });
  servers.last.event(EventType.nodeCreated, '/elsewhere', 99);
  servers.last.reply(second?.xid ?? 0, { zxid: -1 });
  servers.last.close();
  await clock.advance(0);
  servers.last.accept();
  assert.is(servers.last.handshake?.lastZxidSeen, 77);
  assert.equal(servers.last.handshake?.sessionId, SESSION_ID);
  assert.equal(states, ['connected', 'suspended', 'reconnected']);
  assert.not.equal(servers.connections[0]?.host, servers.last.host);
});

t('servers that fail are tried in turn without a pause, and after a round with one', async () => {
  const { servers, clock } = start();
  for (let attempt = 0; attempt < 3; attempt++) {
    servers.last.close('refused');
    await clock.advance(0);
  }
  assert.is(servers.connections.length, 3);
  assert.is(new Set(servers.connections.map(({ host }) => host)).size, 3);
  await clock.advance(49);
  assert.is(servers.connections.length, 3);
  await clock.advance(1);
  assert.is(servers.connections.length, 4);
});

t('a server that does not answer the handshake is left for the next one', async () => {
  const { servers, clock, client } = start(THREE, { sessionTimeoutMs: 9000 });
  servers.last.open();
  await clock.advance(3000);
  assert.is(servers.connections.length, 2);
  assert.match([...client.failures.values()][0] ?? '', 'no answer within 3000 ms');
});

t('a ping leaves after a third of the timeout without sending, and a reply to it keeps the connection', async () => {
  const { servers, clock, states } = start(THREE, { sessionTimeoutMs: 9000 });
  servers.last.accept({ timeoutMs: 9000 });
  for (let round = 1; round <= 5; round++) {
    await clock.advance(3000);
    assert.equal(servers.last.ops, new Array(round).fill(OpCode.ping));
    servers.last.reply(-2);
  }
  assert.equal(states, ['connected']);
});

t('silence for two thirds of the timeout ends the connection', async () => {
  const { servers, clock, states } = start(THREE, { sessionTimeoutMs: 9000 });
  servers.last.accept({ timeoutMs: 9000 });
  await clock.advance(5999);
  assert.equal(states, ['connected']);
  await clock.advance(1);
  assert.equal(states, ['connected', 'suspended']);
  assert.ok(servers.connections[0]?.isClosed);
});

t('without a server for four thirds of the timeout the session is lost: requests fail, watches are told', async () => {
  const { servers, clock, client, states } = start(THREE, { sessionTimeoutMs: 9000 });
  servers.last.accept({ timeoutMs: 9000 });
  const events: WatchedEvent[] = [];
  void outcome(client.exists('/a', { watch: (event) => events.push(event) }));
  await settle();
  servers.last.reply(servers.last.received[0]?.xid ?? 0, { error: -101 });
  servers.last.close();
  const waiting = outcome(client.exists('/b'));
  await clock.advance(11_999);
  assert.is(waiting.code, undefined);
  await clock.advance(1);
  assert.is(waiting.code, 'SESSION_EXPIRED');
  assert.is(states.at(-1), 'lost');
  assert.equal(events, [{ type: 'sessionEnded', path: '/a', zxid: null }]);
  assert.is(clock.timerCount, 0);
});

t('a server that denies the session ends it', async () => {
  const { servers, clock, client, states } = start();
  servers.last.accept();
  servers.last.close();
  await clock.advance(0);
  servers.last.refuseSession();
  await settle();
  assert.equal(states, ['connected', 'suspended', 'lost']);
  const late = outcome(client.exists('/a'));
  await settle();
  assert.is(late.code, 'SESSION_EXPIRED');
});

t('a process that was held up reads what arrived meanwhile before it judges the server', async () => {
  const { servers, clock, states } = start(THREE, { sessionTimeoutMs: 9000 });
  servers.last.accept({ timeoutMs: 9000 });
  const connection = servers.last;
  const original = clock.startTimer.bind(clock);
  // The bytes that waited in the socket come with the next turn, after the late timer.
  clock.startTimer = (delayMs, onTime) => {
    if (delayMs === 1) connection.reply(-2);
    return original(delayMs, onTime);
  };
  await clock.jump(8000);
  await clock.advance(1);
  assert.equal(states, ['connected']);
});

t('before there is a session, a request waits as long as a session would, and then names the servers', async () => {
  const { servers, clock, client } = start('a', { sessionTimeoutMs: 1000 });
  const call = client.exists('/x');
  const seen = outcome(call);
  for (let elapsedMs = 0; elapsedMs < 4000 && seen.code === undefined; elapsedMs += 100) {
    if (!servers.last.isClosed) servers.last.close('connection refused');
    await clock.advance(100);
    if (elapsedMs < 800) assert.is(seen.code, undefined);
  }
  assert.is(seen.code, 'CONNECTION_LOSS');
  const error = await assert.rejects(call, Error);
  assert.match(String(error), 'a:2181: connection refused');
  assert.is(client.state, 'connecting');
});

t('a reply out of order ends the connection, and everything in flight with it', async () => {
  const { servers, client, states } = start();
  servers.last.accept();
  const first = outcome(client.exists('/a'));
  const second = outcome(client.exists('/b'));
  await settle();
  servers.last.reply(servers.last.received[1]?.xid ?? 0, { error: -101 });
  await settle();
  assert.is(first.code, 'CONNECTION_LOSS');
  assert.is(second.code, 'CONNECTION_LOSS');
  assert.equal(states, ['connected', 'suspended']);
});

t('a reply that does not decode ends the connection', async () => {
  const { servers, client, states } = start();
  servers.last.accept();
  const call = outcome(client.exists('/a'));
  await settle();
  servers.last.reply(servers.last.received[0]?.xid ?? 0, { body: (writer) => writer.writeInt(7) });
  await settle();
  assert.is(call.code, 'CONNECTION_LOSS');
  assert.equal(states, ['connected', 'suspended']);
});

t('a frame of an impossible length ends the connection', async () => {
  const { servers, states } = start();
  servers.last.accept();
  servers.last.raw(Uint8Array.of(0x7f, 0xff, 0xff, 0xff));
  assert.equal(states, ['connected', 'suspended']);
});

t('a new connection hears identities first, then watches, then what waited', async () => {
  const { servers, clock, client } = start();
  servers.last.accept();
  const auth = outcome(client.addAuth('digest', 'u:p'));
  void outcome(client.exists('/watched', { watch: () => undefined }));
  await settle();
  servers.last.reply(-4, { zxid: 0 });
  servers.last.reply(servers.last.received[1]?.xid ?? 0, { body: (writer) => writeStat(writer, makeStat()) });
  await settle();
  assert.is(auth.code, undefined);
  servers.last.close();
  void outcome(client.delete('/later'));
  await clock.advance(0);
  servers.last.accept();
  assert.equal(servers.last.ops, [OpCode.auth, OpCode.setWatches, OpCode.delete]);
});

t('a refused identity fails its caller and is not told to later servers', async () => {
  const { servers, clock, client, states } = start();
  servers.last.accept();
  const auth = outcome(client.addAuth('nope', 'x'));
  servers.last.reply(-4, { error: -115, zxid: 0 });
  await settle();
  assert.is(auth.code, 'AUTH_FAILED');
  await clock.advance(0);
  servers.last.accept();
  assert.equal(servers.last.ops, []);
  assert.equal(states, ['connected', 'suspended', 'reconnected']);
});

t('an identity whose answer was lost is settled by the next server', async () => {
  const { servers, clock, client } = start();
  servers.last.accept();
  const auth = client.addAuth('digest', 'u:p');
  servers.last.close();
  await clock.advance(0);
  servers.last.accept();
  servers.last.reply(-4, { zxid: 0 });
  await auth;
});

t('a call that was aborted before it was sent is not sent', async () => {
  const { servers, client } = start();
  const controller = new AbortController();
  void outcome(client.delete('/first'));
  const aborted = outcome(client.delete('/aborted', { signal: controller.signal }));
  void outcome(client.delete('/last'));
  controller.abort(new Error('enough'));
  servers.last.accept();
  await settle();
  assert.match(String(aborted.code), 'enough');
  assert.equal(
    servers.last.received.map(({ body }) => body.readString()),
    ['/first', '/last'],
  );
});

t('beyond its bounds a call is refused at once; with answers there is room again', async () => {
  const { servers, client } = start(THREE, { requestsMax: 2 });
  servers.last.accept();
  void outcome(client.exists('/1'));
  void outcome(client.exists('/2'));
  const refused = outcome(client.exists('/3'));
  await settle();
  assert.is(refused.code, 'THROTTLED_OP');
  servers.last.reply(servers.last.received[0]?.xid ?? 0, { error: -101 });
  void outcome(client.exists('/4'));
  await settle();
  assert.is(servers.last.received.length, 3);
});

t('close is sent behind what was asked before, and fulfilled with its reply', async () => {
  const { servers, client, states, clock } = start();
  servers.last.accept();
  const before = outcome(client.exists('/a'));
  const closed = outcome(client.close().then(() => 'closed'));
  await settle();
  assert.equal(servers.last.ops, [OpCode.exists, OpCode.closeSession]);
  const [exists, close] = servers.last.received;
  servers.last.reply(exists?.xid ?? 0, { error: -101 });
  assert.is(closed.value, undefined);
  servers.last.reply(close?.xid ?? 0);
  await settle();
  assert.is(before.value, null);
  assert.is(closed.value, 'closed');
  assert.ok(servers.last.isClosed);
  assert.equal(states, ['connected', 'closed']);
  assert.is(clock.timerCount, 0);
});

t('close does not wait for a server that does not answer it, nor for one that is not there', async () => {
  const silent = start();
  silent.servers.last.accept();
  const closed = outcome(silent.client.close().then(() => 'closed'));
  await silent.clock.advance(4999);
  assert.is(closed.value, undefined);
  await silent.clock.advance(1);
  assert.is(closed.value, 'closed');

  const absent = start();
  const waiting = outcome(absent.client.exists('/a'));
  await absent.client.close();
  await settle();
  assert.is(waiting.code, 'SESSION_EXPIRED');
  assert.is(absent.clock.timerCount, 0);
});

t('a listener that throws does not disturb the session; the process hears of it', async () => {
  const { servers, client } = start();
  servers.last.accept();
  void outcome(
    client.exists('/a', {
      watch: () => {
        throw new Error('listener');
      },
    }),
  );
  await settle();
  servers.last.reply(servers.last.received[0]?.xid ?? 0, { error: -101 });
  const reported = new Promise((resolve) => process.once('uncaughtException', resolve));
  servers.last.event(EventType.nodeCreated, '/a');
  assert.match(String(await reported), 'listener');
  assert.is(client.state, 'connected');
});

t('connected() is fulfilled at once, later, or never, and can be given up', async () => {
  const { servers, client } = start();
  const early = outcome(client.connected().then(() => 'up'));
  const given = outcome(client.connected({ signal: AbortSignal.abort('enough') }));
  servers.last.accept();
  await settle();
  assert.is(early.value, 'up');
  assert.is(given.code, 'enough');
  await client.connected();
  client.detach();
  const late = outcome(client.connected());
  await settle();
  assert.is(late.code, 'SESSION_EXPIRED');
});

t.run();
