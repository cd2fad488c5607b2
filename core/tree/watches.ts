/**
 * Which watches a change fires, and in which order their connections are told (zookeeper-facts 6.2 and 6.3; WatchManager
 * of 3.9). Watches belong to a connection of this server and are never replicated.
 *
 * There is a registry for each kind, so kinds on one path and connection do not touch each other:
 *
 *     kind        set by                  told of                                              when it fires
 *     data        getData, exists         its znode: created, changed, deleted                 is used up
 *     child       getChildren             its znode: deleted; its children: come or gone       is used up
 *     persistent  addWatch, mode 0        all that data and child watches are told of          stays
 *     recursive   addWatch, mode 1        its znode and every descendant: created, changed,    stays
 *                                         deleted, under the changed znode's own path
 *
 * A change tells each connection once, whatever it has set: what a deletion means to data and child watches is one event.
 */

import type { Acl } from '../jute/acl.ts';
import { EventType } from '../jute/request.ts';
import type { Zxid } from '../zxid.ts';
import { parentOf } from './path.ts';
import { TriggeredEvent, type Watcher } from './triggered-event.ts';
import { type Watchers, WatchRegistry } from './watch-registry.ts';

/** A znode that changed: who may read it decides who is told. */
export interface WatchedChange {
  readonly path: string;
  readonly zxid: Zxid;
  /** Of the znode; of a deleted one, as it was. */
  readonly acl: readonly Acl[];
}

export class WatchTable {
  readonly data = new WatchRegistry();
  readonly child = new WatchRegistry();
  readonly persistent = new WatchRegistry();
  readonly recursive = new WatchRegistry();

  /** False: no change concerns anybody, and callers need not even name its path. */
  get hasAny(): boolean {
    return this.data.count + this.child.count + this.persistent.count + this.recursive.count > 0;
  }

  /** As ZooKeeper counts them: a persistent watch is in both its tables. */
  get count(): number {
    return this.data.count + this.child.count + 2 * this.persistent.count + this.recursive.count;
  }

  /** Forgets everything a closed connection registered. */
  removeAll(watcher: Watcher): void {
    this.data.removeAll(watcher);
    this.child.removeAll(watcher);
    this.persistent.removeAll(watcher);
    this.recursive.removeAll(watcher);
  }

  onCreated(change: WatchedChange, parentAcl: readonly Acl[]): void {
    tell(EventType.nodeCreated, change, this.#watchersOf(change.path));
    this.#onChildrenChanged(change, parentAcl);
  }

  onDataChanged(change: WatchedChange): void {
    tell(EventType.nodeDataChanged, change, this.#watchersOf(change.path));
  }

  onDeleted(change: WatchedChange, parentAcl: readonly Acl[]): void {
    const watchers = this.#watchersOf(change.path);
    if (this.child.count > 0) add(watchers, this.child.take(change.path));
    tell(EventType.nodeDeleted, change, watchers);
    this.#onChildrenChanged(change, parentAcl);
  }

  #onChildrenChanged({ path, zxid }: WatchedChange, acl: readonly Acl[]): void {
    if (this.child.count + this.persistent.count === 0) return;
    const parent = parentOf(path);
    const watchers: Watchers[] = [];
    add(watchers, this.child.take(parent));
    add(watchers, this.persistent.at(parent));
    tell(EventType.nodeChildrenChanged, { path: parent, zxid, acl }, watchers);
  }

  /** Whoever watches the znode itself, or everything below one of its ancestors. */
  #watchersOf(path: string): Watchers[] {
    const watchers: Watchers[] = [];
    if (this.data.count > 0) add(watchers, this.data.take(path));
    if (this.persistent.count > 0) add(watchers, this.persistent.at(path));
    if (this.recursive.count > 0) this.#addRecursive(watchers, path);
    return watchers;
  }

  /** One look-up for each level of the path. */
  #addRecursive(watchers: Watchers[], path: string): void {
    for (let at = path; ; at = parentOf(at)) {
      add(watchers, this.recursive.at(at));
      if (at.length <= 1) return;
    }
  }
}

function add(groups: Watchers[], watchers: Watchers | null): void {
  if (watchers !== null) groups.push(watchers);
}

function tell(type: number, { path, zxid, acl }: WatchedChange, groups: readonly Watchers[]): void {
  const [first] = groups;
  if (first === undefined) return;
  const event = new TriggeredEvent(type, path, zxid, acl);
  for (const watcher of groups.length === 1 ? first : union(groups)) watcher.onWatchedEvent(event);
}

function union(groups: readonly Watchers[]): ReadonlySet<Watcher> {
  const all = new Set<Watcher>();
  for (const group of groups) for (const watcher of group) all.add(watcher);
  return all;
}
