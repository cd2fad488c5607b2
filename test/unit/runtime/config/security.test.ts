/** The settings of security as files, variables and flags may say them, and what of them is shown. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../../../core/errors.ts';
import { printConfig } from '../../../../runtime/cli/config.ts';
import { loadConfig } from '../../../../runtime/config/load.ts';
import type { EnsembleConfig } from '../../../../runtime/config/types.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../support/temporary-directory.ts';

const security = suite('runtime/config/security');

const directory = makeTemporaryDirectory('config-security');
security.after(() => directory.remove());

type Env = Readonly<Record<string, string>>;

async function load(ensemble: object, env: Env = {}): Promise<EnsembleConfig> {
  const { config } = await loadConfig({ inline: { ensemble }, env, cwd: directory.path });
  return config.ensemble;
}

/** What is wrong, one line for each problem. */
async function problems(ensemble: object, env: Env = {}): Promise<string> {
  return (await assert.rejects(load(ensemble, env), ConfigError)).message;
}

security('by default there is digest, nobody is super, nothing speaks TLS and nothing is asked for', async () => {
  const config = await load({});
  assert.is(config.digestAuth, true);
  assert.is(config.digestAlgorithm, 'SHA1');
  assert.is(config.superDigest, null);
  assert.is(config.saslUsers, null);
  assert.is(config.enforceAuth, false);
  assert.is(config.secureClientPort, null);
  assert.is(config.tlsClientAuth, 'need');
  assert.equal(config.tlsProtocols, ['TLSv1.2', 'TLSv1.3']);
});

security('paths start where they are written; variables are text even where they look like numbers', async () => {
  const config = await load(
    { jaasFile: 'jaas.conf', secureClientPort: 0, tlsKeyStore: 'keys.p12', tlsClientAuth: 'none' },
    {
      THREADKEEPER_TLS_KEY_PASSWORD: '123456',
      THREADKEEPER_SASL_USERS: '{"bob":"secret"}',
      THREADKEEPER_SASL_SUPER_USERS: '["bob"]',
    },
  );
  assert.is(config.jaasFile, join(directory.path, 'jaas.conf'));
  assert.is(config.tlsKeyStore, join(directory.path, 'keys.p12'));
  assert.is(config.tlsKeyPassword, '123456');
  assert.equal(config.saslUsers, { bob: 'secret' });
  assert.equal(config.saslSuperUsers, ['bob']);
});

security('no problem shows a secret, however wrong it is', async () => {
  const secret = 'hunter2';
  for (const ensemble of [
    { superDigest: secret },
    { superDigest: [secret] },
    { saslUsers: { bob: [secret] } },
    { saslUsers: secret },
    { tlsKeyPassword: { is: secret } },
  ]) {
    const told = await problems(ensemble);
    assert.match(told, '(hidden)');
    assert.not.match(told, secret);
  }
  assert.not.match(await problems({}, { THREADKEEPER_SASL_USERS: secret }), secret);
});

security('what is printed shows who the users are, and no secret', async () => {
  const file = join(directory.path, 'secrets.json');
  const ensemble = { superDigest: 'super:hash', saslUsers: { bob: 'word-1' }, tlsKeyPassword: 'word-2' };
  writeFileSync(file, JSON.stringify({ ensemble }));
  const { log } = console;
  let printed = '';
  console.log = (text: string) => {
    printed += `${text}\n`;
  };
  try {
    for (const origins of [true, false]) assert.is(await printConfig({ files: [file], origins }), 0);
  } finally {
    console.log = log;
  }
  assert.match(printed, 'ensemble.saslUsers = {"bob":"(hidden)"}');
  assert.match(printed, '"superDigest": "(hidden)"');
  assert.match(printed, '"tlsKeyPassword": "(hidden)"');
  assert.not.match(printed, /super:hash|word-1|word-2/);
});

for (const [ensemble, problem] of [
  [{ secureClientPort: 2281, tlsClientAuth: 'none' }, 'tlsKeyFile: expected a key and its certificate'],
  [{ clientPortUnification: true, tlsKeyFile: 'k', tlsClientAuth: 'none' }, 'tlsCertFile: expected a key and'],
  [
    { secureClientPort: 2281, tlsKeyStore: 's', tlsKeyFile: 'k', tlsCaFile: 'c' },
    'tlsKeyStore: expected a key store, or',
  ],
  [{ secureClientPort: 2281, tlsKeyStore: 's' }, 'tlsCaFile: expected the certificates that sign those of clients'],
  [
    { secureClientPort: 65_535, tlsKeyStore: 's', tlsCaFile: 'c' },
    'secureClientPort: expected a port that leaves room',
  ],
  [{ secureClientPort: 2183, tlsKeyStore: 's', tlsCaFile: 'c' }, 'secureClientPort: expected a port at least 3 away'],
  [
    { secureClientPort: 0, tlsKeyStore: 's', tlsCaFile: 'c', tlsProtocols: ['TLSv1.1', 'TLSv1.3'] },
    'tlsProtocols: expected protocols without a gap',
  ],
  [{ sessionRequireClientSasl: true }, 'sessionRequireClientSasl: expected saslUsers or jaasFile'],
  [{ enforceAuth: true }, 'enforceAuthSchemes: expected at least one scheme'],
  [{ enforceAuth: true, enforceAuthSchemes: ['sasl'] }, 'enforceAuthSchemes: expected saslUsers or jaasFile'],
  [{ enforceAuth: true, enforceAuthSchemes: ['x509'] }, 'enforceAuthSchemes: expected secureClientPort'],
  [
    { enforceAuth: true, enforceAuthSchemes: ['digest'], digestAuth: false },
    'found digest, which digestAuth has switched off',
  ],
  [{ digestAlgorithm: 'MD5' }, 'digestAlgorithm: expected'],
  [{ superDigest: 'root:hash' }, 'superDigest: expected super:<hash>'],
] as [object, string][]) {
  security(`${JSON.stringify(ensemble)} is told: ${problem}`, async () => {
    assert.match(await problems(ensemble), problem);
  });
}

security.run();
