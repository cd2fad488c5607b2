/**
 * The settings of security: their checks, their defaults, which of them are secrets, and what no single one of them can
 * know. What is in the files that they name is looked at when an ensemble starts (runtime/security).
 */

import type { ConfigProblem } from '../../core/errors.ts';
import { type Check, flag, listOf, mapOf, oneOf, orNull, text, whole } from './check.ts';
import type { DigestAlgorithm, SecurityConfig, TlsClientAuth, TlsProtocol } from './security-types.ts';
import type { EnsembleConfig } from './types.ts';

const HIDDEN = '(hidden)';
const PROTOCOLS: readonly TlsProtocol[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

const path = text('the path of a file');
const digestAlgorithm = oneOf<DigestAlgorithm>('SHA1', 'SHA-256', 'SHA-384', 'SHA-512');
const superDigest = text('super:<hash>, as the id of a digest', /^super:[A-Za-z0-9+/]+=*$/);
const userName = text('the name of a user');

export const SECURITY_CHECKS = {
  digestAuth: flag(),
  digestAlgorithm,
  superDigest: orNull(secret(superDigest)),
  saslUsers: orNull(secret(mapOf(userName, text('a password')))),
  jaasFile: orNull(path),
  saslSuperUsers: listOf(userName),
  sessionRequireClientSasl: flag(),
  allowSaslFailedClients: flag(),
  enforceAuth: flag(),
  enforceAuthSchemes: listOf(oneOf('digest', 'sasl', 'x509', 'ip')),
  ensembleAuthNames: listOf(text('the name of an ensemble')),
  x509SuperUser: orNull(text('the subject of a certificate')),
  secureClientPort: orNull(whole({ min: 0, max: 65_535 })),
  secureHost: orNull(text('a host name or an address')),
  clientPortUnification: flag(),
  tlsKeyFile: orNull(path),
  tlsCertFile: orNull(path),
  tlsKeyStore: orNull(path),
  tlsKeyPassword: orNull(secret(text('a password'))),
  tlsCaFile: orNull(path),
  tlsClientAuth: oneOf<TlsClientAuth>('need', 'want', 'none'),
  tlsProtocols: listOf(oneOf<TlsProtocol>(...PROTOCOLS)),
} as const;

export const SECURITY_DEFAULTS: SecurityConfig = Object.freeze<SecurityConfig>({
  digestAuth: true,
  digestAlgorithm: 'SHA1',
  superDigest: null,
  saslUsers: null,
  jaasFile: null,
  saslSuperUsers: [],
  sessionRequireClientSasl: false,
  allowSaslFailedClients: false,
  enforceAuth: false,
  enforceAuthSchemes: [],
  ensembleAuthNames: [],
  x509SuperUser: null,
  secureClientPort: null,
  secureHost: null,
  clientPortUnification: false,
  tlsKeyFile: null,
  tlsCertFile: null,
  tlsKeyStore: null,
  tlsKeyPassword: null,
  tlsCaFile: null,
  tlsClientAuth: 'need',
  tlsProtocols: ['TLSv1.2', 'TLSv1.3'],
});

/** The settings that name a file. */
export const SECURITY_FILES = ['jaasFile', 'tlsKeyFile', 'tlsCertFile', 'tlsKeyStore', 'tlsCaFile'] as const;

/** Text even where it reads as a number or as `true`. */
export const SECURITY_TEXTS: ReadonlySet<string> = new Set([
  ...SECURITY_FILES,
  'secureHost',
  'superDigest',
  'tlsKeyPassword',
  'x509SuperUser',
]);

/** Those settings, with paths made absolute. */
export function absoluteFiles(
  values: SecurityConfig,
  absolute: (key: string, path: string) => string,
): Pick<SecurityConfig, (typeof SECURITY_FILES)[number]> {
  const at = (key: (typeof SECURITY_FILES)[number]): string | null => {
    const file = values[key];
    return file === null ? null : absolute(key, file);
  };
  return {
    jaasFile: at('jaasFile'),
    tlsKeyFile: at('tlsKeyFile'),
    tlsCertFile: at('tlsCertFile'),
    tlsKeyStore: at('tlsKeyStore'),
    tlsCaFile: at('tlsCaFile'),
  };
}

/** The configuration as it may be shown: without what is secret, but with the names of users. */
export function withoutSecrets(config: EnsembleConfig): EnsembleConfig {
  const { superDigest, saslUsers, tlsKeyPassword } = config;
  return {
    ...config,
    superDigest: superDigest === null ? null : HIDDEN,
    saslUsers: saslUsers === null ? null : Object.fromEntries(Object.keys(saslUsers).map((user) => [user, HIDDEN])),
    tlsKeyPassword: tlsKeyPassword === null ? null : HIDDEN,
  };
}

/** Whether clients can come by TLS. */
export function hasTls({ secureClientPort, clientPortUnification }: SecurityConfig): boolean {
  return secureClientPort !== null || clientPortUnification;
}

/** What no single setting can know. */
export function checkSecurity(
  config: EnsembleConfig,
  origins: Readonly<Record<string, string>>,
  problems: ConfigProblem[],
): void {
  const complain = (key: keyof SecurityConfig, expected: string, found: string | null): void => {
    const at = `ensemble.${key}`;
    problems.push({ origin: origins[at] ?? 'default', key: at, expected, found });
  };
  checkPorts(config, complain);
  if (hasTls(config)) checkTls(config, complain);
  const hasSasl = config.saslUsers !== null || config.jaasFile !== null;
  const users = 'saslUsers or jaasFile beside it';
  if (config.sessionRequireClientSasl && !hasSasl) complain('sessionRequireClientSasl', users, 'neither');
  if (!config.enforceAuth || config.sessionRequireClientSasl) return;
  const schemes = config.enforceAuthSchemes;
  if (schemes.length === 0) complain('enforceAuthSchemes', 'at least one scheme, since enforceAuth is on', 'none');
  if (schemes.includes('sasl') && !hasSasl) complain('enforceAuthSchemes', users, 'neither, but the scheme sasl');
  if (schemes.includes('digest') && !config.digestAuth) {
    complain('enforceAuthSchemes', 'schemes that there are', 'digest, which digestAuth has switched off');
  }
  if (schemes.includes('x509') && !hasTls(config)) {
    complain(
      'enforceAuthSchemes',
      'secureClientPort or clientPortUnification beside it',
      'neither, but the scheme x509',
    );
  }
}

type Complain = (key: keyof SecurityConfig, expected: string, found: string | null) => void;

function checkPorts({ clientPort, secureClientPort, replicas }: EnsembleConfig, complain: Complain): void {
  if (secureClientPort === null || secureClientPort === 0) return;
  if (secureClientPort + replicas - 1 > 65_535) {
    complain('secureClientPort', `a port that leaves room for ${replicas} replicas below 65536`, `${secureClientPort}`);
  }
  if (clientPort !== 0 && Math.abs(clientPort - secureClientPort) < replicas) {
    const expected = `a port at least ${replicas} away from clientPort (${clientPort}), one for each replica`;
    complain('secureClientPort', expected, `${secureClientPort}`);
  }
}

function checkTls(config: EnsembleConfig, complain: Complain): void {
  const { tlsKeyFile, tlsCertFile, tlsKeyStore, tlsCaFile, tlsClientAuth, tlsProtocols } = config;
  if (tlsKeyStore !== null && (tlsKeyFile !== null || tlsCertFile !== null)) {
    complain('tlsKeyStore', 'a key store, or tlsKeyFile and tlsCertFile, not both', 'both');
  } else if (tlsKeyStore === null && (tlsKeyFile === null || tlsCertFile === null)) {
    const missing = tlsKeyFile === null ? 'tlsKeyFile' : 'tlsCertFile';
    complain(
      missing,
      'a key and its certificate (tlsKeyFile and tlsCertFile, or tlsKeyStore), since TLS is on',
      'nothing',
    );
  }
  if (tlsClientAuth !== 'none' && tlsCaFile === null) {
    complain('tlsCaFile', 'the certificates that sign those of clients, or tlsClientAuth none', 'nothing');
  }
  const used = PROTOCOLS.map((protocol) => tlsProtocols.includes(protocol));
  const count = used.filter(Boolean).length;
  if (count === 0 || used.lastIndexOf(true) - used.indexOf(true) + 1 !== count) {
    complain('tlsProtocols', 'protocols without a gap between them', tlsProtocols.join(', ') || 'none');
  }
}

/** A value that no message may show. */
function secret<Value>(inner: Check<Value>): Check<Value> {
  return (value, key, report) => {
    const problems: ConfigProblem[] = [];
    const checked = inner(value, key, { problems, originOf: report.originOf });
    for (const problem of problems) report.problems.push({ ...problem, found: HIDDEN });
    return checked;
  };
}
