/**
 * The watches of one session, and what must come of them (I19). Of one-shot watches: an event for the first change after
 * the registration, of that change's kind, once, and before any reply that shows the change; after a reconnect, setWatches
 * makes up for what was missed, as far as the znode's state tells. Lasting ones are in lasting-watches.ts. One change is
 * one event, however many watches it concerns, and no event comes without a watch.
 */

import { InvariantViolation } from '../../../core/assert.ts';
import { zkCodeOf } from '../../../core/errors.ts';
import { EventType, type WatchedEvent } from '../../../core/jute/request.ts';
import { AddWatchMode, WatcherType } from '../../../core/jute/watch.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import { toZxid } from '../../../core/zxid.ts';
import type { Model } from '../checkers/model.ts';
import { EVENT_OF, type LastingKind, LastingWatches } from './lasting-watches.ts';
import type { ClientRequest, SetWatchesRequest, WatcherRequest } from './requests.ts';

type Kind = 'data' | 'children';

interface Watch {
  /** The znode's changes up to this zxid were seen at registration. */
  readonly since: number;
  /** Left by `exists` on a missing znode. */
  readonly isForCreation: boolean;
}

const KINDS_OF_TYPE: Readonly<Record<number, readonly (Kind | LastingKind)[]>> = {
  [WatcherType.children]: ['children'],
  [WatcherType.data]: ['data'],
  [WatcherType.any]: ['data', 'children', 'persistent', 'recursive'],
  [WatcherType.persistent]: ['persistent'],
  [WatcherType.persistentRecursive]: ['recursive'],
};

/** What an answer or an event was, for the list of rare paths. */
export type WatchMark =
  | 'missed change told by setWatches'
  | 'persistent watch fired'
  | 'recursive watch fired'
  | 'lasting watch set anew'
  | 'watch taken back';

export class WatchBook {
  readonly #session: string;
  readonly #lasting = new LastingWatches();
  readonly #mark: (mark: WatchMark) => void;
  readonly #watches: Readonly<Record<Kind, Map<string, Watch>>> = { data: new Map(), children: new Map() };
  /** Between setWatches and its reply: what events have said already. */
  #isCatchingUp = false;
  #caughtUp: WatchedEvent[] = [];

  constructor(session: string, mark: (mark: WatchMark) => void) {
    this.#session = session;
    this.#mark = mark;
  }

  get isEmpty(): boolean {
    return this.#watches.data.size === 0 && this.#watches.children.size === 0 && this.#lasting.isEmpty;
  }

  onAnswered(request: ClientRequest, { zxid, error }: { zxid: number; error: number }, model: Model): void {
    if (request.type === 'setWatches' || request.type === 'setWatches2') this.#onCaughtUp(request, zxid, model);
    this.requireToldThrough(zxid, model);
    switch (request.type) {
      case 'getData':
        if (request.watch && error === 0) this.#register('data', request.path, { since: zxid, isForCreation: false });
        return;
      case 'exists':
        if (request.watch) this.#register('data', request.path, { since: zxid, isForCreation: error !== 0 });
        return;
      case 'getChildren':
        if (request.watch && error === 0) {
          this.#register('children', request.path, { since: zxid, isForCreation: false });
        }
        return;
      case 'addWatch': {
        const kind = request.mode === AddWatchMode.persistent ? 'persistent' : 'recursive';
        return this.#lasting.add(kind, request.path, zxid, model);
      }
      case 'checkWatches':
      case 'removeWatches':
        return this.#onAsked(request, error, zxid);
      default:
        return;
    }
  }

  /** Whatever bears this zxid may show changes up to it: no watch may still wait for one of them. */
  requireToldThrough(zxid: number, model: Model): void {
    if (this.#isCatchingUp) return;
    for (const kind of ['data', 'children'] as const) {
      for (const [path, { since }] of this.#watches[kind]) {
        const trigger = model.nextTrigger(kind, path, since);
        if (trigger !== null && trigger.zxid <= zxid) {
          this.#fail(`a ${kind} watch is told of the change of ${describeZxid(trigger.zxid)}`, path, zxid);
        }
      }
    }
    const overdue = this.#lasting.overdue(zxid, model);
    if (overdue === null) return;
    const { kind, change, path } = overdue;
    this.#fail(`a ${kind} watch is told of each change (${change} at ${describeZxid(overdue.zxid)})`, path, zxid);
  }

  onEvent(event: WatchedEvent, zxid: number, model: Model): void {
    if (this.#isCatchingUp) {
      this.#caughtUp.push(event);
      return;
    }
    const { type, path } = event;
    const kinds: readonly Kind[] =
      type === EventType.nodeChildrenChanged
        ? ['children']
        : type === EventType.nodeDeleted
          ? ['data', 'children']
          : ['data'];
    const told = kinds.filter((kind) => this.#watches[kind].has(path));
    const lasting = this.#lasting.onEvent({ type, path, zxid }, model);
    for (const kind of lasting) this.#mark(`${kind} watch fired`);
    if (told.length + lasting.length === 0) this.#fail(`no event of type ${type} without a watch`, path, zxid);
    for (const kind of told) {
      const { since } = this.#watches[kind].get(path) as Watch;
      const trigger = model.nextTrigger(kind, path, since);
      if (trigger === null || trigger.zxid !== zxid || EVENT_OF[trigger.change] !== type) {
        const expected = trigger === null ? 'none' : `${trigger.change} at ${describeZxid(trigger.zxid)}`;
        this.#fail(
          `the event of a ${kind} watch of ${since} is its first change (${expected}, not type ${type})`,
          path,
          zxid,
        );
      }
      this.#watches[kind].delete(path);
    }
    // The other watches saw these changes go by as well.
    this.requireToldThrough(zxid - 1, model);
  }

  /** The connection is gone: its watches are no longer registered anywhere. */
  onDisconnected(): void {
    this.#isCatchingUp = false;
    this.#caughtUp = [];
  }

  setWatches(since: number): SetWatchesRequest {
    this.#isCatchingUp = true;
    const all = [...this.#watches.data];
    const data = all.filter(([, { isForCreation }]) => !isForCreation).map(([path]) => path);
    const exists = all.filter(([, { isForCreation }]) => isForCreation).map(([path]) => path);
    const children = [...this.#watches.children.keys()];
    const [persistent, recursive] = [this.#lasting.paths('persistent'), this.#lasting.paths('recursive')];
    const type = this.#lasting.isEmpty ? 'setWatches' : 'setWatches2';
    return { type, since, data, exists, children, persistent, recursive };
  }

  /** A repeated registration is still the first one. */
  #register(kind: Kind, path: string, watch: Watch): void {
    const watches = this.#watches[kind];
    if (!watches.has(path)) watches.set(path, watch);
  }

  #onAsked({ type, path, watcher }: WatcherRequest, error: number, zxid: number): void {
    const found = (KINDS_OF_TYPE[watcher] ?? []).filter((kind) =>
      kind === 'data' || kind === 'children' ? this.#watches[kind].has(path) : this.#lasting.has(kind, path),
    );
    const expected = found.length > 0 ? 0 : zkCodeOf('NO_WATCHER');
    if (error !== expected) this.#fail(`${type} of type ${watcher} is answered ${expected}, not ${error}`, path, zxid);
    if (type === 'checkWatches') return;
    for (const kind of found) {
      this.#mark('watch taken back');
      if (kind === 'data' || kind === 'children') this.#watches[kind].delete(path);
      else this.#lasting.remove(kind, path);
    }
  }

  #onCaughtUp(request: SetWatchesRequest, zxid: number, model: Model): void {
    const { since, data, exists, children } = request;
    const told = this.#caughtUp.map(({ type, path }) => `${type} ${path}`).sort();
    const expected: string[] = [];
    for (const path of data) {
      const state = model.at(path, zxid);
      const type = state === null ? EventType.nodeDeleted : state.mzxid > since ? EventType.nodeDataChanged : null;
      this.#settle('data', path, type, zxid, expected);
    }
    for (const path of exists) {
      this.#settle('data', path, model.at(path, zxid) === null ? null : EventType.nodeCreated, zxid, expected);
    }
    for (const path of children) {
      const state = model.at(path, zxid);
      const type = state === null ? EventType.nodeDeleted : state.pzxid > since ? EventType.nodeChildrenChanged : null;
      this.#settle('children', path, type, zxid, expected);
    }
    this.onDisconnected();
    if (told.join(', ') !== expected.sort().join(', ')) {
      this.#fail(
        `setWatches since ${since} tells ${expected.join(', ') || 'nothing'}, not ${told.join(', ')}`,
        '',
        zxid,
      );
    }
    if (told.length > 0) this.#mark('missed change told by setWatches');
    for (const kind of ['persistent', 'recursive'] as const) {
      for (const path of request[kind]) {
        this.#lasting.renew(kind, path, zxid, model);
        this.#mark('lasting watch set anew');
      }
    }
  }

  #settle(kind: Kind, path: string, type: number | null, zxid: number, expected: string[]): void {
    const watch = this.#watches[kind].get(path);
    if (watch === undefined) return;
    if (type === null) this.#watches[kind].set(path, { ...watch, since: zxid });
    else {
      this.#watches[kind].delete(path);
      expected.push(`${type} ${path}`);
    }
  }

  #fail(claim: string, path: string, zxid: number): never {
    throw new InvariantViolation(`I19: ${claim}`, {
      session: this.#session,
      path,
      zxid: describeZxid(toZxid(Math.max(zxid, 0))),
    });
  }
}
