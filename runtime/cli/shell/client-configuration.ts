/**
 * The file of `-client-configuration`: Java properties with the settings of ZooKeeper's client, read once. What our client
 * can do is done; what would change how a connection is made and cannot be done is an error. Everything else is passed
 * over, as zkCli does: the file may hold settings of other programs.
 *
 *     zookeeper.client.secure=true
 *     zookeeper.ssl.keyStore.location=/etc/zk/client.pem       PEM or PKCS12; with .password or .passwordPath
 *     zookeeper.ssl.trustStore.location=/etc/zk/ca.pem         PEM
 *     zookeeper.ssl.hostnameVerification=true
 *     java.security.auth.login.config=/etc/zk/jaas.conf        SASL DIGEST-MD5, as the user in its section Client
 *     zookeeper.sasl.clientconfig=Client
 *     zookeeper.sasl.client=true
 *
 * The login configuration is an option of the JVM with zkCli; ours has none, so it stands with the others.
 */

import { readFileSync } from 'node:fs';
import { ConfigError } from '../../../core/errors.ts';
import type { ClientOptions } from '../../client/options.ts';
import type { SaslCredentials } from '../../client/sasl-login.ts';
import type { ClientTls } from '../../client/tls-transport.ts';
import { decodeProperties, PropertySyntaxError, parseProperties } from '../../config/zoo-cfg/java-properties.ts';
import { readJaasSection } from '../../security/jaas-file.ts';

const JAAS_FILE = 'java.security.auth.login.config';

/** @throws ConfigError for a file that cannot be read, or a setting in it that cannot be met */
export function readClientConfiguration(file: string): Pick<ClientOptions, 'tls' | 'sasl'> {
  const properties = readProperties(file);
  const settings: Settings = {
    file,
    get: (key) => {
      const value = properties.get(key)?.trim();
      return value === '' ? undefined : value;
    },
  };
  return {
    tls: settings.get('zookeeper.client.secure') === 'true' ? readTls(settings) : undefined,
    sasl: readSasl(settings),
  };
}

interface Settings {
  /** Where they come from. */
  readonly file: string;
  readonly get: (key: string) => string | undefined;
}

/** Of a key that comes twice the last one counts. */
function readProperties(file: string): ReadonlyMap<string, string> {
  const text = decodeProperties(readFile(file, { key: '-client-configuration', origin: file }));
  try {
    return new Map(parseProperties(text).map(({ key, value }) => [key, value]));
  } catch (error) {
    if (!(error instanceof PropertySyntaxError)) throw error;
    throw refused(file, `line ${error.line}`, "the syntax of Java's properties", error.message);
  }
}

function readTls(settings: Settings): ClientTls {
  const key = readStore(settings, 'keyStore');
  const trust = readStore(settings, 'trustStore');
  if (trust?.kind === 'PKCS12') {
    const found = 'PKCS12; convert it: openssl pkcs12 -nokeys';
    throw refused(settings.file, 'zookeeper.ssl.trustStore.location', 'a file in PEM', found);
  }
  const checksName = settings.get('zookeeper.ssl.hostnameVerification') !== 'false';
  return {
    ...(key === null ? {} : key.kind === 'PEM' ? { key: key.bytes, cert: key.bytes } : { pfx: key.bytes }),
    ...(key?.password === undefined ? {} : { passphrase: key.password }),
    ...(trust === null ? {} : { ca: trust.bytes }),
    ...(checksName ? {} : { checkServerIdentity: () => undefined }),
  };
}

interface Store {
  readonly kind: 'PEM' | 'PKCS12';
  readonly bytes: Buffer;
  readonly password: string | undefined;
}

const DER_SEQUENCE = 0x30;

function readStore({ file, get }: Settings, which: 'keyStore' | 'trustStore'): Store | null {
  const key = `zookeeper.ssl.${which}.location`;
  const location = get(key);
  if (location === undefined) return null;
  const bytes = readFile(location, { key, origin: file });
  const password = readPassword({ file, get }, which);
  // By what is in it: of the setting's type and the file's name either may be missing.
  if (bytes.includes('-----BEGIN ')) return { kind: 'PEM', bytes, password };
  if (bytes[0] === DER_SEQUENCE) return { kind: 'PKCS12', bytes, password };
  const expected = 'a file in PEM or PKCS12 (keytool -importkeystore -deststoretype PKCS12 makes one of a JKS)';
  throw refused(file, key, expected, location);
}

function readPassword({ file, get }: Settings, which: string): string | undefined {
  const key = `zookeeper.ssl.${which}.passwordPath`;
  const path = get(key);
  if (path === undefined) return get(`zookeeper.ssl.${which}.password`);
  return readFile(path, { key, origin: file }).toString('utf8').trim();
}

function readSasl({ file, get }: Settings): SaslCredentials | undefined {
  const path = get(JAAS_FILE);
  if (path === undefined || get('zookeeper.sasl.client') === 'false') return undefined;
  const section = get('zookeeper.sasl.clientconfig') ?? 'Client';
  const options = readLogin(file, path, section);
  const user = options?.get('username');
  const password = options?.get('password');
  if (user !== undefined && password !== undefined) return { user, password };
  throw refused(file, JAAS_FILE, `a section ${section} with username and password, for DIGEST-MD5`, path);
}

function readLogin(file: string, path: string, section: string): ReadonlyMap<string, string> | null {
  const text = readFile(path, { key: JAAS_FILE, origin: file }).toString('utf8');
  try {
    return readJaasSection(text, section);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(path, section, 'a login configuration of Java', error.message);
  }
}

function readFile(path: string, { key, origin }: { readonly key: string; readonly origin: string }): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw refused(origin, key, 'a file that can be read', error instanceof Error ? error.message : String(error));
  }
}

function refused(origin: string, key: string, expected: string, found: string): ConfigError {
  return new ConfigError([{ origin, key, expected, found }]);
}
