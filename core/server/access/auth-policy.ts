/**
 * What a server's administrator has decided about identities: which schemes there are, who the users are, who is super.
 * The same at all replicas of an ensemble, like the rest of the configuration.
 */

import type { Hash, HashAlgorithm } from '../../auth/hash.ts';

export interface AuthPolicy {
  readonly hash: Hash;
  /** Bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** For ids of the scheme `digest`; null: there is no such scheme. */
  readonly digestAlgorithm: HashAlgorithm | null;
  /** `super:<hash>`: whoever proves this digest may do everything. */
  readonly superDigest: string | null;
  /** Passwords by user, for SASL DIGEST-MD5; null: there is no SASL. */
  readonly saslUsers: ReadonlyMap<string, string> | null;
  /** SASL users who may do everything. */
  readonly saslSuperUsers: ReadonlySet<string>;
  /** A client whose SASL fails keeps its connection, and nothing else. */
  readonly allowSaslFailedClients: boolean;
  /** Whether clients can come through TLS, and so with certificates. */
  readonly hasCertificates: boolean;
  /** The subject of a certificate whose owner may do everything. */
  readonly x509SuperUser: string | null;
  /** Names of this ensemble, one of which a client may ask for; null: there is no such scheme. */
  readonly ensembleNames: ReadonlySet<string> | null;
  /** A client must have an identity of one of these before it may ask for anything; null: nobody has to. */
  readonly enforcedSchemes: ReadonlySet<string> | null;
}

/** The schemes whose ids an ACL may name here, beside `world` and `auth`. */
export function aclSchemesOf(policy: AuthPolicy): ReadonlySet<string> {
  const schemes = new Set(['ip']);
  if (policy.digestAlgorithm !== null) schemes.add('digest');
  if (policy.saslUsers !== null) schemes.add('sasl');
  if (policy.hasCertificates) schemes.add('x509');
  return schemes;
}
