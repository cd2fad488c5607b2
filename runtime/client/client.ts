/**
 * The client of a ZooKeeper ensemble: the operations of the protocol as promises. It speaks to Threadkeeper's replicas
 * and to Apache ZooKeeper alike; what each operation sends stands in `operations/`, by kind. Observables are in
 * observe.ts, so that a program that wants none does not load RxJS.
 */

import { EnsembleError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Acl } from '../../core/jute/acl.ts';
import type { ClientInfo } from '../../core/jute/auth.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import type { Stat } from '../../core/jute/stat.ts';
import type { CallOptions, ReadOptions, VersionOptions } from './call-options.ts';
import { formatServer } from './connect-string.ts';
import type { CreateOptions } from './create-request.ts';
import { type Data, toBytes } from './data.ts';
import type { EnsembleConfig } from './ensemble-config.ts';
import * as access from './operations/access.ts';
import * as bulk from './operations/bulk.ts';
import * as ensemble from './operations/ensemble.ts';
import * as watching from './operations/watching.ts';
import * as znodes from './operations/znodes.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import type { ReplyShape } from './pending-request.ts';
import {
  type CreatedZnode,
  createdReply,
  pathReply,
  type ReadResult,
  type ZnodeAcl,
  type ZnodeChildren,
  type ZnodeData,
} from './replies.ts';
import { Requester } from './requester.ts';
import { Session, type SessionState } from './session.ts';
import type { SessionTicket } from './session-link.ts';
import type { TransactionOp, TransactionResult } from './transaction.ts';
import type { WatchListener } from './watches.ts';

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
  readonly #ask: Requester;
  readonly #pathReply: ReplyShape<string>;
  readonly #createdReply: ReplyShape<CreatedZnode>;

  /** @throws ConfigError for a connect string or an option that cannot be used */
  constructor(connectString: string, options: ClientOptions = {}) {
    const resolved = resolveOptions(connectString, options);
    this.#session = new Session(resolved);
    this.#ask = new Requester(this.#session, resolved.chroot);
    this.#pathReply = pathReply(resolved.chroot);
    this.#createdReply = createdReply(resolved.chroot);
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

  /** Connected to a server that has lost the quorum: it answers reads, and refuses writes (NOT_READ_ONLY). */
  get isReadOnly(): boolean {
    return this.#session.link.isReadOnly;
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
    return znodes.create(this.#ask, { path, data, options, plainOp: OpCode.create, shape: this.#pathReply });
  }

  /** `create`, with the new znode's Stat. */
  create2(path: string, data: Data = null, options: CreateOptions & CallOptions = {}): Promise<CreatedZnode> {
    return znodes.create(this.#ask, { path, data, options, plainOp: OpCode.create2, shape: this.#createdReply });
  }

  delete(path: string, options: VersionOptions = {}): Promise<void> {
    return znodes.remove(this.#ask, path, options);
  }

  /** @returns null if there is no such znode */
  exists(path: string, options: ReadOptions = {}): Promise<Stat | null> {
    return znodes.exists(this.#ask, path, options);
  }

  getData(path: string, options: ReadOptions = {}): Promise<ZnodeData> {
    return znodes.getData(this.#ask, path, options);
  }

  /** @returns the new Stat */
  setData(path: string, data: Data, options: VersionOptions = {}): Promise<Stat> {
    return znodes.setData(this.#ask, path, data, options);
  }

  getChildren(path: string, options: ReadOptions = {}): Promise<ZnodeChildren> {
    return znodes.getChildren(this.#ask, path, options);
  }

  /** Fulfilled when the server has caught up with the leader: what is read next is at least as new as this call. */
  sync(path: string, options: CallOptions = {}): Promise<void> {
    return ensemble.sync(this.#ask, path, options);
  }

  /**
   * Several writes, together or not at all.
   * @returns what came of each, in their order
   * @throws TransactionError with the code of the op to blame; nothing was applied then
   */
  multi(ops: readonly TransactionOp[], options: CallOptions = {}): Promise<readonly TransactionResult[]> {
    return bulk.multi(this.#ask, ops, options);
  }

  /** Several reads in one request, each with an outcome of its own (ZooKeeper 3.6 and newer). They set no watches. */
  multiRead(ops: readonly bulk.ReadOp[], options: CallOptions = {}): Promise<readonly ReadResult[]> {
    return bulk.multiRead(this.#ask, ops, options);
  }

  getAcl(path: string, options: CallOptions = {}): Promise<ZnodeAcl> {
    return access.getAcl(this.#ask, path, options);
  }

  /** @param options.version  the expected aversion @returns the new Stat */
  setAcl(path: string, acl: readonly Acl[], options: VersionOptions = {}): Promise<Stat> {
    return access.setAcl(this.#ask, { path, acl, options });
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

  /** The identities that the server knows of this connection (ZooKeeper 3.7 and newer). */
  whoAmI(options: CallOptions = {}): Promise<readonly ClientInfo[]> {
    return access.whoAmI(this.#ask, options);
  }

  /** Ephemerals of this session whose path begins with `prefix`, in no promised order (ZooKeeper 3.6 and newer). */
  getEphemerals(prefix = '/', options: CallOptions = {}): Promise<readonly string[]> {
    return bulk.getEphemerals(this.#ask, prefix, options);
  }

  /** The number of all znodes below a path (ZooKeeper 3.6 and newer). */
  getAllChildrenNumber(path: string, options: CallOptions = {}): Promise<number> {
    return bulk.getAllChildrenNumber(this.#ask, path, options);
  }

  /**
   * The ensemble's configuration: its servers and the version (/zookeeper/config, whatever the chroot). Changes can be
   * watched.
   */
  getConfig(options: ReadOptions = {}): Promise<EnsembleConfig> {
    return ensemble.getConfig(this.#ask, options);
  }

  /**
   * Changes the ensemble's membership. Servers allow it only where it is switched on, and to whom may write
   * /zookeeper/config.
   * @returns the new configuration
   * @throws EnsembleError BAD_VERSION if `fromVersion` is no more the version, RECONFIG_IN_PROGRESS, NEW_CONFIG_NO_QUORUM,
   *   RECONFIG_DISABLED, BAD_ARGUMENTS, NO_AUTH, or UNIMPLEMENTED by a standalone server
   */
  reconfig(change: ensemble.Reconfiguration, options: CallOptions = {}): Promise<EnsembleConfig> {
    return ensemble.reconfig(this.#ask, change, options);
  }

  /**
   * Watches a znode until the watch is removed (ZooKeeper 3.6 and newer), by default with everything below it. It is set
   * when this is fulfilled; it needs no znode to be there. After a lost connection it is set again, but what changed
   * meanwhile is not told: read again when the state becomes `reconnected`.
   */
  addWatch(path: string, listener: WatchListener, options: watching.AddWatchOptions = {}): Promise<void> {
    return watching.addWatch(this.#ask, { path, listener, options });
  }

  /** Fulfilled if the server has such a watch of this connection. @throws EnsembleError NO_WATCHER if not */
  checkWatches(path: string, type: watching.WatchSelection = 'any', options: CallOptions = {}): Promise<void> {
    return watching.checkWatches(this.#ask, path, type, options);
  }

  /**
   * Removes all watches of a kind at a path, here and at the server; their listeners are told (`dataWatchRemoved` …).
   * @throws EnsembleError NO_WATCHER if there is none; MARSHALLING_ERROR by servers that do not know the kind
   */
  removeWatches(path: string, options: watching.RemoveWatchesOptions = {}): Promise<void> {
    return watching.removeWatches(this.#ask, path, options);
  }

  /** Takes one listener's watches at a path back: it is not called any more, nor told of the end. */
  removeWatch(path: string, listener: WatchListener): void {
    watching.removeListener(this.#ask, path, listener);
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
}
