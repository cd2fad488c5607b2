/**
 * A client's session: what outlives the connections. Requests go in, replies settle them, watch events come out.
 *
 *     connecting ──▶ connected ──▶ suspended ⇄ reconnected
 *         │              │             │            │
 *         └──────────────┴──────┬──────┴────────────┘
 *                               ├──▶ lost    the session expired, or nobody has confirmed it for too long
 *                               └──▶ closed  the user closed it
 *
 * `lost` and `closed` are final: a new session has none of the old one's ephemerals and watches, so whoever wants one
 * asks for it. Source: ZooKeeper's ClientCnxn; facts 2.4, 2.8.
 */

import { SaslError } from '../../core/auth/sasl-directives.ts';
import { EnsembleError } from '../../core/errors.ts';
import { OpCode, SpecialXid } from '../../core/jute/op-code.ts';
import { JuteError, type JuteReader } from '../../core/jute/reader.ts';
import { EventType, readWatchedEvent } from '../../core/jute/request.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { type Credential, Credentials } from './credentials.ts';
import { FRAME_PREFIX_SIZE, type WriteBody, writeNothing } from './frame-writer.ts';
import type { Chroot } from './path.ts';
import { type ClientFailure, type ReplyShape, type Settlement, TypedRequest } from './pending-request.ts';
import { NO_REPLY } from './replies.ts';
import { type QueueBounds, RequestQueue } from './request-queue.ts';
import { type SaslCredentials, SaslLogin } from './sasl-login.ts';
import { type LinkOptions, SessionLink } from './session-link.ts';
import { rearmWatches } from './watch-rearm.ts';
import { type WatchedEventType, type WatchKind, WatchTable } from './watches.ts';

export type SessionState = 'connecting' | 'connected' | 'suspended' | 'reconnected' | 'lost' | 'closed';

export interface SessionOptions extends LinkOptions {
  readonly chroot: Chroot;
  readonly bounds: QueueBounds;
  readonly credentials: readonly Credential[];
  readonly sasl: SaslCredentials | null;
}

/** One request as the session sends it. Paths in `body` are the server's, `path` is the one to name in errors. */
export interface RequestSpec<Body, Value> {
  readonly op: number;
  readonly writeBody: WriteBody<Body>;
  readonly body: Body;
  readonly path: string | null;
  readonly shape: ReplyShape<Value>;
}

const CLOSED = 'the client is closed';
const CLOSE_MS_MAX = 5000;
/** What gathers in one turn is sent early at this size. */
const FLUSH_BYTES = 262_144;

const EVENT_NAMES: Readonly<Record<number, WatchedEventType>> = {
  [EventType.nodeCreated]: 'nodeCreated',
  [EventType.nodeDeleted]: 'nodeDeleted',
  [EventType.nodeDataChanged]: 'nodeDataChanged',
  [EventType.nodeChildrenChanged]: 'nodeChildrenChanged',
};

export class Session {
  readonly watches = new WatchTable();
  readonly link: SessionLink;
  readonly #options: SessionOptions;
  readonly #queue: RequestQueue;
  readonly #credentials: Credentials;
  readonly #primer = new JuteWriter();
  readonly #stateListeners = new Set<(state: SessionState) => void>();
  #state: SessionState = 'connecting';
  /** While the connection is not known to be ours: everything else waits for it. */
  #login: SaslLogin | null = null;
  /** What calls are told after the end that nobody here asked for. */
  #lostBy: ClientFailure = 'SESSION_EXPIRED';
  #isFlushDue = false;
  #closing: Promise<void> | null = null;
  #onEnded: () => void = () => undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#queue = new RequestQueue(options.bounds);
    this.#credentials = new Credentials(options.credentials);
    this.link = new SessionLink(options, {
      onUp: () => this.#onUp(),
      onFrame: (reader) => this.#onFrame(reader),
      onDown: (cause, wasUp) => this.#onDown(cause, wasUp),
      onRetry: (nowMs) => this.#onRetry(nowMs),
      onExpired: () => this.#end('lost'),
      onCloseTimeout: () => this.#end('closed'),
    });
    this.link.open();
  }

  get state(): SessionState {
    return this.#state;
  }

  onState(listener: (state: SessionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  request<Body, Value>(spec: RequestSpec<Body, Value>, signal?: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => this.submit(spec, { resolve, reject }, signal));
  }

  /** Sends a request as soon as there is a connection; the settlement is told exactly once. */
  submit<Body, Value>(spec: RequestSpec<Body, Value>, settlement: Settlement<Value>, signal?: AbortSignal): void {
    const { op, writeBody, body, path, shape } = spec;
    const refusal = this.#refusal(path, signal);
    if (refusal !== null) {
      settlement.reject(refusal.reason);
      return;
    }
    const xid = this.#queue.takeXid();
    const frameBytes = this.#queue.encode({ xid, op, writeBody, body });
    const payloadBytes = frameBytes - FRAME_PREFIX_SIZE;
    if (payloadBytes > this.#options.frameBytesMax) {
      // Sent, it would end the connection, and everything else in flight with it.
      this.#queue.takeBack(frameBytes);
      const detail = `the request has ${payloadBytes} bytes, the limit is ${this.#options.frameBytesMax}`;
      settlement.reject(new EnsembleError('BAD_ARGUMENTS', path, detail));
      return;
    }
    const queuedAtMs = this.link.ticket === null ? this.#options.clock.nowMs() : Number.POSITIVE_INFINITY;
    this.#queue.push(new TypedRequest({ xid, path, frameBytes, queuedAtMs, shape, settlement, signal }));
    this.#flushSoon();
  }

  addAuth(credential: Credential): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal(null, undefined);
      if (refusal !== null) {
        reject(refusal.reason);
        return;
      }
      this.#credentials.add(credential, { resolve, reject }, this.#isOpen ? this.#primer.reset() : null);
      if (!this.#isOpen) return;
      // What waits was asked for under the old identities, so it leaves first.
      this.#flush();
      this.link.write(this.#primer.copy());
    });
  }

  /** Takes all watches of some kinds at a path away and tells their listeners. Nothing is sent. @returns how many */
  endWatches(kinds: readonly WatchKind[], serverPath: string): number {
    const path = this.#options.chroot.toClient(serverPath);
    let count = 0;
    for (const [type, listeners] of this.watches.takeKinds(kinds, serverPath)) {
      for (const listener of listeners) tell(listener, { type, path, zxid: null });
      count += listeners.size;
    }
    return count;
  }

  /** Ends the session on the server if there is a connection, else only here. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#startClosing();
    return this.#closing;
  }

  /** Ends this side only: the session lives on at the servers until it expires, or until another client takes it over. */
  detach(): void {
    this.#closing ??= Promise.resolve();
    this.#end('closed');
  }

  #startClosing(): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    const ended = new Promise<void>((resolve) => {
      this.#onEnded = resolve;
    });
    if (!this.link.isUp) {
      this.#end('closed');
      return ended;
    }
    const end = (): void => this.#end('closed');
    const spec = { op: OpCode.closeSession, writeBody: writeNothing, body: null, path: null, shape: NO_REPLY };
    this.submit(spec, { resolve: end, reject: end });
    this.#flush();
    this.link.startCloseTimeout(Math.min(CLOSE_MS_MAX, this.link.timeoutMs));
    return ended;
  }

  /** Whether requests may be sent. */
  get #isOpen(): boolean {
    return this.link.isUp && this.#login === null;
  }

  get #isEnded(): boolean {
    return this.#state === 'lost' || this.#state === 'closed';
  }

  /** Why a request cannot be taken, or null. */
  #refusal(path: string | null, signal: AbortSignal | undefined): { readonly reason: unknown } | null {
    if (signal?.aborted === true) return { reason: signal.reason };
    if (this.#state === 'lost') return { reason: new EnsembleError(this.#lostBy, path) };
    if (this.#state === 'closed' || this.#closing !== null) {
      return { reason: new EnsembleError('SESSION_EXPIRED', path, CLOSED) };
    }
    if (!this.#queue.hasRoom) return { reason: new EnsembleError('THROTTLED_OP', path) };
    return null;
  }

  #flushSoon(): void {
    if (this.#queue.outboxBytes >= FLUSH_BYTES) this.#flush();
    if (this.#isFlushDue || !this.#isOpen) return;
    this.#isFlushDue = true;
    // A tick comes after all promise reactions of this turn, so what they ask for is in the same buffer.
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushDue = false;
    if (!this.#isOpen) return;
    const bytes = this.#queue.takeOutbox();
    if (bytes !== null) this.link.write(bytes);
  };

  #onUp(): void {
    const { sasl } = this.#options;
    this.#login = sasl === null ? null : new SaslLogin(sasl);
    if (this.#login === null) this.#open();
    else this.link.write(this.#login.begin());
  }

  #open(): void {
    // A new connection hears who we are, then what we watch, and then what waited.
    const writer = this.#primer.reset();
    this.#credentials.writeAll(writer);
    rearmWatches({
      watches: this.watches,
      lastZxidSeen: this.link.lastZxidSeen,
      queue: this.#queue,
      writer,
      onRefused: (kind, path) => this.endWatches([kind], path),
    });
    if (writer.length > 0) this.link.write(writer.copy());
    this.#flush();
    this.#setState(this.#state === 'connecting' ? 'connected' : 'reconnected');
  }

  #onFrame(reader: JuteReader): void {
    const xid = reader.readInt();
    const zxid = reader.readLong();
    const error = reader.readInt();
    if (this.#login !== null && xid >= 0) {
      this.#onLoginReply(this.#login, error, reader);
      return;
    }
    if (xid === SpecialXid.watchEvent) {
      this.#onWatchEvent(reader, zxid);
      return;
    }
    if (zxid > this.link.lastZxidSeen) this.link.lastZxidSeen = zxid;
    if (xid === SpecialXid.ping) return;
    if (xid === SpecialXid.auth) this.#onAuthReply(error);
    else this.#queue.onReply(xid, error, reader);
  }

  // A password that is not right now will not be right later: trying on would only be guessing.
  #onLoginReply(login: SaslLogin, error: number, reader: JuteReader): void {
    try {
      const next = login.onReply(error, reader);
      if (next !== null) {
        this.link.write(next);
        return;
      }
    } catch (cause) {
      if (!(cause instanceof SaslError)) throw cause;
      this.#lostBy = 'AUTH_FAILED';
      this.#end('lost', cause.message);
      return;
    }
    this.#login = null;
    this.#open();
  }

  #onAuthReply(error: number): void {
    this.#credentials.onReply(error);
    // The server is about to hang up. Done here, what is asked for from now on waits for the next connection.
    if (error !== 0) this.link.drop(new Error('the server refused an identity'));
  }

  #onWatchEvent(reader: JuteReader, zxid: number): void {
    const { type, path } = readWatchedEvent(reader);
    const name = EVENT_NAMES[type];
    if (name === undefined) throw new JuteError(`a watch event has the unknown type ${type}`);
    this.#fire(name, path, zxid > 0 ? zxid : null);
  }

  #fire(type: WatchedEventType, serverPath: string, zxid: number | null): void {
    const event = { type, path: this.#options.chroot.toClient(serverPath), zxid };
    for (const listener of this.watches.take(type, serverPath)) tell(listener, event);
  }

  #onDown(cause: Error, wasUp: boolean): void {
    this.#login = null;
    this.#credentials.onDown();
    this.#queue.failSent('CONNECTION_LOSS', cause.message);
    if (this.#closing !== null) this.#end('closed');
    else if (wasUp) this.#setState('suspended');
  }

  /** Before there is a session, a request waits for as long as a session would live; later, as long as the session does. */
  #onRetry(nowMs: number): void {
    const causes = [...this.link.failures].map(([server, cause]) => `${server}: ${cause}`);
    this.#queue.failWaitingSince(nowMs - this.#options.sessionTimeoutMs, 'CONNECTION_LOSS', causes.join('; '));
  }

  #end(state: 'lost' | 'closed', cause: string | null = null): void {
    if (this.#isEnded) return;
    const detail = state === 'lost' ? cause : CLOSED;
    this.link.close();
    this.#setState(state);
    this.#queue.failSent('CONNECTION_LOSS', detail);
    this.#queue.failWaitingSince(Number.POSITIVE_INFINITY, this.#lostBy, detail);
    this.#credentials.onEnd(detail);
    for (const [serverPath, listener] of this.watches.drain()) {
      tell(listener, { type: 'sessionEnded', path: this.#options.chroot.toClient(serverPath), zxid: null });
    }
    this.#onEnded();
  }

  #setState(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#stateListeners]) tell(listener, state);
  }
}

/** Calls a listener of the user's. What it throws is the process's to report: the session's work goes on. */
function tell<Value>(listener: (value: Value) => void, value: Value): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
