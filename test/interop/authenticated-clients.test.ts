// timeout: 300s
/**
 * Clients of others prove to our ports who they are: Apache's Java client (Debian's zkCli.sh) by digest, SASL and
 * certificate, kazoo likewise, the C client by digest, openssl's s_client by a certificate.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type CliResult, zkCli } from '../support/apache-zookeeper.ts';
import { makeAuthority } from '../support/certificates.ts';
import { openCShell, openZkCliShell } from '../support/foreign-shell.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const clients = suite('interop/authenticated clients against us', { timeoutMs: 120_000 });

const PYTHON = '/usr/bin/python3';
const KAZOO = fileURLToPath(new URL('../../../test/interop/kazoo_auth.py', import.meta.url));
/** Debian's zookeeper.jar names the jars of Netty that it needs itself, and not those that they need. */
const CLASS_PATH = ['zookeeper', 'netty-resolver', 'netty-codec']
  .map((name) => `/usr/share/java/${name}.jar`)
  .join(':');

const directory = makeTemporaryDirectory('authenticated-clients');
let ensemble: TestEnsemble;

function file(name: string, content: string): string {
  const path = join(directory.path, name);
  writeFileSync(path, content);
  return path;
}

const authority = makeAuthority();
const server = authority.issue('server');
const client = authority.issue([[['2.5.4.10', 0x0c, 'example']], [['2.5.4.3', 0x0c, 'client']]]);
const caFile = file('ca.crt', authority.cert);
const keyFile = file('client.key', client.key);
const certFile = file('client.crt', client.cert);

/** For a new session of 10 s (zookeeper-facts, appendix A). */
const CONNECT_REQUEST =
  '0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 00000000000000000000000000000000 00';

const TLS_FLAGS = [
  `-cp ${CLASS_PATH}`,
  '-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty',
  '-Dzookeeper.client.secure=true',
  `-Dzookeeper.ssl.keyStore.location=${file('client.pem', client.key + client.cert)}`,
  `-Dzookeeper.ssl.trustStore.location=${file('ca.pem', authority.cert)}`,
].join(' ');

clients.before(async () => {
  ensemble = await startTestEnsemble({
    saslUsers: { bob: 'bobs secret' },
    secureClientPort: 0,
    clientPortUnification: true,
    tlsKeyFile: file('server.key', server.key),
    tlsCertFile: file('server.crt', server.cert),
    tlsCaFile: caFile,
  });
});
clients.after.each(() => {
  delete process.env.CLIENT_JVMFLAGS;
});
clients.after(async () => {
  await ensemble.close();
  directory.remove();
});

/** zkCli.sh takes options of Java from the environment, which it has from us. */
async function cli(flags: string, servers: readonly string[], ...command: string[]): Promise<CliResult> {
  process.env.CLIENT_JVMFLAGS = flags;
  return await zkCli(servers.join(','), command);
}

function jaasFlag(password: string): string {
  const login = 'org.apache.zookeeper.server.auth.DigestLoginModule required';
  const path = file(`${password.length}.conf`, `Client { ${login} username="bob" password="${password}"; };`);
  return `-Djava.security.auth.login.config=${path}`;
}

clients('zkCli.sh: addauth opens what a digest closes, and setAcl closes it', async () => {
  const [owner, other] = await Promise.all([
    openZkCliShell(ensemble.servers[0] ?? ''),
    openZkCliShell(ensemble.servers[1] ?? ''),
  ]);
  try {
    // Neither addauth nor setAcl answers when all is well: what follows shows that they are done.
    await owner.type('addauth digest anna:secret\ncreate /own x', /Created \/own/);
    const shown = await owner.type('setAcl /own auth::cdrwa\ngetAcl /own', /: cdrwa/);
    assert.match(shown, /'digest,'anna:\S+=$/m);
    await other.type('sync /', /Sync is OK/);
    await other.type('get /own', /Insufficient permission : \/own/);
    await other.type('addauth digest anna:wrong\nset /own y', /Insufficient permission : \/own/);
    await other.type('addauth digest anna:secret\nget /own', /^x$/m);
    await other.type('whoami', /^digest: anna$/m);
  } finally {
    await Promise.all([owner.close(), other.close()]);
  }
});

clients('zkCli.sh: SASL with a login configuration', async () => {
  const flag = jaasFlag('bobs secret');
  const { stdout, stderr } = await cli(flag, ensemble.servers, 'whoami');
  assert.match(stdout, /^sasl: bob$/m, stderr);
  const made = await cli(flag, ensemble.servers, 'create', '/java-sasl', 'x', 'auth::cdrwa');
  assert.match(made.stderr, 'Created /java-sasl');
  const shown = await cli(flag, ensemble.servers, 'getAcl', '/java-sasl');
  assert.match(shown.stdout, "'sasl,'bob\n: cdrwa");
  const refused = await cli('', ensemble.servers, 'get', '/java-sasl');
  assert.match(refused.stderr, 'Insufficient permission : /java-sasl');
  const wrong = await cli(jaasFlag('guess'), ensemble.servers, 'whoami');
  assert.not.match(wrong.stdout, 'sasl: bob');
});

for (const [what, servers] of [
  ['the port for TLS', () => ensemble.secureServers],
  ['the plain port, which takes TLS too', () => ensemble.servers],
] as const) {
  clients(`zkCli.sh: a certificate, at ${what}`, async () => {
    const { stdout, stderr } = await cli(TLS_FLAGS, servers(), 'whoami');
    assert.match(stdout, /^x509: CN=client,O=example$/m, stderr);
    const path = `/java-tls-${servers()[0]?.split(':')[1]}`;
    const made = await cli(TLS_FLAGS, servers(), 'create', path, 'x', 'auth::cdrwa');
    assert.match(made.stderr, `Created ${path}`);
    const shown = await cli(TLS_FLAGS, servers(), 'getAcl', path);
    assert.match(decodeURIComponent(shown.stdout), "'x509,'CN=client,O=example\n: cdrwa");
    const refused = await cli('', ensemble.servers, 'get', path);
    assert.match(refused.stderr, `Insufficient permission : ${path}`);
  });
}

for (const [name, claim, servers] of [
  ['digest', 'add_auth and auth_data', () => ensemble.servers],
  ['sasl', 'SASL DIGEST-MD5', () => ensemble.servers],
  ['sasl_refused', 'SASL with a wrong password', () => ensemble.servers],
  ['certificate', 'a certificate', () => ensemble.secureServers],
] as const) {
  clients(`kazoo: ${claim}`, async () => {
    const child = spawn(PYTHON, ['-B', KAZOO, servers().join(','), name, directory.path], { timeout: 60_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await once(child, 'close');
    assert.is(child.exitCode, 0, output);
  });
}

clients('the C client: addauth', async () => {
  const shell = await openCShell(ensemble.connectString);
  try {
    const owner = ensemble.client({ credentials: [{ scheme: 'digest', auth: Buffer.from('anna:secret') }] });
    await owner.create('/c-own', 'x', { acl: [{ perms: 31, scheme: 'auth', id: '' }] });
    await shell.type('sync /', /rc = 0/);
    await shell.type('get /c-own', /\/c-own: rc = -102/);
    await shell.type('addauth digest anna:secret\nget /c-own', /\/c-own: rc = 0/);
  } finally {
    await shell.close();
  }
});

clients('openssl s_client: a handshake with a certificate, and a session through it', async () => {
  const at = ensemble.secureServers[0] ?? '';
  const options = [
    '-connect',
    at,
    '-CAfile',
    caFile,
    '-cert',
    certFile,
    '-key',
    keyFile,
    '-quiet',
    '-verify_return_error',
  ];
  const child = spawn('openssl', ['s_client', ...options], { timeout: 30_000 });
  child.stdin.write(Buffer.from(CONNECT_REQUEST.replaceAll(' ', ''), 'hex'));
  const [greeting] = await once(child.stdout, 'data');
  // The length, protocol version 0, and the timeout that was asked for.
  assert.is(Buffer.from(greeting).subarray(0, 12).toString('hex'), '000000250000000000002710');
  child.kill();
  await once(child, 'close');
});

clients.run();
