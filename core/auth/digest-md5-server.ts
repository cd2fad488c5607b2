/**
 * The server's side of SASL DIGEST-MD5, one for each connection, as a Java server of ZooKeeper behaves:
 *
 *     fresh ──any token──▶ challenged ──response──▶ ended (the user is known, or SaslError)
 *
 * A second attempt on the same connection is refused. A user who is not known costs and tells the same as a wrong password.
 * Source: RFC 2831; ZooKeeper's ZooKeeperSaslServer and SaslServerCallbackHandler. An authorization id is taken into the
 * proof and otherwise ignored: a client acts for nobody but itself.
 */

import { FIRST_NONCE_COUNT, type Proof, proofOf, QUALITY, SASL_REALM, SASL_URI } from './digest-md5.ts';
import { equalSecrets, type Hash } from './hash.ts';
import { parseDirectives, SaslError } from './sasl-directives.ts';

const RESPONSE_BYTES_MAX = 4096;
const NONCE_BYTES = 30;

export interface SaslServerOptions {
  readonly hash: Hash;
  /** Bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Passwords by user. */
  readonly users: ReadonlyMap<string, string>;
}

export interface SaslAnswer {
  readonly token: Uint8Array;
  /** Who the client has proved to be; null while that is open. */
  readonly user: string | null;
}

export class DigestMd5Server {
  readonly #options: SaslServerOptions;
  #state: 'fresh' | 'challenged' | 'ended' = 'fresh';
  #nonce = '';

  constructor(options: SaslServerOptions) {
    this.#options = options;
  }

  /** @throws SaslError when the client has failed; its message holds nothing that is secret */
  answer(token: Uint8Array): SaslAnswer {
    const state = this.#state;
    this.#state = state === 'fresh' ? 'challenged' : 'ended';
    if (state === 'fresh') return { token: this.#challenge(), user: null };
    if (state === 'challenged') return this.#judge(token);
    throw new SaslError('the exchange has ended already');
  }

  #challenge(): Uint8Array {
    this.#nonce = Buffer.from(this.#options.randomBytes(NONCE_BYTES)).toString('base64');
    return Buffer.from(`realm="${SASL_REALM}",nonce="${this.#nonce}",charset=utf-8,algorithm=md5-sess`);
  }

  #judge(token: Uint8Array): SaslAnswer {
    if (token.length > RESPONSE_BYTES_MAX) throw new SaslError(`a response of ${token.length} bytes`);
    const directives = parseDirectives(token);
    const known = this.#options.users.get(decoded(directives, 'username'));
    const proof = this.#proof(directives, known ?? '');
    const isRight = equalSecrets(required(directives, 'response'), proofOf(proof, 'client', this.#options.hash));
    if (!isRight || known === undefined) throw new SaslError('the user or the password is not right');
    return { token: Buffer.from(`rspauth=${proofOf(proof, 'server', this.#options.hash)}`), user: proof.user };
  }

  #proof(directives: ReadonlyMap<string, string>, password: string): Proof {
    const uri = required(directives, 'digest-uri');
    if ((directives.get('qop') ?? QUALITY) !== QUALITY) throw new SaslError('another quality of protection than auth');
    if (uri.toLowerCase() !== SASL_URI) throw new SaslError(`the digest-uri is not ${SASL_URI}`);
    if (decoded(directives, 'realm') !== SASL_REALM) throw new SaslError(`the realm is not ${SASL_REALM}`);
    if (required(directives, 'nonce') !== this.#nonce) throw new SaslError('the nonce is another one');
    return {
      user: decoded(directives, 'username'),
      realm: SASL_REALM,
      password,
      nonce: this.#nonce,
      clientNonce: required(directives, 'cnonce'),
      // A nonce is good for one exchange; what the client counts is not looked at, as a Java server does not.
      nonceCount: FIRST_NONCE_COUNT,
      uri,
      authorization: directives.has('authzid') ? decoded(directives, 'authzid') : null,
    };
  }
}

function required(directives: ReadonlyMap<string, string>, name: string): string {
  const value = directives.get(name);
  if (value === undefined) throw new SaslError(`the response has no ${name}`);
  return value;
}

/** A value in the message's charset. */
function decoded(directives: ReadonlyMap<string, string>, name: string): string {
  const value = required(directives, name);
  const charset = directives.get('charset');
  if (charset === undefined) return value;
  if (charset.toLowerCase() !== 'utf-8') throw new SaslError('the charset is not utf-8');
  return Buffer.from(value, 'latin1').toString('utf8');
}
