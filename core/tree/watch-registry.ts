/**
 * Who watches which path, both ways round, for one kind of watch. It knows no events: what a change triggers is decided
 * in watches.ts.
 *
 * Millions of watches are ordinary, and most paths have one watcher, as most watchers of a path have one path: so a set
 * is kept only where there are two or more, and a path's string only once, however many watch it. A million watches cost
 * 100 bytes each on paths of their own (of 30 characters, string included), 40 to 85 where connections share paths.
 */

import type { Watcher } from './triggered-event.ts';

/** Two watchers of a path, or more; keeps the path for all of them. */
class SharedPath {
  readonly path: string;
  readonly watchers: Set<Watcher>;

  constructor(path: string, first: Watcher, second: Watcher) {
    this.path = path;
    this.watchers = new Set([first, second]);
  }
}

export type Watchers = readonly Watcher[] | ReadonlySet<Watcher>;

export class WatchRegistry {
  readonly #byPath = new Map<string, Watcher | SharedPath>();
  readonly #byWatcher = new Map<Watcher, string | Set<string>>();
  #count = 0;

  /** Pairs of path and watcher. */
  get count(): number {
    return this.#count;
  }

  get pathCount(): number {
    return this.#byPath.size;
  }

  get watcherCount(): number {
    return this.#byWatcher.size;
  }

  /** Again for the same pair: nothing changes. */
  add(path: string, watcher: Watcher): void {
    const before = this.#byPath.get(path);
    if (before === undefined) {
      this.#byPath.set(path, watcher);
      this.#addPath(watcher, path);
    } else if (before instanceof SharedPath) {
      if (before.watchers.has(watcher)) return;
      before.watchers.add(watcher);
      this.#addPath(watcher, before.path);
    } else if (before !== watcher) {
      const shared = new SharedPath(path, before, watcher);
      this.#byPath.set(path, shared);
      this.#addPath(watcher, path);
    }
  }

  has(path: string, watcher: Watcher): boolean {
    const found = this.#byPath.get(path);
    return found instanceof SharedPath ? found.watchers.has(watcher) : found === watcher;
  }

  /** @returns whether there was such a watch */
  remove(path: string, watcher: Watcher): boolean {
    if (!this.#removeWatcher(path, watcher)) return false;
    this.#removePath(watcher, path);
    return true;
  }

  /** Forgets everything that this watcher watches. */
  removeAll(watcher: Watcher): void {
    const paths = this.#byWatcher.get(watcher);
    if (paths === undefined) return;
    this.#byWatcher.delete(watcher);
    if (typeof paths === 'string') this.#forget(paths, watcher);
    else for (const path of paths) this.#forget(path, watcher);
  }

  /** The watchers of a path, which stay; null when there are none. Good until the next change. */
  at(path: string): Watchers | null {
    const found = this.#byPath.get(path);
    if (found === undefined) return null;
    return found instanceof SharedPath ? found.watchers : [found];
  }

  /** The same, and they do not watch it any more. */
  take(path: string): Watchers | null {
    const watchers = this.at(path);
    if (watchers === null) return null;
    this.#byPath.delete(path);
    for (const watcher of watchers) this.#removePath(watcher, path);
    return watchers;
  }

  *paths(): IterableIterator<readonly [path: string, watchers: Watchers]> {
    for (const [path, found] of this.#byPath) yield [path, found instanceof SharedPath ? found.watchers : [found]];
  }

  *watchers(): IterableIterator<readonly [watcher: Watcher, paths: Iterable<string>]> {
    for (const [watcher, found] of this.#byWatcher) yield [watcher, typeof found === 'string' ? [found] : found];
  }

  #forget(path: string, watcher: Watcher): void {
    this.#removeWatcher(path, watcher);
    this.#count -= 1;
  }

  #removeWatcher(path: string, watcher: Watcher): boolean {
    const found = this.#byPath.get(path);
    if (found instanceof SharedPath) {
      if (!found.watchers.delete(watcher)) return false;
      if (found.watchers.size === 0) this.#byPath.delete(path);
      return true;
    }
    return found === watcher && this.#byPath.delete(path);
  }

  #addPath(watcher: Watcher, path: string): void {
    this.#count += 1;
    const before = this.#byWatcher.get(watcher);
    if (before === undefined) this.#byWatcher.set(watcher, path);
    else if (typeof before === 'string') this.#byWatcher.set(watcher, new Set([before, path]));
    else before.add(path);
  }

  #removePath(watcher: Watcher, path: string): void {
    this.#count -= 1;
    const paths = this.#byWatcher.get(watcher);
    if (paths === undefined || typeof paths === 'string') this.#byWatcher.delete(watcher);
    else if (paths.delete(path) && paths.size === 0) this.#byWatcher.delete(watcher);
  }
}
