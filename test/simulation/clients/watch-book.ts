/**
 * The watches of one session, and what must come of them (I19): an event for the first change after the registration, of
 * that change's kind, once, and before any reply that shows the change. After a reconnect, setWatches makes up for what
 * was missed, as far as the znode's state tells.
 */

import { InvariantViolation } from '../../../core/assert.ts';
import { EventType, type WatchedEvent } from '../../../core/jute/request.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import { toZxid } from '../../../core/zxid.ts';
import type { Change, Model } from '../checkers/model.ts';
import type { SetWatchesRequest } from './requests.ts';

type Kind = 'data' | 'children';

interface Watch {
  /** The znode's changes up to this zxid were seen at registration. */
  readonly since: number;
  /** Left by `exists` on a missing znode. */
  readonly isForCreation: boolean;
}

const EVENT_OF: Readonly<Record<Change, number>> = {
  created: EventType.nodeCreated,
  deleted: EventType.nodeDeleted,
  data: EventType.nodeDataChanged,
  children: EventType.nodeChildrenChanged,
};

export class WatchBook {
  readonly #session: string;
  readonly #watches: Readonly<Record<Kind, Map<string, Watch>>> = { data: new Map(), children: new Map() };
  /** Between setWatches and its reply: what events have said already. */
  #isCatchingUp = false;
  #caughtUp: WatchedEvent[] = [];

  constructor(session: string) {
    this.#session = session;
  }

  get isEmpty(): boolean {
    return this.#watches.data.size === 0 && this.#watches.children.size === 0;
  }

  /** A read with a watch was answered. Again on the same path: still the first registration. */
  onRegistered(kind: Kind, path: string, zxid: number, isForCreation: boolean): void {
    const watches = this.#watches[kind];
    if (!watches.has(path)) watches.set(path, { since: zxid, isForCreation });
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
    if (told.length === 0) this.#fail(`no event of type ${type} without a watch`, path, zxid);
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
    return { type: 'setWatches', since, data, exists, children: [...this.#watches.children.keys()] };
  }

  /** @returns how many changes it made up for */
  onCaughtUp({ since, data, exists, children }: SetWatchesRequest, zxid: number, model: Model): number {
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
    return told.length;
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
