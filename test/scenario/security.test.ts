// timeout: 120s
/** Ensembles that ask who their clients are: by TLS and certificates, by SASL, by digests; with threads and sockets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from '../../runtime/testing.ts';
import { makeAuthority } from '../support/certificates.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const security = suite('scenario/security', { timeoutMs: 60_000 });

const directory = makeTemporaryDirectory('security');
let ensemble: TestEnsemble | null = null;
security.after.each(async () => {
  await ensemble?.close();
  ensemble = null;
});
security.after(() => directory.remove());

const authority = makeAuthority();
const server = authority.issue('server');
const owner = {
  ca: authority.cert,
  ...authority.issue([[['2.5.4.10', 0x0c, 'example']], [['2.5.4.3', 0x0c, 'owner']]]),
};
const stranger = { ca: authority.cert, ...makeAuthority('another').issue('owner') };

function file(name: string, content: string): string {
  const path = join(directory.path, name);
  writeFileSync(path, content);
  return path;
}

const TLS: TestEnsembleOptions = {
  secureClientPort: 0,
  tlsKeyFile: file('server.key', server.key),
  tlsCertFile: file('server.crt', server.cert),
  tlsCaFile: file('ca.crt', authority.cert),
};
const CREATOR_ALL = [{ perms: 31, scheme: 'auth', id: '' }];

async function start(options: TestEnsembleOptions): Promise<TestEnsemble> {
  ensemble = await startTestEnsemble({ tickTimeMs: 1000, ...options });
  return ensemble;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await assert.rejects(promise, Error);
  return 'code' in error ? error.code : error;
}

security('a certificate is who a client is, at every replica, and over the death of the leader', async () => {
  const tested = await start(TLS);
  assert.is(tested.secureServers.length, 3);
  const client = tested.client({ tls: owner });
  await client.create('/own', 'x', { acl: CREATOR_ALL });
  assert.equal((await client.whoAmI()).at(-1), { scheme: 'x509', user: 'CN=owner,O=example' });
  assert.equal((await client.getAcl('/own')).acl, [{ perms: 31, scheme: 'x509', id: 'CN=owner,O=example' }]);
  assert.is(await codeOf(tested.client().getData('/own')), 'NO_AUTH');
  await client.addAuth('digest', 'anna:secret');
  await tested.kill('leader');
  await tested.settled();
  await client.setData('/own', 'y');
  assert.equal((await client.whoAmI()).map(({ scheme, user }) => `${scheme}:${user}`).slice(1), [
    'x509:CN=owner,O=example',
    'digest:anna',
  ]);
});

security(
  'a client without a good certificate does not get in, and one that distrusts the server stays out',
  async () => {
    const tested = await start({ ...TLS, replicas: 1 });
    for (const tls of [stranger, { ca: authority.cert }, { key: owner.key, cert: owner.cert }]) {
      const client = tested.client({ tls, sessionTimeoutMs: 2000 });
      assert.is(await codeOf(client.exists('/')), 'CONNECTION_LOSS');
      assert.is(client.state, 'connecting');
      await client.close();
    }
    const client = tested.client({ tls: owner });
    assert.ok(await client.exists('/'));
  },
);

security('one port takes both, where it is asked to', async () => {
  const tested = await start({ ...TLS, replicas: 1, secureClientPort: null, clientPortUnification: true });
  assert.equal(tested.secureServers, []);
  const [plain, secure] = [tested.client(), tested.client({ tls: owner })];
  await plain.create('/a');
  assert.ok(await secure.exists('/a'));
  assert.is((await secure.whoAmI()).length, 2);
  assert.is((await plain.whoAmI()).length, 1);
});

security('a server without certificates asks for none', async () => {
  const tested = await start({ ...TLS, replicas: 1, tlsClientAuth: 'none', tlsCaFile: null });
  const client = tested.client({ tls: { ca: authority.cert } });
  await client.create('/a');
  assert.is((await client.whoAmI()).length, 1);
});

security('SASL users come from the configuration and from a login file; a wrong password ends the client', async () => {
  const jaasFile = file('jaas.conf', 'Server { any.Module required user_bob="bobs secret"; };');
  const tested = await start({ jaasFile, saslUsers: { anna: 'annas secret' }, saslSuperUsers: ['anna'] });
  const bob = tested.client({ sasl: { user: 'bob', password: 'bobs secret' } });
  await bob.create('/own', 'x', { acl: CREATOR_ALL });
  assert.equal((await bob.getAcl('/own')).acl, [{ perms: 31, scheme: 'sasl', id: 'bob' }]);
  const anna = tested.client({ sasl: { user: 'anna', password: 'annas secret' } });
  await anna.sync('/');
  assert.is(String((await anna.getData('/own')).data), 'x');
  assert.is(await codeOf(tested.client().getData('/own')), 'NO_AUTH');
  const wrong = tested.client({ sasl: { user: 'bob', password: 'guess' } });
  assert.is(await codeOf(wrong.exists('/')), 'AUTH_FAILED');
  await tested.kill('leader');
  await tested.settled();
  await bob.setData('/own', 'y');
});

security('who has to prove himself first is not served before, and the process itself is', async () => {
  const tested = await start({ replicas: 1, saslUsers: { bob: 'secret' }, sessionRequireClientSasl: true });
  assert.is(await codeOf(tested.client().exists('/')), 'SESSION_CLOSED_REQUIRE_SASL_AUTH');
  const bob = tested.client({ sasl: { user: 'bob', password: 'secret' } });
  await bob.create('/a');
  assert.ok(await tested.client({ carrier: 'bus' }).exists('/a'));
});

security('the super digest opens everything; another algorithm makes other ids', async () => {
  const superDigest = 'super:WTA5ucCHTdJq645xIMibj8HviTPeB5mMuJ4/+v1dIEw=';
  const tested = await start({ replicas: 1, superDigest, digestAlgorithm: 'SHA-256' });
  const client = tested.client({ credentials: [{ scheme: 'digest', auth: Buffer.from('user:pass') }] });
  await client.create('/own', 'x', { acl: CREATOR_ALL });
  assert.is((await client.getAcl('/own')).acl[0]?.id, 'user:70yRTFkWmLJo2zxkFj6v2nIJpjDyNuvw7r8EVGDfcjo=');
  const root = tested.client();
  assert.is(await codeOf(root.getData('/own')), 'NO_AUTH');
  await root.addAuth('digest', 'super:secret');
  await root.setData('/own', 'y');
});

security('identities cannot be guessed at without end on one connection, nor in one request', async () => {
  const tested = await start({ replicas: 1 });
  const port = Number(tested.servers[0]?.split(':')[1]);
  const connection = await RawConnection.withSession(port);
  connection.sendFrame((writer) => {
    writer.writeInt(-4);
    writer.writeInt(100);
    writer.writeInt(0);
    writer.writeString('digest');
    writer.writeBuffer(Buffer.alloc(100_000, 'x'));
  });
  await connection.closed;
  assert.is(connection.frames.at(-1)?.readInt32BE(12), -115);
  const client = connect(tested.connectString);
  assert.ok(await client.exists('/'));
  await client.close();
});

security.run();
