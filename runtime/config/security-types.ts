/** The part of the ensemble's configuration that says who may connect, who is who, and who may do what. */

export type DigestAlgorithm = 'SHA1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
export type TlsClientAuth = 'need' | 'want' | 'none';
export type TlsProtocol = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export interface SecurityConfig {
  /** Whether the scheme `digest` exists. Default true. */
  readonly digestAuth: boolean;
  /** What ids of that scheme are hashed with. Another one than all of the stored ids' makes those useless. Default SHA1. */
  readonly digestAlgorithm: DigestAlgorithm;
  /** `super:<hash>`, an id of the scheme `digest`: whoever proves it may do everything. Secret. Default null: nobody. */
  readonly superDigest: string | null;
  /** Passwords by user, for SASL DIGEST-MD5; they win over those of `jaasFile`. Secret. Default null: none. */
  readonly saslUsers: Readonly<Record<string, string>> | null;
  /** A Java login configuration; the entries `user_<name>="<password>"` of its section `Server` are SASL users. Default null. */
  readonly jaasFile: string | null;
  /** SASL users who may do everything. Default none. */
  readonly saslSuperUsers: readonly string[];
  /** Clients must authenticate themselves by SASL before they ask for anything. Default false. */
  readonly sessionRequireClientSasl: boolean;
  /** A client whose SASL fails keeps its connection, without an identity. Default false. */
  readonly allowSaslFailedClients: boolean;
  /** Clients must have an identity of one of `enforceAuthSchemes` before they ask for anything. Default false. */
  readonly enforceAuth: boolean;
  /** Of `digest`, `sasl`, `x509`, `ip`. Default none. */
  readonly enforceAuthSchemes: readonly string[];
  /** Names of this ensemble: a client that asks for another one (scheme `ensemble`) is hung up on. Default none: no such scheme. */
  readonly ensembleAuthNames: readonly string[];
  /** The subject of a client certificate, as in an ACL: its owner may do everything. Default null: nobody. */
  readonly x509SuperUser: string | null;
  /** Replica i listens for TLS on secureClientPort + i - 1. 0: a free port for each. Default null: no such port. */
  readonly secureClientPort: number | null;
  /** Address that it listens on. Default null: the one of the plain port. */
  readonly secureHost: string | null;
  /** The plain client port takes TLS too, told apart by a connection's first byte. Default false. */
  readonly clientPortUnification: boolean;
  /** PEM: the private key, and the certificate with those that sign it. Absolute. Default null. */
  readonly tlsKeyFile: string | null;
  readonly tlsCertFile: string | null;
  /** In place of both: one file with key and certificates, PKCS12 or PEM. Absolute. Default null. */
  readonly tlsKeyStore: string | null;
  /** Of the key or the key store. Secret. Default null: none. */
  readonly tlsKeyPassword: string | null;
  /** PEM: the certificates by which clients' certificates must be signed. Absolute. Default null. */
  readonly tlsCaFile: string | null;
  /** Whether a client must show a certificate, may, or is not asked. Default need. */
  readonly tlsClientAuth: TlsClientAuth;
  /** Default TLSv1.2 and TLSv1.3. */
  readonly tlsProtocols: readonly TlsProtocol[];
}
