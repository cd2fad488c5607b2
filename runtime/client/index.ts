/**
 * Door `./client`: a client for every ZooKeeper-compatible ensemble.
 *
 *     const client = connect('localhost:2181,localhost:2182/app');
 *     await client.create('/greeting', 'hello');
 *     client.watch$('/greeting').subscribe(({ data }) => console.log(data?.toString()));
 *     await client.setData('/greeting', 'good evening');
 *     await client.close();
 */

import type { Observable } from 'rxjs';
import { Client } from './client.ts';
import { type ChildrenState, watchChildren, watchState, watchZnode, type ZnodeState } from './observe.ts';
import { watchEvents, type ZnodeEvent } from './observe-events.ts';
import type { ClientOptions } from './options.ts';
import type { SessionState } from './session.ts';
import type { LastingWatchKind } from './watches.ts';

/** The client, with its znodes and its session as observables (cold; see each). */
export class ObservableClient extends Client {
  /**
   * The data of a znode: the present state first, then each later one, `absent` while there is no such znode. Cold;
   * completes on close, errors with SESSION_EXPIRED when the session is lost.
   */
  watch$(path: string): Observable<ZnodeState> {
    return watchZnode(this, path);
  }

  /** The names of a znode's children, sorted; otherwise as `watch$`. */
  watchChildren$(path: string): Observable<ChildrenState> {
    return watchChildren(this, path);
  }

  /**
   * What changes at a path and below it (mode `persistent`: at the path and its children's names), event by event. Cold;
   * ends as `watch$` does; `reconnected` tells that events may be missing.
   */
  watchEvents$(path: string, mode: LastingWatchKind = 'persistentRecursive'): Observable<ZnodeEvent> {
    return watchEvents(this, path, mode);
  }

  /** The state of the session, the present one first. Completes after `lost` and `closed`; never errors. */
  get state$(): Observable<SessionState> {
    return watchState(this);
  }
}

/**
 * Starts a session: connects in the background, to one server after the other until one answers.
 * @param connectString  `host[:port][,host[:port]…][/chroot]`; the port is 2181 where it is left out
 * @throws ConfigError for a connect string or an option that cannot be used
 */
export function connect(connectString: string, options: ClientOptions = {}): ObservableClient {
  return new ObservableClient(connectString, options);
}

export { EnsembleError, type OutcomeCode } from '../../core/errors.ts';
export { formatSessionId, parseSessionId, type SessionId } from '../../core/ids.ts';
export { type Acl, OPEN_ACL, Permission } from '../../core/jute/acl.ts';
export type { ClientInfo } from '../../core/jute/auth.ts';
export type { Stat } from '../../core/jute/stat.ts';
export type { CallOptions, ReadOptions, VersionOptions } from './call-options.ts';
export type { CreateMode, CreateOptions } from './create-request.ts';
export type { Credential } from './credentials.ts';
export type { Data } from './data.ts';
export { clientConnectString, type EnsembleConfig, type EnsembleMember } from './ensemble-config.ts';
export type { ChildrenState, ZnodeState } from './observe.ts';
export type { ZnodeEvent } from './observe-events.ts';
export type { ReadOp } from './operations/bulk.ts';
export type { Reconfiguration } from './operations/ensemble.ts';
export type { AddWatchOptions, RemoveWatchesOptions, WatchSelection } from './operations/watching.ts';
export type { ClientOptions } from './options.ts';
export type { CreatedZnode, ReadResult, ZnodeAcl, ZnodeChildren, ZnodeData } from './replies.ts';
export type { SaslCredentials } from './sasl-login.ts';
export type { SessionState } from './session.ts';
export type { SessionTicket } from './session-link.ts';
export type { ClientTls } from './tls-transport.ts';
export { TransactionError, type TransactionOp, type TransactionResult } from './transaction.ts';
export type { OpenTransport, Transport, TransportListener } from './transport.ts';
export type { LastingWatchKind, WatchedEvent, WatchedEventType, WatchListener, WatchRemovedType } from './watches.ts';
export { Client };
