/**
 * Who a client is: judges what it says of itself (addAuth, SASL, its certificate), and turns away who has to say something
 * first (ZooKeeperServer.processPacket, AuthenticationHelper, ProviderRegistry).
 *
 * Judged when it arrives, ahead of what waits: a request has the identities that its connection had when it came. Answered
 * in turn. Identities stay with the connection to its end; clients prove themselves anew on each.
 */

import { subjectOfCertificate } from '../../auth/certificate-subject.ts';
import { DerError } from '../../auth/der.ts';
import { digestId } from '../../auth/digest-id.ts';
import { DigestMd5Server, type SaslAnswer } from '../../auth/digest-md5-server.ts';
import { equalSecrets } from '../../auth/hash.ts';
import { SaslError } from '../../auth/sasl-directives.ts';
import { zkCodeOf } from '../../errors.ts';
import { type AuthPacket, readAuthPacket } from '../../jute/auth.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { Identity } from '../../jute/quorum.ts';
import { JuteError, type JuteReader } from '../../jute/reader.ts';
import { writeReplyHeader } from '../../jute/request.ts';
import type { Connection } from '../connections/connection.ts';
import type { ServerStatistics } from '../statistics.ts';
import { hostAddress } from './address-mask.ts';
import type { AuthPolicy } from './auth-policy.ts';
import type { AuthVerdict } from './auth-verdict.ts';

/** Longest credential, bytes. Its user becomes part of an id that is kept and sent along with every write. */
export const AUTH_BYTES_MAX = 16_384;
/** Most identities of a connection, for the same reason. ZooKeeper has no bound. */
export const IDENTITIES_MAX = 100;

const OK = 0;
const GRANTED: AuthVerdict = Object.freeze({ error: OK, token: undefined, fault: null });
/** What SASL answers where there is none, or where failing is allowed. */
const NO_TOKEN: AuthVerdict = Object.freeze({ error: OK, token: null, fault: null });
const SUPER: Identity = Object.freeze({ scheme: 'super', id: '' });
const ADDRESS_SCHEME = 'ip';

export class Authentication {
  readonly #policy: AuthPolicy;
  readonly #exchanges = new WeakMap<Connection, DigestMd5Server>();
  readonly #statistics: ServerStatistics;

  /** @param statistics  counts who is refused: addAuth, SASL, certificates, requests without an identity that is asked for */
  constructor(policy: AuthPolicy, statistics: ServerStatistics) {
    this.#policy = policy;
    this.#statistics = statistics;
  }

  /**
   * The identities that a connection begins with.
   * @param certificate  of the client, checked and in DER; null: it has none
   * @returns null when the certificate names nobody
   */
  begin(address: string, certificate: Uint8Array | null): readonly Identity[] | null {
    const identities: Identity[] = [{ scheme: ADDRESS_SCHEME, id: hostAddress(address) }];
    if (certificate === null) return identities;
    const subject = readSubject(certificate);
    if (subject === null) {
      this.#statistics.counts.authFailures += 1;
      return null;
    }
    if (subject === this.#policy.x509SuperUser) identities.push({ scheme: 'super', id: subject });
    return [...identities, { scheme: 'x509', id: subject }];
  }

  /**
   * @param reader  at the body of a request
   * @returns null for an ordinary request, which takes its course
   * @throws JuteError when the client speaks of itself and the body does not decode
   */
  judge(connection: Connection, opCode: number, reader: JuteReader): AuthVerdict | null {
    if (opCode === OpCode.auth) return this.#count(this.#judgeAuth(connection, readAuthPacket(reader)));
    if (opCode === OpCode.sasl) return this.#count(this.#judgeSasl(connection, reader.readBuffer()));
    const { enforcedSchemes } = this.#policy;
    if (enforcedSchemes === null || connection.isTrusted) return null;
    if (connection.identities.some(({ scheme }) => enforcedSchemes.has(scheme))) return null;
    const fault = `it has no identity of ${[...enforcedSchemes].join(' or ')}`;
    return this.#count({ error: zkCodeOf('SESSION_CLOSED_REQUIRE_SASL_AUTH'), token: undefined, fault });
  }

  #judgeAuth(connection: Connection, { scheme, auth }: AuthPacket): AuthVerdict {
    switch (scheme) {
      case ADDRESS_SCHEME:
        return GRANTED;
      case 'digest':
        return this.#judgeDigest(connection, auth);
      case 'x509':
        // Proved by the handshake, long before; said again it changes nothing.
        return connection.identities.some((identity) => identity.scheme === 'x509') ? GRANTED : refused('x509');
      case 'ensemble':
        return this.#judgeEnsemble(auth);
      default:
        return refused(scheme);
    }
  }

  #judgeDigest(connection: Connection, auth: Uint8Array | null): AuthVerdict {
    const { digestAlgorithm, superDigest, hash } = this.#policy;
    if (digestAlgorithm === null || auth === null || auth.length > AUTH_BYTES_MAX) return refused('digest');
    const id = digestId(auth, hash, digestAlgorithm);
    const isSuper = superDigest !== null && equalSecrets(id, superDigest);
    return add(connection, isSuper ? [SUPER, { scheme: 'digest', id }] : [{ scheme: 'digest', id }]);
  }

  // A client of another ensemble is hung up on without a word: an answer would end it, and it is to look elsewhere.
  #judgeEnsemble(auth: Uint8Array | null): AuthVerdict {
    const { ensembleNames } = this.#policy;
    if (ensembleNames === null) return refused('ensemble');
    if (auth === null || auth.length === 0 || ensembleNames.has(Buffer.from(auth).toString('utf8'))) return GRANTED;
    return { error: null, token: undefined, fault: 'it looks for an ensemble of another name' };
  }

  #judgeSasl(connection: Connection, token: Uint8Array | null): AuthVerdict {
    if (token === null) throw new JuteError('there is no token');
    const { saslUsers, hash, randomBytes } = this.#policy;
    if (saslUsers === null) return NO_TOKEN;
    let exchange = this.#exchanges.get(connection);
    if (exchange === undefined) {
      exchange = new DigestMd5Server({ hash, randomBytes, users: saslUsers });
      this.#exchanges.set(connection, exchange);
    }
    try {
      return this.#acceptSasl(connection, exchange.answer(token));
    } catch (error) {
      if (!(error instanceof SaslError)) throw error;
      return this.#refuseSasl(error);
    }
  }

  #acceptSasl(connection: Connection, { token, user }: SaslAnswer): AuthVerdict {
    if (user === null) return { error: OK, token, fault: null };
    const identity = { scheme: 'sasl', id: user };
    const verdict = add(connection, this.#policy.saslSuperUsers.has(user) ? [identity, SUPER] : [identity]);
    return verdict === GRANTED ? { error: OK, token, fault: null } : { ...verdict, token: null };
  }

  #refuseSasl(error: SaslError): AuthVerdict {
    const isRequired = this.#policy.enforcedSchemes?.has('sasl') === true;
    if (this.#policy.allowSaslFailedClients && !isRequired) {
      this.#statistics.counts.authFailures += 1;
      return NO_TOKEN;
    }
    const code = isRequired ? 'SESSION_CLOSED_REQUIRE_SASL_AUTH' : 'AUTH_FAILED';
    return { error: zkCodeOf(code), token: null, fault: `SASL was refused: ${error.message}` };
  }

  #count(verdict: AuthVerdict): AuthVerdict {
    if (verdict.fault !== null) this.#statistics.counts.authFailures += 1;
    return verdict;
  }
}

/** Answers a client that spoke of itself. The zxid is 0, as in every answer that ZooKeeper gives outside its pipeline. */
export function writeVerdict(connection: Connection, xid: number, { error, token }: AuthVerdict): void {
  if (error === null) return;
  const start = connection.beginFrame();
  writeReplyHeader(connection.output, xid, 0, error);
  if (token !== undefined) connection.output.writeBuffer(token);
  connection.endFrame(start);
}

/** Replaces the list: requests that wait hold on to the one that they came with. */
function add(connection: Connection, added: readonly Identity[]): AuthVerdict {
  const known = connection.identities;
  const unknown = added.filter(({ scheme, id }) => !known.some((each) => each.scheme === scheme && each.id === id));
  if (known.length + unknown.length > IDENTITIES_MAX) {
    return { ...refused(null), fault: `it claims more than ${IDENTITIES_MAX} identities` };
  }
  if (unknown.length > 0) connection.identities = [...known, ...unknown];
  return GRANTED;
}

function refused(scheme: string | null): AuthVerdict {
  // Whatever a client calls a scheme must not get into a log.
  const name = scheme !== null && /^[a-z0-9-]{1,20}$/.test(scheme) ? `the scheme ${scheme}` : 'an unknown scheme';
  return { error: zkCodeOf('AUTH_FAILED'), token: undefined, fault: `its identity of ${name} was refused` };
}

function readSubject(certificate: Uint8Array): string | null {
  try {
    return subjectOfCertificate(certificate);
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}
