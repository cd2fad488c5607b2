import { OpCode } from '../../../../core/jute/op-code.ts';
import { Client } from '../../../../runtime/client/client.ts';
import { ScriptedClock, ScriptedServers, settle } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/read-only servers');

const LOCAL = { hi: 9, lo: 9 };

function start(connectString: string) {
  const servers = new ScriptedServers();
  const clock = new ScriptedClock();
  const options = { clock, openTransport: servers.openTransport, allowsReadOnly: true };
  const client = new Client(connectString, options);
  const states: string[] = [];
  client.onState((state) => states.push(state));
  return { servers, clock, client, states };
}

t('only who asks for it is served by a server without a quorum', () => {
  const { servers, client } = start('a');
  servers.last.open();
  assert.is(servers.last.handshake?.readOnly, true);
  servers.last.accept({ readOnly: true });
  assert.ok(client.isReadOnly);
});

t('the other servers are asked whether they take writes, and the first that does gets a new session', async () => {
  const { servers, clock, client, states } = start('a,b');
  servers.last.accept({ readOnly: true, sessionId: LOCAL });
  const first = servers.last;
  await clock.advance(100);
  assert.not.equal(servers.last.host, first.host);
  servers.last.open();
  assert.is(servers.last.text, 'isro');
  servers.last.raw(Buffer.from('ro'));
  await clock.advance(199);
  assert.is(servers.connections.length, 2);
  await clock.advance(1);
  servers.last.open();
  servers.last.raw(Buffer.from('rw'));
  await clock.advance(0);
  assert.ok(first.isClosed);
  const { handshake } = servers.last;
  servers.last.accept();
  assert.equal(servers.last.handshake?.sessionId, { hi: 0, lo: 0 });
  assert.is(handshake, null);
  assert.not(client.isReadOnly);
  assert.equal(states, ['connected', 'suspended', 'reconnected']);
  assert.equal(servers.last.ops, []);
});

t('a server that does not answer the question is given up, and the next one is asked', async () => {
  const { servers, clock } = start('a,b');
  servers.last.accept({ readOnly: true, sessionId: LOCAL, timeoutMs: 60_000 });
  await clock.advance(100);
  servers.last.open();
  await clock.advance(1000);
  assert.ok(servers.last.isClosed);
  await clock.advance(200);
  assert.is(servers.connections.length, 3);
});

t('whoever has a session of the ensemble does not risk it at a server without a quorum', async () => {
  const { servers, clock } = start('a,b');
  servers.last.accept();
  servers.last.close();
  await clock.advance(0);
  servers.last.open();
  assert.is(servers.last.handshake?.readOnly, false);
});

t('a session of one server alone does not expire: the next server makes another', async () => {
  const { servers, clock, client, states } = start('a');
  servers.last.accept({ readOnly: true, sessionId: LOCAL });
  servers.last.close();
  for (let elapsedMs = 0; elapsedMs < 100_000; elapsedMs += 1000) {
    if (!servers.last.isClosed) servers.last.close('refused');
    await clock.advance(1000);
  }
  if (servers.last.isClosed) await clock.advance(2000);
  servers.last.accept();
  assert.equal(states, ['connected', 'suspended', 'reconnected']);
  const call = client.sync('/');
  await settle();
  assert.equal(servers.last.ops, [OpCode.sync]);
  servers.last.reply(servers.last.received[0]?.xid ?? 0);
  await call;
});

t('a closed client asks nobody', async () => {
  const { servers, clock, client } = start('a,b');
  servers.last.accept({ readOnly: true });
  client.detach();
  await clock.advance(10_000);
  assert.is(servers.connections.length, 1);
  assert.is(clock.timerCount, 0);
});

t.run();
