/** A client that logs in by SASL: what a server hears of it, and when. */
import { DigestMd5Server } from '../../../../core/auth/digest-md5-server.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import { Client } from '../../../../runtime/client/client.ts';
import { hash, randomBytes } from '../../../../runtime/security/hash.ts';
import { ScriptedClock, type ScriptedConnection, ScriptedServers, settle } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const login = suite('client/sasl-login');

function start(password = 'secret') {
  const servers = new ScriptedServers();
  const clock = new ScriptedClock();
  const sasl = { user: 'bob', password };
  const credentials = [{ scheme: 'digest', auth: Buffer.from('u:p') }];
  const client = new Client('a', { sasl, credentials, clock, openTransport: servers.openTransport });
  const states: string[] = [];
  client.onState((state) => states.push(state));
  return { servers, clock, client, states };
}

/** How a promise ended: the code of its error, or nothing. */
function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}

/** The server's side: answers the tokens that have come. */
function serve(connection: ScriptedConnection): () => void {
  const side = new DigestMd5Server({ hash, randomBytes, users: new Map([['bob', 'secret']]) });
  let served = 0;
  return () => {
    const request = connection.received[served++];
    assert.is(request?.op, OpCode.sasl);
    const answer = side.answer(request?.body.readBuffer() ?? new Uint8Array(0));
    connection.reply(request?.xid ?? 0, { zxid: 0, body: (writer) => writer.writeBuffer(answer.token) });
  };
}

login('logs in before anything else is said, on each connection anew', async () => {
  const { servers, clock, client, states } = start();
  const asked = codeOf(client.delete('/a'));
  for (const round of [1, 2]) {
    servers.last.accept();
    const connection = servers.last;
    const answer = serve(connection);
    await settle();
    assert.equal(connection.ops, [OpCode.sasl], 'nothing else until the server knows who it is');
    answer();
    assert.equal(connection.ops, [OpCode.sasl, OpCode.sasl]);
    answer();
    await settle();
    const rest = round === 1 ? [OpCode.auth, OpCode.delete] : [OpCode.auth];
    assert.equal(connection.ops, [OpCode.sasl, OpCode.sasl, ...rest]);
    if (round === 2) break;
    connection.reply(-4, { zxid: 0 });
    connection.reply(connection.received.at(-1)?.xid ?? 0);
    assert.is(await asked, undefined);
    connection.close();
    await clock.advance(0);
  }
  assert.equal(states, ['connected', 'suspended', 'reconnected']);
});

login('a refused user ends the session, and every call says why', async () => {
  const { servers, client, states } = start('wrong');
  const waiting = codeOf(client.delete('/a'));
  servers.last.accept();
  const { received } = servers.last;
  const challenge = Buffer.from('realm="zk-sasl-md5",nonce="AAAA",charset=utf-8,algorithm=md5-sess');
  servers.last.reply(received[0]?.xid ?? 0, { zxid: 0, body: (writer) => writer.writeBuffer(challenge) });
  servers.last.reply(received[1]?.xid ?? 0, { zxid: 0, error: -115, body: (writer) => writer.writeBuffer(null) });
  assert.is(await waiting, 'AUTH_FAILED');
  assert.is(await codeOf(client.delete('/b')), 'AUTH_FAILED');
  assert.equal(states, ['lost']);
});

login('a server that knows no SASL, or not the password, is not taken for ours', async () => {
  for (const token of [null, Buffer.from(`rspauth=${'0'.repeat(32)}`)]) {
    const { servers, client } = start();
    const waiting = codeOf(client.delete('/a'));
    servers.last.accept();
    const { received } = servers.last;
    if (token !== null) {
      const challenge = Buffer.from('realm="zk-sasl-md5",nonce="AAAA"');
      servers.last.reply(received[0]?.xid ?? 0, { zxid: 0, body: (writer) => writer.writeBuffer(challenge) });
    }
    servers.last.reply(received.at(-1)?.xid ?? 0, { zxid: 0, body: (writer) => writer.writeBuffer(token) });
    assert.is(await waiting, 'AUTH_FAILED');
  }
});

login('a client that is closed while it logs in ends', async () => {
  const { servers, clock, client, states } = start();
  servers.last.accept();
  const closed = client.close();
  await clock.advance(10_000);
  await closed;
  assert.is(states.at(-1), 'closed');
});

login.run();
