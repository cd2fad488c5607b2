/**
 * Who is told of a change: two tables, data and child, from a path to the connections that watch it (zookeeper-facts
 * 6.2 and 6.3; WatchManager). Watches belong to a connection of this server and are never replicated.
 *
 * Every (path, watcher) holds a set of mode bits. Standard watches are told once and then forgotten; persistent and
 * recursive ones take bits of their own. A trigger tells each watcher at most once, in the order of registration.
 */

import type { Zxid } from '../zxid.ts';
import { parentOf } from './path.ts';

/** Types of watch events, as they travel. */
export const WatchEventType = { nodeCreated: 1, nodeDeleted: 2, nodeDataChanged: 3, nodeChildrenChanged: 4 } as const;
export type WatchEventType = (typeof WatchEventType)[keyof typeof WatchEventType];

/** A client's connection. It only takes note: it must not change the tree while it is told. */
export interface Watcher {
  onWatchedEvent(type: WatchEventType, path: string, zxid: Zxid): void;
}

const STANDARD = 1;
type Modes = number;

/** One table. Empty sets are not kept, so its size is that of the watches in it. */
class WatchSide {
  readonly #byPath = new Map<string, Map<Watcher, Modes>>();
  readonly #byWatcher = new Map<Watcher, Set<string>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#byPath.size === 0;
  }

  add(path: string, watcher: Watcher, mode: Modes): void {
    let watchers = this.#byPath.get(path);
    if (watchers === undefined) {
      watchers = new Map();
      this.#byPath.set(path, watchers);
    }
    const before = watchers.get(watcher) ?? 0;
    watchers.set(watcher, before | mode);
    if (before !== 0) return;
    this.#count += 1;
    const paths = this.#byWatcher.get(watcher);
    if (paths === undefined) this.#byWatcher.set(watcher, new Set([path]));
    else paths.add(path);
  }

  removeWatcher(watcher: Watcher): void {
    for (const path of this.#byWatcher.get(watcher) ?? []) {
      const watchers = this.#byPath.get(path);
      if (watchers?.delete(watcher) !== true) continue;
      this.#count -= 1;
      if (watchers.size === 0) this.#byPath.delete(path);
    }
    this.#byWatcher.delete(watcher);
  }

  /** The watchers to tell, in order; standard watches among them are used up. Undefined when there are none. */
  take(path: string): readonly Watcher[] | undefined {
    const watchers = this.#byPath.get(path);
    if (watchers === undefined) return undefined;
    const told = [...watchers.keys()];
    for (const watcher of told) this.#useUp(path, watchers, watcher);
    if (watchers.size === 0) this.#byPath.delete(path);
    return told;
  }

  #useUp(path: string, watchers: Map<Watcher, Modes>, watcher: Watcher): void {
    const left = (watchers.get(watcher) ?? 0) & ~STANDARD;
    if (left !== 0) {
      watchers.set(watcher, left);
      return;
    }
    watchers.delete(watcher);
    this.#count -= 1;
    const paths = this.#byWatcher.get(watcher);
    paths?.delete(path);
    if (paths?.size === 0) this.#byWatcher.delete(watcher);
  }
}

export class WatchTable {
  readonly #data = new WatchSide();
  readonly #child = new WatchSide();

  /** False: no change concerns anybody, and callers need not even name its path. */
  get hasAny(): boolean {
    return !this.#data.isEmpty || !this.#child.isEmpty;
  }

  /** Watches in both tables. */
  get count(): number {
    return this.#data.count + this.#child.count;
  }

  /** As getData and exists register it; the znode may be missing. Again for the same watcher: still one event. */
  addData(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, STANDARD);
  }

  /** As getChildren registers it. */
  addChild(path: string, watcher: Watcher): void {
    this.#child.add(path, watcher, STANDARD);
  }

  /** Forgets everything a closed connection registered. */
  remove(watcher: Watcher): void {
    this.#data.removeWatcher(watcher);
    this.#child.removeWatcher(watcher);
  }

  onCreated(path: string, zxid: Zxid): void {
    tell(this.#data.take(path), WatchEventType.nodeCreated, path, zxid);
    this.#onChildrenChanged(path, zxid);
  }

  onDataChanged(path: string, zxid: Zxid): void {
    tell(this.#data.take(path), WatchEventType.nodeDataChanged, path, zxid);
  }

  onDeleted(path: string, zxid: Zxid): void {
    const told = this.#data.take(path);
    tell(told, WatchEventType.nodeDeleted, path, zxid);
    const others = this.#child.take(path);
    if (others !== undefined) {
      // The child watch of one already told is used up all the same.
      const skipped = new Set(told);
      const left = others.filter((watcher) => !skipped.has(watcher));
      tell(left, WatchEventType.nodeDeleted, path, zxid);
    }
    this.#onChildrenChanged(path, zxid);
  }

  #onChildrenChanged(path: string, zxid: Zxid): void {
    if (this.#child.isEmpty) return;
    const parent = parentOf(path);
    tell(this.#child.take(parent), WatchEventType.nodeChildrenChanged, parent, zxid);
  }
}

function tell(watchers: readonly Watcher[] | undefined, type: WatchEventType, path: string, zxid: Zxid): void {
  if (watchers === undefined) return;
  for (const watcher of watchers) watcher.onWatchedEvent(type, path, zxid);
}
