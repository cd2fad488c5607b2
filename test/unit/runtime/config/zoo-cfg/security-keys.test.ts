/** The keys of a zoo.cfg that are about security, as settings of ours. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../../../../core/errors.ts';
import { type LoadedConfig, loadConfig } from '../../../../../runtime/config/load.ts';
import { assert, suite } from '../../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../../support/temporary-directory.ts';

const keys = suite('runtime/config/zoo-cfg/security-keys');

const directory = makeTemporaryDirectory('zoo-cfg-security');
keys.after(() => directory.remove());

function load(lines: readonly string[]): Promise<LoadedConfig> {
  const file = join(directory.path, 'zoo.cfg');
  writeFileSync(file, ['dataDir=zk', 'clientPort=2181', ...lines].join('\n'));
  // ZooKeeper's paths start where its server was started, which is not where the file is.
  return loadConfig({ file, env: {}, cwd: join(directory.path, 'elsewhere') });
}

keys('what secures a ZooKeeper server secures ours', async () => {
  const { config, warnings } = await load([
    'secureClientPort=2281',
    'secureClientPortAddress=127.0.0.1',
    'client.portUnification=true',
    'ssl.keyStore.location=keys.p12',
    'ssl.keyStore.password=123456',
    'ssl.trustStore.location=/etc/ca.pem',
    'ssl.clientAuth=WANT',
    'ssl.enabledProtocols=TLSv1.2, TLSv1.3',
    'DigestAuthenticationProvider.superDigest=super:aGFzaA==',
    'zookeeper.DigestAuthenticationProvider.digestAlg=SHA-1',
    'java.security.auth.login.config=jaas.conf',
    'superUser=root',
    'X509AuthenticationProvider.superUser=CN=root',
    'enforce.auth.enabled=true',
    'enforce.auth.schemes=digest,sasl',
    'authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
    'ensembleAuthName=blue,green',
  ]);
  const { ensemble } = config;
  assert.equal(
    [ensemble.secureClientPort, ensemble.secureHost, ensemble.clientPortUnification],
    [2281, '127.0.0.1', true],
  );
  assert.is(ensemble.tlsKeyStore, join(directory.path, 'elsewhere', 'keys.p12'));
  assert.equal(
    [ensemble.tlsKeyPassword, ensemble.tlsCaFile, ensemble.tlsClientAuth],
    ['123456', '/etc/ca.pem', 'want'],
  );
  assert.equal(ensemble.tlsProtocols, ['TLSv1.2', 'TLSv1.3']);
  assert.equal([ensemble.superDigest, ensemble.digestAlgorithm], ['super:aGFzaA==', 'SHA1']);
  assert.is(ensemble.jaasFile, join(directory.path, 'elsewhere', 'jaas.conf'));
  assert.equal([ensemble.saslSuperUsers, ensemble.x509SuperUser], [['root'], 'CN=root']);
  assert.equal([ensemble.enforceAuth, ensemble.enforceAuthSchemes], [true, ['digest', 'sasl']]);
  assert.equal(ensemble.ensembleAuthNames, ['blue', 'green']);
  // In a zoo.cfg it is nothing to ZooKeeper itself.
  assert.is(warnings.length, 1);
  assert.match(String(warnings[0]), 'java.security.auth.login.config counts here');
});

for (const [algorithm, ours] of [
  ['SHA1', 'SHA1'],
  ['SHA', 'SHA1'],
  ['sha-256', 'SHA-256'],
  ['SHA512', 'SHA-512'],
] as const) {
  keys(`Java's ${algorithm} is our ${ours}`, async () => {
    const { config } = await load([`DigestAuthenticationProvider.digestAlg=${algorithm}`]);
    assert.is(config.ensemble.digestAlgorithm, ours);
  });
}

keys('what is wrong with a secret is told without it', async () => {
  const error = await assert.rejects(load(['DigestAuthenticationProvider.superDigest=hunter2']), ConfigError);
  assert.match(error.message, 'superDigest: expected super:<hash>');
  assert.not.match(error.message, 'hunter2');
});

keys.run();
