// timeout: 120s
/** `threadkeeper cli -client-configuration FILE` against an ensemble that asks who its clients are. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { makeAuthority } from '../support/certificates.ts';
import { runCli } from '../support/cli-process.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const t = suite('scenario/cli with TLS and SASL', { timeoutMs: 60_000 });

const directory = makeTemporaryDirectory('cli-secure');
const authority = makeAuthority();
const server = authority.issue('server');
const anna = authority.issue([[['2.5.4.3', 0x0c, 'anna']]]);
let ensemble: TestEnsemble;

function file(name: string, ...lines: readonly string[]): string {
  const path = join(directory.path, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

t.before(async () => {
  ensemble = await startTestEnsemble({
    replicas: 1,
    secureClientPort: 0,
    tlsKeyFile: file('server.key', server.key),
    tlsCertFile: file('server.crt', server.cert),
    tlsCaFile: file('ca.pem', authority.cert),
    saslUsers: { bob: 'bobs secret' },
  });
});
t.after(async () => {
  await ensemble.close();
  directory.remove();
});

function secure(configuration: string, ...command: readonly string[]) {
  return runCli(['-server', ensemble.secureServers[0] ?? '', '-client-configuration', configuration, ...command]);
}

const TRUST = `zookeeper.ssl.trustStore.location = ${join(directory.path, 'ca.pem')}`;

t('a certificate in PEM is who the shell is', async () => {
  const keyStore = file('anna.pem', anna.key, anna.cert);
  const configuration = file(
    'tls.properties',
    '# as for zkCli.sh',
    'zookeeper.client.secure=true',
    'zookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty',
    `zookeeper.ssl.keyStore.location=${keyStore}`,
    TRUST,
  );
  const { stdout, stderr, exitCode } = await secure(configuration, 'whoami');
  assert.equal([stderr, exitCode], ['', 0]);
  assert.match(stdout, /^x509: CN=anna$/m);
});

t('without a certificate the server is not reached', async () => {
  const { exitCode, stderr } = await secure(file('bare.properties', 'zookeeper.client.secure=true', TRUST), 'ls', '/');
  assert.is(exitCode, 3);
  assert.match(stderr, 'cannot connect to');
});

t('a login configuration makes the shell a SASL user', async () => {
  const jaas = file(
    'jaas.conf',
    'Client {',
    '  org.apache.zookeeper.server.auth.DigestLoginModule required',
    '  username="bob"',
    '  password="bobs secret";',
    '};',
  );
  const configuration = file('sasl.properties', `java.security.auth.login.config=${jaas}`);
  const { stdout, exitCode } = await runCli([
    '-server',
    ensemble.connectString,
    '-client-configuration',
    configuration,
    'whoami',
  ]);
  assert.is(exitCode, 0);
  assert.match(stdout, /^sasl: bob$/m);
});

t('what cannot be met is refused with exit code 2, and no secret is told', async () => {
  const cases: readonly (readonly [lines: readonly string[], told: RegExp])[] = [
    [['zookeeper.client.secure=true', 'zookeeper.ssl.keyStore.location=/nope.pem'], /keyStore\.location.*ENOENT/],
    [
      ['zookeeper.client.secure=true', `zookeeper.ssl.trustStore.location=${file('store.jks', 'þíþí')}`],
      /PEM or PKCS12 \(keytool/,
    ],
    [[`java.security.auth.login.config=${file('empty.conf', 'Server { a.B required; };')}`], /a section Client with/],
    [[`java.security.auth.login.config=${file('broken.conf', 'Client { geheim')}`], /a login configuration/],
    [['a=\\u12'], /line 1.*syntax of Java/],
  ];
  for (const [index, [lines, told]] of cases.entries()) {
    const { exitCode, stderr, stdout } = await secure(file(`wrong-${index}.properties`, ...lines), 'ls', '/');
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, told);
    assert.is(stdout, '');
    assert.not.match(stderr, /geheim/);
  }
  assert.is((await secure('/nope.properties', 'ls', '/')).exitCode, 2);
});

t.run();
