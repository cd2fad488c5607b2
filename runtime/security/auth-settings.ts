/**
 * Makes of the configuration what a replica's thread needs to judge identities. Read once, before anything is started: a
 * file that cannot be used is told like every other wrong setting, and all replicas have read the same.
 */

import { readFileSync } from 'node:fs';
import type { HashAlgorithm } from '../../core/auth/hash.ts';
import { ConfigError } from '../../core/errors.ts';
import type { AuthPolicy } from '../../core/server/access/auth-policy.ts';
import { hasTls } from '../config/security.ts';
import type { DigestAlgorithm, SecurityConfig } from '../config/security-types.ts';
import { hash, randomBytes } from './hash.ts';
import { readJaasUsers } from './jaas-file.ts';

/** The policy without its functions, which do not travel between threads. */
export type AuthSettings = Omit<AuthPolicy, 'hash' | 'randomBytes'>;

const JAAS_SECTION = 'Server';
const HASH_NAMES: Readonly<Record<DigestAlgorithm, HashAlgorithm>> = {
  SHA1: 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** @throws ConfigError when the file of users cannot be read, or holds none */
export function readAuthSettings(config: SecurityConfig): AuthSettings {
  const users = readUsers(config);
  return {
    digestAlgorithm: config.digestAuth ? HASH_NAMES[config.digestAlgorithm] : null,
    superDigest: config.superDigest,
    saslUsers: users,
    saslSuperUsers: new Set(config.saslSuperUsers),
    allowSaslFailedClients: config.allowSaslFailedClients,
    hasCertificates: hasTls(config),
    x509SuperUser: config.x509SuperUser,
    ensembleNames: config.ensembleAuthNames.length === 0 ? null : new Set(config.ensembleAuthNames),
    enforcedSchemes: enforcedSchemes(config),
  };
}

/** In a replica's thread. */
export function authPolicy(settings: AuthSettings): AuthPolicy {
  return { ...settings, hash, randomBytes };
}

function enforcedSchemes(config: SecurityConfig): ReadonlySet<string> | null {
  if (config.sessionRequireClientSasl) return new Set(['sasl']);
  return config.enforceAuth ? new Set(config.enforceAuthSchemes) : null;
}

function readUsers({ saslUsers, jaasFile }: SecurityConfig): ReadonlyMap<string, string> | null {
  if (saslUsers === null && jaasFile === null) return null;
  const fromFile = jaasFile === null ? [] : readUsersFile(jaasFile);
  return new Map([...fromFile, ...Object.entries(saslUsers ?? {})]);
}

function readUsersFile(path: string): ReadonlyMap<string, string> {
  const expected = `a login configuration with a section ${JAAS_SECTION} and users (user_<name>="<password>") in it`;
  const refused = (found: string): ConfigError =>
    new ConfigError([{ origin: path, key: 'ensemble.jaasFile', expected, found }]);
  let users: ReadonlyMap<string, string> | null;
  try {
    users = readJaasUsers(readFileSync(path, 'utf8'), JAAS_SECTION);
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
  if (users === null) throw refused(`no section ${JAAS_SECTION}`);
  if (users.size === 0) throw refused('no users; of SASL only DIGEST-MD5 is there, no Kerberos');
  return users;
}
