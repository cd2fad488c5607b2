/**
 * Znodes and sessions as observables. What they emit are states, not events: the present state first, then each later
 * one. States that follow each other faster than they can be read are skipped; the last one never is.
 *
 * All are cold: each subscription reads and watches for itself, and unsubscribing takes its watch back. A watch is
 * one-shot, so each read sets the next one: a change between an event and the read that follows is in what is read.
 *
 * They complete when the client is closed, or `removeWatches` took their watch. They error with SESSION_EXPIRED when the session is lost, and with whatever
 * a read is refused for (NO_AUTH …); a lost connection is no error, the state is read again after it.
 */

import { Observable, type Subscriber } from 'rxjs';
import { EnsembleError } from '../../core/errors.ts';
import type { Stat } from '../../core/jute/stat.ts';
import type { Client } from './client.ts';
import type { SessionState } from './session.ts';
import { isWatchRemoved, type WatchedEvent, type WatchListener } from './watches.ts';

/** A znode's data as they are now, or that there is no such znode. */
export type ZnodeState =
  | { readonly type: 'present'; readonly path: string; readonly data: Buffer | null; readonly stat: Stat }
  | { readonly type: 'absent'; readonly path: string; readonly data: null; readonly stat: null };

/** The names of a znode's children, sorted, or that there is no such znode. */
export type ChildrenState =
  | { readonly type: 'present'; readonly path: string; readonly children: readonly string[]; readonly stat: Stat }
  | { readonly type: 'absent'; readonly path: string; readonly children: null; readonly stat: null };

/** The znode at `path`: emits when it is created, changed (data, not children) and deleted. */
export function watchZnode(client: Client, path: string): Observable<ZnodeState> {
  return follow<ZnodeState>(client, path, {
    read: async (watch) => ({ type: 'present', path, ...(await client.getData(path, { watch })) }),
    absent: { type: 'absent', path, data: null, stat: null },
    zxidOf: ({ stat }) => stat?.mzxid ?? null,
  });
}

/** The children of the znode at `path`: emits when one is created or deleted, and when the znode itself is. */
export function watchChildren(client: Client, path: string): Observable<ChildrenState> {
  return follow<ChildrenState>(client, path, {
    read: async (watch) => {
      const { children, stat } = await client.getChildren(path, { watch });
      return { type: 'present', path, children: children.toSorted(), stat };
    },
    absent: { type: 'absent', path, children: null, stat: null },
    zxidOf: ({ stat }) => stat?.pzxid ?? null,
  });
}

/** The state of the session, the present one first. Completes after `lost` and `closed`; never errors. */
export function watchState(client: Client): Observable<SessionState> {
  return new Observable((subscriber) => {
    const emit = (state: SessionState): void => {
      subscriber.next(state);
      if (state === 'lost' || state === 'closed') subscriber.complete();
    };
    subscriber.add(client.onState(emit));
    emit(client.state);
  });
}

interface Followed<State> {
  /** Reads with a watch. */
  readonly read: (watch: WatchListener) => Promise<State>;
  readonly absent: State;
  /** What moves whenever the state does; null for `absent`. */
  readonly zxidOf: (state: State) => number | null;
}

function follow<State>(client: Client, path: string, followed: Followed<State>): Observable<State> {
  return new Observable((subscriber) => {
    const follower = new Follower(client, path, followed, subscriber);
    subscriber.add(() => follower.stop());
    follower.start();
  });
}

/** One subscription: at any moment either one read is under way or one watch is set. */
class Follower<State> {
  readonly #client: Client;
  readonly #path: string;
  readonly #followed: Followed<State>;
  readonly #subscriber: Subscriber<State>;
  /** Of the last state emitted; undefined before the first. */
  #lastZxid: number | null | undefined = undefined;
  #isStopped = false;

  constructor(client: Client, path: string, followed: Followed<State>, subscriber: Subscriber<State>) {
    this.#client = client;
    this.#path = path;
    this.#followed = followed;
    this.#subscriber = subscriber;
  }

  start(): void {
    this.#readOn().catch((error: unknown) => this.#onFailure(error));
  }

  stop(): void {
    this.#isStopped = true;
    this.#client.removeWatch(this.#path, this.#onEvent);
  }

  async #readOn(): Promise<void> {
    const state = await this.#readState();
    if (this.#isStopped) {
      // Unsubscribed during the read, which has set a watch meanwhile.
      this.#client.removeWatch(this.#path, this.#onEvent);
      return;
    }
    const zxid = this.#followed.zxidOf(state);
    if (zxid === this.#lastZxid) return;
    this.#lastZxid = zxid;
    this.#subscriber.next(state);
  }

  async #readState(): Promise<State> {
    for (;;) {
      try {
        return await this.#followed.read(this.#onEvent);
      } catch (error) {
        if (!(error instanceof EnsembleError) || error.code !== 'NO_NODE') throw error;
      }
      const stat = await this.#client.exists(this.#path, { watch: this.#onEvent });
      if (stat === null) return this.#followed.absent;
      // Created between the two reads: the watch that was just set is one too many.
      this.#client.removeWatch(this.#path, this.#onEvent);
    }
  }

  readonly #onEvent = (event: WatchedEvent): void => {
    if (event.type === 'sessionEnded') this.#onFailure(new EnsembleError('SESSION_EXPIRED', this.#path));
    else if (isWatchRemoved(event.type)) this.#subscriber.complete();
    else this.start();
  };

  #onFailure(error: unknown): void {
    if (this.#isStopped) return;
    const code = error instanceof EnsembleError ? error.code : null;
    // The next read waits for the connection by itself, so this does not spin.
    if (code === 'CONNECTION_LOSS') this.start();
    else if (code === 'SESSION_EXPIRED' && this.#client.state !== 'lost') this.#subscriber.complete();
    else this.#subscriber.error(error);
  }
}
