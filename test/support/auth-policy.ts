/** What replicas in tests think of identities: as with the defaults of the configuration, and with nothing left to chance. */
import type { AuthPolicy } from '../../core/server/access/auth-policy.ts';
import { hash } from '../../runtime/security/hash.ts';

export const AUTH_DEFAULTS: AuthPolicy = {
  hash,
  randomBytes: (count) => new Uint8Array(count).fill(7),
  digestAlgorithm: 'sha1',
  superDigest: null,
  saslUsers: null,
  saslSuperUsers: new Set(),
  allowSaslFailedClients: false,
  hasCertificates: false,
  x509SuperUser: null,
  ensembleNames: null,
  enforcedSchemes: null,
};
