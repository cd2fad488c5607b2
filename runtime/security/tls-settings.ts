/**
 * Makes of the configuration what a TLS port needs: keys and certificates, read once and tried out before anything is
 * started. Java's own key stores cannot be read here; the message says how to make one that can.
 */

import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '../../core/errors.ts';
import type { SecurityConfig, TlsClientAuth, TlsProtocol } from '../config/security-types.ts';

/** Plain values: they travel to the replicas' threads. */
export interface TlsSettings {
  readonly context: Pick<
    SecureContextOptions,
    'key' | 'cert' | 'pfx' | 'passphrase' | 'ca' | 'minVersion' | 'maxVersion'
  >;
  readonly clientAuth: TlsClientAuth;
}

type FileSetting = 'tlsKeyFile' | 'tlsCertFile' | 'tlsKeyStore' | 'tlsCaFile';
type StoreKind = 'pem' | 'pkcs12' | 'jks' | 'unknown';

const PROTOCOLS: readonly TlsProtocol[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
/** The first bytes of Java's JKS and JCEKS. */
const JAVA_STORES: readonly number[] = [0xfeedfeed, 0xcececece];
const DER_SEQUENCE = 0x30;

/** @throws ConfigError that names the setting and its file */
export function readTlsSettings(config: SecurityConfig): TlsSettings {
  const { tlsKeyPassword, tlsCaFile, tlsClientAuth } = config;
  const used = PROTOCOLS.filter((protocol) => config.tlsProtocols.includes(protocol));
  const minVersion = used[0];
  const maxVersion = used.at(-1);
  const context = {
    ...readKey(config),
    ...(tlsKeyPassword === null ? {} : { passphrase: tlsKeyPassword }),
    ...(tlsCaFile === null || tlsClientAuth === 'none' ? {} : { ca: readPem('tlsCaFile', tlsCaFile) }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
  tryOut(context, config);
  return { context, clientAuth: tlsClientAuth };
}

function readKey({ tlsKeyStore, tlsKeyFile, tlsCertFile }: SecurityConfig): TlsSettings['context'] {
  if (tlsKeyStore !== null) return readKeyStore(tlsKeyStore);
  // The configuration was checked: without a key store both are there.
  return { key: readPem('tlsKeyFile', tlsKeyFile ?? ''), cert: readPem('tlsCertFile', tlsCertFile ?? '') };
}

function readKeyStore(path: string): TlsSettings['context'] {
  const bytes = read('tlsKeyStore', path);
  const kind = kindOf(bytes);
  if (kind === 'pkcs12') return { pfx: bytes };
  if (kind === 'pem') return { key: bytes.toString('utf8'), cert: bytes.toString('utf8') };
  const expected = 'a key store in PKCS12 or PEM';
  if (kind === 'unknown') throw problem('tlsKeyStore', path, { expected, found: 'a file of another kind' });
  throw problem('tlsKeyStore', path, { expected, found: `a Java key store; convert it: ${toPkcs12(path)}` });
}

function readPem(setting: FileSetting, path: string): string {
  const bytes = read(setting, path);
  const kind = kindOf(bytes);
  if (kind === 'pem') return bytes.toString('utf8');
  const expected = 'a file in PEM';
  const store = kind === 'jks' ? storeName(path) : path;
  const extract = `openssl pkcs12 -in ${store} ${setting === 'tlsKeyFile' ? '-nocerts' : '-nokeys'} -out ${store}.pem`;
  if (kind === 'jks') {
    throw problem(setting, path, { expected, found: `a Java key store; convert it: ${toPkcs12(path)} && ${extract}` });
  }
  const found = kind === 'pkcs12' ? `PKCS12; convert it: ${extract}` : 'a file of another kind';
  throw problem(setting, path, { expected, found });
}

function toPkcs12(path: string): string {
  return `keytool -importkeystore -srckeystore ${path} -destkeystore ${storeName(path)} -deststoretype PKCS12`;
}

function storeName(path: string): string {
  return `${path.replace(/\.[^./]*$/, '')}.p12`;
}

function kindOf(bytes: Buffer): StoreKind {
  if (bytes.includes('-----BEGIN ')) return 'pem';
  if (bytes.length >= 4 && JAVA_STORES.includes(bytes.readUInt32BE(0))) return 'jks';
  return bytes[0] === DER_SEQUENCE ? 'pkcs12' : 'unknown';
}

function read(setting: FileSetting, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw problem(setting, path, { expected: 'a file that can be read', found });
  }
}

/** Finds out what only OpenSSL knows: a wrong password, a key of another certificate. */
function tryOut(context: TlsSettings['context'], { tlsKeyStore, tlsKeyFile }: SecurityConfig): void {
  try {
    createSecureContext(context);
  } catch (error) {
    const [setting, path] =
      tlsKeyStore === null ? ['tlsKeyFile' as const, tlsKeyFile ?? ''] : ['tlsKeyStore' as const, tlsKeyStore];
    const found = error instanceof Error ? error.message : String(error);
    throw problem(setting, path, { expected: 'a key, its certificate and, where it has one, its password', found });
  }
}

function problem(
  setting: FileSetting,
  path: string,
  { expected, found }: { readonly expected: string; readonly found: string },
): ConfigError {
  return new ConfigError([{ origin: path, key: `ensemble.${setting}`, expected, found }]);
}
