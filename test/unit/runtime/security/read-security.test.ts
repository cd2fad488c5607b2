/** What an ensemble reads of its files before it starts, and what it says of those that cannot be used. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../../../core/errors.ts';
import { SECURITY_DEFAULTS } from '../../../../runtime/config/security.ts';
import type { SecurityConfig } from '../../../../runtime/config/security-types.ts';
import { readSecurity, type SecuritySettings } from '../../../../runtime/security/read-security.ts';
import { makeAuthority } from '../../../support/certificates.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../support/temporary-directory.ts';

const security = suite('security/read-security');

const directory = makeTemporaryDirectory('read-security');
security.after(() => directory.remove());

const authority = makeAuthority();
const { key, cert } = authority.issue('server');

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory.path, name);
  writeFileSync(path, content);
  return path;
}

const keyFile = file('key.pem', key);
const certFile = file('cert.pem', cert);
const caFile = file('ca.pem', authority.cert);

function read(config: Partial<SecurityConfig>): Promise<SecuritySettings> {
  return readSecurity({ ...SECURITY_DEFAULTS, ...config });
}

function readTls(config: Partial<SecurityConfig>): Promise<SecuritySettings> {
  return read({ secureClientPort: 0, tlsCaFile: caFile, ...config });
}

async function problem(settings: Promise<SecuritySettings>): Promise<string> {
  return (await assert.rejects(settings, ConfigError)).message;
}

security('users of the configuration win over those of the login file', async () => {
  const jaasFile = file('jaas.conf', 'Server { m required user_bob="old" user_eve="e"; };');
  const { auth } = await read({ jaasFile, saslUsers: { bob: 'new' } });
  assert.equal(
    [...(auth.saslUsers ?? [])],
    [
      ['bob', 'new'],
      ['eve', 'e'],
    ],
  );
  assert.is((await read({})).auth.saslUsers, null);
});

security('a login file that cannot be used is told by its name, without what is in it', async () => {
  for (const [name, content, found] of [
    ['none.conf', 'Client { m required user_bob="secret"; };', 'no section Server'],
    ['kerberos.conf', 'Server { m required useKeyTab=true; };', 'no Kerberos'],
    ['broken.conf', 'Server { m required user_bob="secret" }', 'line 1: expected an option'],
  ] as const) {
    const told = await problem(read({ jaasFile: file(name, content) }));
    assert.match(told, `${name}: ensemble.jaasFile: expected a login configuration`);
    assert.match(told, found);
    assert.not.match(told, 'secret');
  }
  assert.match(await problem(read({ jaasFile: join(directory.path, 'nowhere') })), 'ENOENT');
});

security('SASL asked for is the one scheme that is enforced, whatever else is', async () => {
  const { auth } = await read({
    saslUsers: {},
    sessionRequireClientSasl: true,
    enforceAuth: true,
    enforceAuthSchemes: ['ip'],
  });
  assert.equal(auth.enforcedSchemes, new Set(['sasl']));
  assert.is((await read({ enforceAuthSchemes: ['ip'] })).auth.enforcedSchemes, null);
});

security('keys come from two files in PEM, from one, or from PKCS12', async () => {
  assert.is((await read({})).tls, null);
  const two = await readTls({ tlsKeyFile: keyFile, tlsCertFile: certFile });
  assert.is(two.tls?.context.ca, authority.cert);
  assert.is(two.tls?.context.minVersion, 'TLSv1.2');
  assert.is(two.auth.hasCertificates, true);
  const one = await readTls({ tlsKeyStore: file('both.pem', key + cert), tlsClientAuth: 'none' });
  assert.is(one.tls?.context.ca, undefined);
  const store = file('store.p12', Buffer.from(STORE, 'base64'));
  const { tls } = await readTls({ tlsKeyStore: store, tlsKeyPassword: 'changeit', tlsProtocols: ['TLSv1.3'] });
  assert.is(tls?.context.minVersion, 'TLSv1.3');
});

security('a Java key store is told with the command that converts it', async () => {
  const jks = file('keys.jks', Buffer.from('feedfeed00000002', 'hex'));
  const command =
    'keytool -importkeystore -srckeystore \\S*/keys.jks -destkeystore \\S*/keys.p12 -deststoretype PKCS12';
  assert.match(await problem(readTls({ tlsKeyStore: jks })), new RegExp(`ensemble.tlsKeyStore: .*${command}`));
  const trust = problem(readTls({ tlsKeyFile: keyFile, tlsCertFile: certFile, tlsCaFile: jks }));
  assert.match(await trust, new RegExp(`ensemble.tlsCaFile: .*${command} && openssl pkcs12 -in \\S*/keys.p12 -nokeys`));
});

security('what cannot be read, or does not fit together, is told with its file', async () => {
  const store = file('other.p12', Buffer.from(STORE, 'base64'));
  const wrong = await problem(readTls({ tlsKeyStore: store, tlsKeyPassword: 'guess' }));
  assert.match(wrong, /other\.p12: ensemble\.tlsKeyStore: expected a key, its certificate and, .*mac verify failure/);
  assert.not.match(wrong, 'guess');
  assert.match(await problem(readTls({ tlsKeyFile: keyFile, tlsCertFile: caFile })), /key\.pem: .*key values mismatch/);
  assert.match(await problem(readTls({ tlsKeyFile: store, tlsCertFile: certFile })), 'openssl pkcs12 -in');
  assert.match(await problem(readTls({ tlsKeyStore: file('text', 'hello') })), 'a file of another kind');
  assert.match(await problem(readTls({ tlsKeyStore: join(directory.path, 'nowhere') })), 'ENOENT');
});

security.run();

/** A key with a certificate of its own, under the password changeit. */
const STORE = `MIIEDAIBAzCCA8IGCSqGSIb3DQEHAaCCA7MEggOvMIIDqzCCAmIGCSqGSIb3DQEHBqCCAlMwggJPAgEAMIICSAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEF
DTBKMCkGCSqGSIb3DQEFDDAcBAiIBOL/01mlxgICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJ9c2Qz5HnK4/zTylK1FDVSAggHgnmUYNF/h
hQw2oPJIUOddIr7/0v6htS9ngE9/Tr9FFP7qc6o3Uvt/ihv1Y2pkoNib3hz5HeJ/SFuPwUvx2sjzz/x0jkRC85Yv36TiAJ3ZVy3IUnct5hL+szjo/ahk
jftCo5/ljyF2w/dtXvfd2LomUXCNSVn1U90xikDbEDaXGcrhj1Fd15kzjLKG9TKNn/RzWYM/a+Tc6vWTYdGg8Rk8WEZG8xLvNJI3Wy1G0V86IPX6+3AM
Bt5z82XA5cULqDc1+TcMjFtxRJhnyGoZdo9AfAtEMaT9cPUhjBTERPLE3ah8kaf511KNc9UQdMHEgRVqUK5qpThAM6+snPHwvOBIvuXFUlfGWe/26NEg
FAvJjuujWARtMc+wPOqTL3qYq6NUKr5VZymYDbUsBWc6fYOmzV7SInuFenHxlha5OLbKTBigv/t6ByfiMisT/je8fyH6G59mUoJe7DZVwgUeeAgjttTp
co4Kg/OMHisH7lAau4YJ8phwHNCnnfBDtRrS3i/XnoJetfTrGMtRQfj8yW7CkeJV62byeu+dPe2/xM+v4vODEuaZpBFR4fqDfUYAz64hM1aQ1rjPRNQI
/cw48sAcpHcT5Wlb/StaVPfxTLPp+DGhpCgMWgl1RN3bvzfNU+YQMIIBQQYJKoZIhvcNAQcBoIIBMgSCAS4wggEqMIIBJgYLKoZIhvcNAQwKAQKgge8w
gewwVwYJKoZIhvcNAQUNMEowKQYJKoZIhvcNAQUMMBwECGBj7RwQqaP9AgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQArTjz4cXFZalHziM
y6bAyASBkNcbg+Dmd4Zh7+lqLPWjjFO/ngAVZB0orO+9hamEnXQ2R5Cyl9oPvrfdWqG8GHLz3hrj+HUFOTCDjnUcqrCLI3D6ce54TUUzrU9YhY6GcJSR
vhqzk33dtaLMJQsYSxwU8xYm36d7/kcXZ/5DH4uT8D6MNfFvmN/d3QKONA8KFzFxGcdExB5q/3ZnCTNI7nSOuTElMCMGCSqGSIb3DQEJFTEWBBRGlkZn
flCchOO0ft31xBaYkh0n5jBBMDEwDQYJYIZIAWUDBAIBBQAEIBY8cygD0qN4qtmIMzg7wHYzIqGsEntvpbmDaJLmuVPtBAigAquhIlIF8wICCAA=`;
