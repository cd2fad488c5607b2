/**
 * The client's side of SASL DIGEST-MD5: answers a server's challenge, and checks that the server knows the password too.
 *
 *     fresh ──challenge──▶ answered ──rspauth──▶ done
 */

import { FIRST_NONCE_COUNT, type Proof, proofOf, QUALITY, SASL_REALM, SASL_URI } from './digest-md5.ts';
import { equalSecrets, type Hash } from './hash.ts';
import { parseDirectives, quote, SaslError } from './sasl-directives.ts';

export interface SaslClientOptions {
  readonly hash: Hash;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly user: string;
  readonly password: string;
}

const NONCE_BYTES = 30;

export class DigestMd5Client {
  readonly #options: SaslClientOptions;
  #proof: Proof | null = null;

  constructor(options: SaslClientOptions) {
    this.#options = options;
  }

  /** @returns what to send; null once the server has proved itself @throws SaslError when it has not */
  answer(token: Uint8Array): Uint8Array | null {
    const directives = parseDirectives(token);
    const { hash } = this.#options;
    if (this.#proof !== null) {
      const isRight = equalSecrets(directives.get('rspauth') ?? '', proofOf(this.#proof, 'server', hash));
      if (!isRight) throw new SaslError('the server does not know the password');
      return null;
    }
    const proof = this.#makeProof(directives);
    this.#proof = proof;
    const response = proofOf(proof, 'client', hash);
    return Buffer.from(
      [
        'charset=utf-8',
        `username=${quote(proof.user)}`,
        `realm=${quote(proof.realm)}`,
        `nonce=${quote(proof.nonce)}`,
        `nc=${proof.nonceCount}`,
        `cnonce=${quote(proof.clientNonce)}`,
        `digest-uri=${quote(proof.uri)}`,
        `qop=${QUALITY}`,
        `response=${response}`,
      ].join(','),
    );
  }

  #makeProof(directives: ReadonlyMap<string, string>): Proof {
    const nonce = directives.get('nonce');
    if (nonce === undefined) throw new SaslError('the challenge has no nonce');
    const { user, password, randomBytes } = this.#options;
    return {
      user,
      realm: directives.get('realm') ?? SASL_REALM,
      password,
      nonce,
      clientNonce: Buffer.from(randomBytes(NONCE_BYTES)).toString('base64'),
      nonceCount: FIRST_NONCE_COUNT,
      uri: SASL_URI,
      authorization: null,
    };
  }
}
