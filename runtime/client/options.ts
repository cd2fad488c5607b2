/** Options of `connect`: defaults in one table, everything checked before anything is opened. */

import { ConfigError, type ConfigProblem } from '../../core/errors.ts';
import { JUTE_MAX_BUFFER } from '../../core/jute/frame.ts';
import { type SessionClock, SYSTEM_CLOCK } from './clock.ts';
import { parseConnectString } from './connect-string.ts';
import type { Credential } from './credentials.ts';
import { Chroot } from './path.ts';
import type { SaslCredentials } from './sasl-login.ts';
import type { SessionOptions } from './session.ts';
import type { SessionTicket } from './session-link.ts';
import { openTcpTransport } from './tcp-transport.ts';
import { type ClientTls, tlsTransport } from './tls-transport.ts';
import type { OpenTransport } from './transport.ts';

export interface ClientOptions {
  /** Asked for, in milliseconds; the server grants it within its own bounds. Default 30 000. */
  readonly sessionTimeoutMs?: number | undefined;
  /** Longest time for one attempt with one server. Default: the session timeout divided by the servers, at most 5000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Longest request, `jute.maxbuffer` of the servers. Default 1 048 575 bytes. Replies may be 1024 bytes longer. */
  readonly frameBytesMax?: number | undefined;
  /** Most requests without an answer. Default 65 536. */
  readonly requestsMax?: number | undefined;
  /** Most bytes of requests without an answer; the one that exceeds it is still taken. Default 64 MiB. */
  readonly bytesMax?: number | undefined;
  /** Identities told to every server before anything else, as `addAuth` adds them. */
  readonly credentials?: readonly Credential[] | undefined;
  /** A user whom every server is to know by SASL DIGEST-MD5. Refused: the session ends, calls fail with AUTH_FAILED. */
  readonly sasl?: SaslCredentials | undefined;
  /** A session to go on with, instead of a new one. Whoever holds it now loses his connection. */
  readonly session?: SessionTicket | undefined;
  /**
   * Take a server that has lost the quorum, if there is no better one: reads only, from what it has (`client.isReadOnly`).
   * As soon as one takes writes, the client moves there, with a new session. Default false.
   */
  readonly allowsReadOnly?: boolean | undefined;
  /** The servers' ports speak TLS: how, in the options of node:tls. Default: they do not. */
  readonly tls?: ClientTls | undefined;
  /** What carries the bytes. Default TCP, or TLS over it. */
  readonly openTransport?: OpenTransport | undefined;
  /** Time and chance; for tests. */
  readonly clock?: SessionClock | undefined;
}

const DEFAULTS = Object.freeze({
  sessionTimeoutMs: 30_000,
  attemptTimeoutMsMax: 5000,
  frameBytesMax: JUTE_MAX_BUFFER,
  requestsMax: 65_536,
  bytesMax: 64 * 1024 * 1024,
});

const INT_MAX = 0x7fffffff;

/** @throws ConfigError that names every option that cannot be used */
export function resolveOptions(connectString: string, options: ClientOptions): SessionOptions {
  const { servers, chroot } = parseConnectString(connectString);
  const sessionTimeoutMs = options.sessionTimeoutMs ?? DEFAULTS.sessionTimeoutMs;
  const attemptShareMs = Math.min(sessionTimeoutMs / servers.length, DEFAULTS.attemptTimeoutMsMax);
  const attemptTimeoutMs = options.attemptTimeoutMs ?? Math.max(1, attemptShareMs);
  const frameBytesMax = options.frameBytesMax ?? DEFAULTS.frameBytesMax;
  const requestsMax = options.requestsMax ?? DEFAULTS.requestsMax;
  const bytesMax = options.bytesMax ?? DEFAULTS.bytesMax;
  checkPositive({ sessionTimeoutMs, attemptTimeoutMs, frameBytesMax, requestsMax, bytesMax });
  return {
    servers,
    chroot: new Chroot(chroot),
    sessionTimeoutMs,
    attemptTimeoutMs,
    frameBytesMax,
    bounds: { requestsMax, bytesMax },
    credentials: options.credentials ?? [],
    sasl: options.sasl ?? null,
    ticket: options.session ?? null,
    allowsReadOnly: options.allowsReadOnly ?? false,
    openTransport: options.openTransport ?? (options.tls === undefined ? openTcpTransport : tlsTransport(options.tls)),
    clock: options.clock ?? SYSTEM_CLOCK,
  };
}

function checkPositive(values: Readonly<Record<string, number>>): void {
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value > 0 && value <= INT_MAX) continue;
    problems.push({ origin: 'client options', key, expected: `a number from 1 to ${INT_MAX}`, found: String(value) });
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
