/**
 * The client of a ZooKeeper ensemble: the operations of the protocol as promises. It speaks to Threadkeeper's replicas
 * and to Apache ZooKeeper alike. Observables are in observe.ts, so that a program that wants none does not load RxJS.
 */

import { EnsembleError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Acl } from '../../core/jute/acl.ts';
import { type ClientInfo, writeSetAclRequest } from '../../core/jute/auth.ts';
import { writeMultiOps } from '../../core/jute/multi.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { writeSetDataRequest, writeVersionedRequest, writeWatchableRequest } from '../../core/jute/request.ts';
import type { Stat } from '../../core/jute/stat.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';
import { formatServer } from './connect-string.ts';
import { type CreateOptions, makeCreate, writeCreate } from './create-request.ts';
import { type Data, toBytes } from './data.ts';
import { writeNothing } from './frame-writer.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import { type Chroot, checkPath } from './path.ts';
import type { ReplyShape } from './pending-request.ts';
import {
  ACL_REPLY,
  CHILDREN_REPLY,
  COUNT_REPLY,
  type CreatedZnode,
  createdReply,
  DATA_REPLY,
  EXISTS_REPLY,
  IDENTITIES_REPLY,
  MULTI_REPLY,
  NAMES_REPLY,
  NO_REPLY,
  pathReply,
  STAT_REPLY,
  type ZnodeAcl,
  type ZnodeChildren,
  type ZnodeData,
} from './replies.ts';
import { type RequestSpec, Session, type SessionState } from './session.ts';
import type { SessionTicket } from './session-link.ts';
import { type TransactionOp, type TransactionResult, toMultiOp, toTransactionResults } from './transaction.ts';
import { WATCH_KINDS, type WatchListener } from './watches.ts';

export interface CallOptions {
  /**
   * Gives the call up: its promise rejects with the signal's reason. A request that was sent already is not called
   * back: a write may still be applied.
   */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions extends CallOptions {
  /**
   * Called once, with the next change of what was read, or with `sessionEnded` if the session ends before. Not
   * registered when the read fails (except `exists`, which also waits for a znode that is not there).
   */
  readonly watch?: WatchListener | undefined;
}

export interface VersionOptions extends CallOptions {
  /** The write is refused (BAD_VERSION) unless the znode has this version. Default -1: any. */
  readonly version?: number | undefined;
}

const ANY_VERSION = -1;

/**
 * A session with an ensemble. Made by `connect`; connects by itself, and again when a connection is lost.
 *
 * - Requests are sent in the order of the calls, and answered in it. While there is no connection they wait: as long as
 *   the session can live, and before there is one, for the session timeout; then they fail with CONNECTION_LOSS.
 * - A request that was sent when a connection was lost fails with CONNECTION_LOSS, `applied: 'unknown'`.
 * - After `lost` (expired) and `closed` every call fails with SESSION_EXPIRED: `connect` anew.
 * - Paths are checked before anything is sent (BAD_ARGUMENTS), and so is the size of the request.
 * - More than `requestsMax` or `bytesMax` without an answer: the call fails at once with THROTTLED_OP.
 */
export class Client {
  readonly #session: Session;
  readonly #chroot: Chroot;
  readonly #pathReply: ReplyShape<string>;
  readonly #createdReply: ReplyShape<CreatedZnode>;

  /** @throws ConfigError for a connect string or an option that cannot be used */
  constructor(connectString: string, options: ClientOptions = {}) {
    const resolved = resolveOptions(connectString, options);
    this.#chroot = resolved.chroot;
    this.#session = new Session(resolved);
    this.#pathReply = pathReply(this.#chroot);
    this.#createdReply = createdReply(this.#chroot);
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** The session timeout in milliseconds that the server granted; before that, the one asked for. */
  get sessionTimeoutMs(): number {
    return this.#session.link.timeoutMs;
  }

  get sessionId(): SessionId | null {
    return this.#session.link.ticket?.id ?? null;
  }

  /** What a client in another process needs to take this session over (option `session`). */
  get session(): SessionTicket | null {
    return this.#session.link.ticket;
  }

  /** `host:port` of the server that holds the connection; null while there is none. */
  get server(): string | null {
    const { server } = this.#session.link;
    return server === null ? null : formatServer(server);
  }

  /** Why each server could not be used since the last connection, by `host:port`. */
  get failures(): ReadonlyMap<string, string> {
    return this.#session.link.failures;
  }

  /** Calls with every new state, not with the present one. @returns what ends that */
  onState(listener: (state: SessionState) => void): () => void {
    return this.#session.onState(listener);
  }

  /** Fulfilled once there is a connection. Rejects with SESSION_EXPIRED when the session has ended. */
  connected({ signal }: CallOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (state: SessionState): void => {
        if (state === 'connecting' || state === 'suspended') return;
        stop();
        if (state === 'lost' || state === 'closed') reject(new EnsembleError('SESSION_EXPIRED', null, state));
        else resolve();
      };
      const onAbort = (): void => {
        stop();
        reject(signal?.reason);
      };
      const stopListening = this.onState(settle);
      const stop = (): void => {
        stopListening();
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted === true) onAbort();
      else settle(this.state);
    });
  }

  /** @returns the path of the new znode, with its number where the mode is sequential */
  create(path: string, data: Data = null, options: CreateOptions & CallOptions = {}): Promise<string> {
    return this.#create({ path, data, options, plainOp: OpCode.create, shape: this.#pathReply });
  }

  /** `create`, with the new znode's Stat. */
  create2(path: string, data: Data = null, options: CreateOptions & CallOptions = {}): Promise<CreatedZnode> {
    return this.#create({ path, data, options, plainOp: OpCode.create2, shape: this.#createdReply });
  }

  delete(path: string, { version = ANY_VERSION, signal }: VersionOptions = {}): Promise<void> {
    const body = { path: this.#chroot.toServer(path), version };
    return this.#request({ op: OpCode.delete, writeBody: writeVersionedRequest, body, path, shape: NO_REPLY }, signal);
  }

  /** @returns null if there is no such znode */
  exists(path: string, options: ReadOptions = {}): Promise<Stat | null> {
    return this.#read({ op: OpCode.exists, path, shape: EXISTS_REPLY, statOf: (stat) => stat, options });
  }

  getData(path: string, options: ReadOptions = {}): Promise<ZnodeData> {
    return this.#read({ op: OpCode.getData, path, shape: DATA_REPLY, statOf: ({ stat }) => stat, options });
  }

  /** @returns the new Stat */
  setData(path: string, data: Data, { version = ANY_VERSION, signal }: VersionOptions = {}): Promise<Stat> {
    const body = { path: this.#chroot.toServer(path), data: toBytes(data), version };
    return this.#request({ op: OpCode.setData, writeBody: writeSetDataRequest, body, path, shape: STAT_REPLY }, signal);
  }

  getChildren(path: string, options: ReadOptions = {}): Promise<ZnodeChildren> {
    return this.#read({ op: OpCode.getChildren2, path, shape: CHILDREN_REPLY, statOf: ({ stat }) => stat, options });
  }

  /** Fulfilled when the server has caught up with the leader: what is read next is at least as new as this call. */
  sync(path: string, { signal }: CallOptions = {}): Promise<void> {
    return this.#request({ ...this.#pathSpec(OpCode.sync, path), shape: NO_REPLY }, signal);
  }

  /**
   * Several writes, together or not at all.
   * @returns what came of each, in their order
   * @throws TransactionError with the code of the op to blame; nothing was applied then
   */
  async multi(ops: readonly TransactionOp[], { signal }: CallOptions = {}): Promise<readonly TransactionResult[]> {
    const body = ops.map((op) => toMultiOp(op, this.#chroot));
    const spec = { op: OpCode.multi, writeBody: writeMultiOps, body, path: null, shape: MULTI_REPLY };
    return toTransactionResults(ops, await this.#request(spec, signal), this.#chroot);
  }

  getAcl(path: string, { signal }: CallOptions = {}): Promise<ZnodeAcl> {
    return this.#request({ ...this.#pathSpec(OpCode.getACL, path), shape: ACL_REPLY }, signal);
  }

  /** @param options.version  the expected aversion @returns the new Stat */
  setAcl(path: string, acl: readonly Acl[], { version = ANY_VERSION, signal }: VersionOptions = {}): Promise<Stat> {
    const body = { path: this.#chroot.toServer(path), acl, version };
    return this.#request({ op: OpCode.setACL, writeBody: writeSetAclRequest, body, path, shape: STAT_REPLY }, signal);
  }

  /**
   * Adds an identity to this session, for instance scheme `digest` and auth `user:password`; every later server is told
   * as well. Servers accept any digest: a wrong one shows as NO_AUTH later. Waits for a connection.
   * @throws EnsembleError AUTH_FAILED if the server knows no such scheme (it then also closes the connection, which is
   *   opened again without this identity)
   */
  addAuth(scheme: string, auth: Data): Promise<void> {
    return this.#session.addAuth({ scheme, auth: toBytes(auth) ?? new Uint8Array(0) });
  }

  /** Ephemerals of this session whose path begins with `prefix`, in no promised order. */
  async getEphemerals(prefix = '/', { signal }: CallOptions = {}): Promise<readonly string[]> {
    const paths = await this.#request({ ...this.#pathSpec(OpCode.getEphemerals, prefix), shape: NAMES_REPLY }, signal);
    return paths.map((path) => this.#chroot.toClient(path));
  }

  /** The number of all znodes below a path. */
  getAllChildrenNumber(path: string, { signal }: CallOptions = {}): Promise<number> {
    return this.#request({ ...this.#pathSpec(OpCode.getAllChildrenNumber, path), shape: COUNT_REPLY }, signal);
  }

  /** The identities that the server knows of this connection (ZooKeeper 3.7 and newer). */
  whoAmI({ signal }: CallOptions = {}): Promise<readonly ClientInfo[]> {
    const spec = { op: OpCode.whoAmI, writeBody: writeNothing, body: null, path: null, shape: IDENTITIES_REPLY };
    return this.#request(spec, signal);
  }

  /** Takes a watch back: its listener is not called any more, nor told of the end. Nothing is sent. */
  removeWatch(path: string, listener: WatchListener): void {
    const serverPath = this.#chroot.toServer(path);
    for (const kind of WATCH_KINDS) this.#session.watches.remove(kind, serverPath, listener);
  }

  /**
   * Ends the session: its ephemerals are gone when this is fulfilled, provided that there was a connection (without one
   * they go when the session expires). What was asked before is sent and answered first. Idempotent, never rejects.
   */
  close(): Promise<void> {
    return this.#session.close();
  }

  /**
   * Ends this client and leaves the session with the servers: its ephemerals stay until it expires, or another client
   * takes it over (option `session`). What has no answer yet fails.
   * @returns the session; null if there was none yet
   */
  detach(): SessionTicket | null {
    const ticket = this.session;
    this.#session.detach();
    return ticket;
  }

  #create<Value>({ path, data, options, plainOp, shape }: CreateCall<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const body = makeCreate({ path, data, options, chroot: this.#chroot, plainOp });
      const spec = { op: body.type, writeBody: writeCreate, body, path, shape };
      this.#session.submit(spec, { resolve, reject }, options.signal);
    });
  }

  #read<Value>({ op, path, shape, statOf, options }: ReadCall<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      checkPath(path);
      const { watch, signal } = options;
      const body = { path: this.#chroot.toServer(path), watch: watch !== undefined };
      const spec = { op, writeBody: writeWatchableRequest, body, path, shape };
      if (watch === undefined) {
        this.#session.submit(spec, { resolve, reject }, signal);
        return;
      }
      const watchAndResolve = (value: Value): void => {
        const stat = statOf(value);
        const kind = op === OpCode.getChildren2 ? 'child' : stat === null ? 'exist' : 'data';
        this.#session.watches.add(kind, body.path, stat, watch);
        resolve(value);
      };
      this.#session.submit(spec, { resolve: watchAndResolve, reject }, signal);
    });
  }

  #request<Body, Value>(spec: RequestSpec<Body, Value>, signal: AbortSignal | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (spec.path !== null) checkPath(spec.path);
      this.#session.submit(spec, { resolve, reject }, signal);
    });
  }

  #pathSpec(op: number, path: string): Omit<RequestSpec<string, unknown>, 'shape'> {
    return { op, writeBody: writePath, body: this.#chroot.toServer(path), path };
  }
}

interface CreateCall<Value> {
  readonly path: string;
  readonly data: Data;
  readonly options: CreateOptions & CallOptions;
  readonly plainOp: typeof OpCode.create | typeof OpCode.create2;
  readonly shape: ReplyShape<Value>;
}

interface ReadCall<Value> {
  readonly op: number;
  readonly path: string;
  readonly shape: ReplyShape<Value>;
  /** The znode's Stat in the answer; null if there is no such znode. */
  readonly statOf: (value: Value) => Stat | null;
  readonly options: ReadOptions;
}

function writePath(writer: JuteWriter, path: string): void {
  writer.writeString(path);
}
