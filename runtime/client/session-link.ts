/**
 * Keeps a session attached to some server: opens connections one after the other, proves the session to each, watches
 * the clock, and tells what became of it. It knows nothing of requests.
 *
 * One timer runs at any moment, for whatever is due next; what that is, session-timing.ts decides.
 */

import { unreachable } from '../../core/assert.ts';
import { isNoSession, NO_SESSION, type SessionId } from '../../core/ids.ts';
import { type ConnectResponse, PASSWORD_SIZE } from '../../core/jute/connect.ts';
import { OpCode, SpecialXid } from '../../core/jute/op-code.ts';
import type { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { SessionClock } from './clock.ts';
import { formatServer, type ServerAddress } from './connect-string.ts';
import { Connection } from './connection.ts';
import { writeFrame, writeNothing } from './frame-writer.ts';
import { ReadWriteSearch } from './read-write-search.ts';
import { ServerList } from './server-list.ts';
import { dutyAt, type SessionTimes } from './session-timing.ts';
import type { OpenTransport } from './transport.ts';

/** What proves a session to any server of the ensemble. */
export interface SessionTicket {
  readonly id: SessionId;
  readonly password: Uint8Array;
}

export interface LinkOptions {
  readonly servers: readonly ServerAddress[];
  readonly sessionTimeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly frameBytesMax: number;
  readonly ticket: SessionTicket | null;
  /** A server that is cut off from the quorum will do, as long as there is no session of the ensemble's. */
  readonly allowsReadOnly: boolean;
  readonly openTransport: OpenTransport;
  readonly clock: SessionClock;
}

export interface LinkListener {
  /** A server holds the session. The first bytes written now are the first that the server reads. */
  onUp(): void;
  /** The reader stands at a ReplyHeader and is lent for the call. @throws JuteError to give the connection up */
  onFrame(reader: JuteReader): void;
  /** A connection ended (`wasUp`), or an attempt failed. Another attempt follows, unless the link is closed here. */
  onDown(cause: Error, wasUp: boolean): void;
  /** An attempt begins after a pause. */
  onRetry(nowMs: number): void;
  /** A server said that the session is no more, or nobody has confirmed it for too long. */
  onExpired(): void;
  onCloseTimeout(): void;
}

/** Replies may be longer than the longest request: data of the greatest size comes back with header and Stat. */
const REPLY_SLACK_BYTES = 1024;
/** A timer this late was held up by the process itself: what arrived meanwhile is read before anything is judged. */
const LATE_MS = 50;
const PING_FRAME = encodePing();

export class SessionLink {
  /** Highest zxid seen in a reply: no server that is behind it may serve this session. */
  lastZxidSeen = 0;
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  readonly #servers: ServerList;
  readonly #failures = new Map<string, string>();
  #ticket: SessionTicket | null;
  /** The ticket is one server's own, made without a quorum: no other server knows it. */
  #isProvisional = false;
  #search: ReadWriteSearch | null = null;
  #timeoutMs: number;
  #connection: Connection | null = null;
  #lastHeardMs: number;
  #attemptEndsMs = 0;
  #retryAtMs = 0;
  #closeEndsMs = Number.POSITIVE_INFINITY;
  #cancelTimer: () => void = () => undefined;
  #wasLate = false;
  #isClosed = false;

  constructor(options: LinkOptions, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#servers = new ServerList(options.servers, options.clock);
    this.#ticket = options.ticket;
    this.#timeoutMs = options.sessionTimeoutMs;
    this.#lastHeardMs = options.clock.nowMs();
  }

  get isUp(): boolean {
    return this.#connection?.isEstablished === true;
  }

  /** The server that holds the connection takes no writes, because it has lost the quorum. */
  get isReadOnly(): boolean {
    return this.isUp && this.#isProvisional;
  }

  get ticket(): SessionTicket | null {
    return this.#ticket;
  }

  /** Negotiated; before the first connection, what was asked for. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  get server(): ServerAddress | null {
    return this.#connection?.isEstablished === true ? this.#connection.server : null;
  }

  /** Why each server could not be used since the link was last up. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  open(): void {
    const { sessionTimeoutMs, attemptTimeoutMs, frameBytesMax, openTransport, clock } = this.#options;
    const ticket = this.#isProvisional ? null : this.#ticket;
    this.#attemptEndsMs = clock.nowMs() + attemptTimeoutMs;
    const connection: Connection = new Connection({
      server: this.#servers.current,
      openTransport,
      request: {
        protocolVersion: 0,
        lastZxidSeen: this.lastZxidSeen,
        timeoutMs: sessionTimeoutMs,
        sessionId: ticket?.id ?? NO_SESSION,
        password: ticket?.password ?? new Uint8Array(PASSWORD_SIZE),
        // A server without a quorum knows no session of the ensemble: asked, it would call ours expired.
        readOnly: this.#options.allowsReadOnly && ticket === null,
      },
      frameBytesMax: frameBytesMax + REPLY_SLACK_BYTES,
      clock,
      listener: {
        onHandshake: (response) => this.#onHandshake(connection, response),
        onFrame: (reader) => this.#listener.onFrame(reader),
        onDown: (cause) => this.#onDown(connection, cause),
      },
    });
    this.#connection = connection;
    this.#work();
  }

  /** Takes the bytes over; dropped unless the link is up. */
  write(bytes: Uint8Array): void {
    if (this.isUp) this.#connection?.write(bytes);
  }

  /** Ends the present connection; the next attempt follows. */
  drop(cause: Error): void {
    this.#connection?.fail(cause);
  }

  /** Bounds the wait for the answer to a close. */
  startCloseTimeout(delayMs: number): void {
    this.#closeEndsMs = this.#options.clock.nowMs() + delayMs;
    this.#work();
  }

  /** The end: no connection, no timer, nothing told any more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#search?.stop();
    this.#connection?.close();
    this.#connection = null;
  }

  #onHandshake(connection: Connection, response: ConnectResponse): void {
    if (response.timeoutMs <= 0 || isNoSession(response.sessionId)) {
      if (this.#ticket !== null && !this.#isProvisional) this.#listener.onExpired();
      else connection.fail(new Error('the server refused to make a session'));
      return;
    }
    this.#ticket = { id: response.sessionId, password: Uint8Array.from(response.password) };
    this.#isProvisional = response.readOnly === true;
    if (this.#isProvisional) this.#searchReadWrite();
    this.#timeoutMs = response.timeoutMs;
    this.#servers.onConnected();
    this.#failures.clear();
    this.#listener.onUp();
    this.#work();
  }

  #onDown(connection: Connection, cause: Error): void {
    const wasUp = connection.wasEstablished;
    this.#search?.stop();
    if (wasUp) this.#lastHeardMs = connection.lastHeardMs;
    this.#connection = null;
    this.#failures.set(formatServer(connection.server), cause.message);
    this.#retryAtMs = this.#options.clock.nowMs() + this.#servers.onFailure();
    this.#listener.onDown(cause, wasUp);
    this.#work();
  }

  #searchReadWrite(): void {
    const { openTransport, clock } = this.#options;
    const onFound = (server: ServerAddress): void => {
      this.#servers.tryNext(server);
      this.drop(new Error(`${formatServer(server)} takes writes`));
    };
    this.#search = new ReadWriteSearch({ servers: this.#servers.others, openTransport, clock, onFound });
  }

  /** Does what is due, then sets the timer for what comes next. */
  #work(): void {
    this.#cancelTimer();
    while (!this.#isClosed) {
      const nowMs = this.#options.clock.nowMs();
      const duty = dutyAt(nowMs, this.#times());
      switch (duty.type) {
        case 'ping':
          this.write(PING_FRAME);
          continue;
        case 'wait':
          this.#startTimer(duty.untilMs, Math.ceil(duty.untilMs - nowMs));
          return;
        case 'dropSilent':
          this.#connection?.fail(new Error(`the server was silent for ${Math.round(duty.silentMs)} ms`));
          return;
        case 'abandonAttempt':
          this.#connection?.fail(new Error(`no answer within ${Math.round(this.#options.attemptTimeoutMs)} ms`));
          return;
        case 'openNext':
          this.#listener.onRetry(nowMs);
          if (!this.#isClosed) this.open();
          return;
        case 'expire':
          this.#listener.onExpired();
          return;
        case 'endClosing':
          this.#listener.onCloseTimeout();
          return;
        default:
          unreachable(duty);
      }
    }
  }

  #startTimer(dueMs: number, delayMs: number): void {
    this.#cancelTimer = this.#options.clock.startTimer(delayMs, () => {
      const isLate = this.#options.clock.nowMs() - dueMs > LATE_MS && !this.#wasLate;
      this.#wasLate = isLate;
      if (isLate) this.#startTimer(dueMs, 1);
      else this.#work();
    });
  }

  #times(): SessionTimes {
    const connection = this.#connection;
    const isUp = connection?.isEstablished === true;
    return {
      phase: connection === null ? 'pausing' : isUp ? 'established' : 'attempting',
      timeoutMs: this.#timeoutMs,
      hasSession: this.#ticket !== null && !this.#isProvisional,
      lastHeardMs: isUp ? connection.lastHeardMs : this.#lastHeardMs,
      lastSentMs: connection?.lastSentMs ?? 0,
      attemptEndsMs: this.#attemptEndsMs,
      retryAtMs: this.#retryAtMs,
      closeEndsMs: this.#closeEndsMs,
    };
  }
}

function encodePing(): Uint8Array {
  const writer = new JuteWriter(16);
  writeFrame(writer, { xid: SpecialXid.ping, op: OpCode.ping, writeBody: writeNothing, body: null });
  return writer.copy();
}
