/**
 * The persistent and recursive watches of one session, and what must come of them (I19): an event for each change that
 * concerns them while they are set, in order and under the changed znode's path, until they are taken back. What happens
 * while the client is away is not made up for.
 */

import { EventType } from '../../../core/jute/request.ts';
import type { Change, Model, PathChange } from '../checkers/model.ts';

export type LastingKind = 'persistent' | 'recursive';

interface LastingWatch {
  readonly kind: LastingKind;
  readonly path: string;
  /** Into the model's changes: those before it are told, or were never to be. */
  next: number;
}

export const EVENT_OF: Readonly<Record<Change, number>> = {
  created: EventType.nodeCreated,
  deleted: EventType.nodeDeleted,
  data: EventType.nodeDataChanged,
  children: EventType.nodeChildrenChanged,
};

export class LastingWatches {
  readonly #watches = new Map<string, LastingWatch>();

  get isEmpty(): boolean {
    return this.#watches.size === 0;
  }

  paths(kind: LastingKind): string[] {
    return [...this.#watches.values()].filter((watch) => watch.kind === kind).map(({ path }) => path);
  }

  has(kind: LastingKind, path: string): boolean {
    return this.#watches.has(`${kind} ${path}`);
  }

  /** Set by an answer of this zxid. Again for the same: nothing changes. */
  add(kind: LastingKind, path: string, zxid: number, model: Model): void {
    if (!this.has(kind, path)) this.#watches.set(`${kind} ${path}`, { kind, path, next: model.changesThrough(zxid) });
  }

  /** Set anew on another connection. */
  renew(kind: LastingKind, path: string, zxid: number, model: Model): void {
    this.remove(kind, path);
    this.add(kind, path, zxid, model);
  }

  /** @returns whether there was one */
  remove(kind: LastingKind, path: string): boolean {
    return this.#watches.delete(`${kind} ${path}`);
  }

  /** Whoever expects this event as the next one has been told. @returns the kinds of those */
  onEvent(event: { type: number; path: string; zxid: number }, model: Model): LastingKind[] {
    const told: LastingKind[] = [];
    for (const watch of this.#watches.values()) {
      const expected = nextOf(watch, model);
      if (expected === null || expected.zxid !== event.zxid || expected.path !== event.path) continue;
      if (EVENT_OF[expected.change] !== event.type) continue;
      watch.next += 1;
      told.push(watch.kind);
    }
    return told;
  }

  /** A change up to this zxid that one of them has not been told of; null if there is none. */
  overdue(zxid: number, model: Model): (PathChange & { readonly kind: LastingKind }) | null {
    for (const watch of this.#watches.values()) {
      const expected = nextOf(watch, model);
      if (expected !== null && expected.zxid <= zxid) return { ...expected, kind: watch.kind };
    }
    return null;
  }
}

/** The next change that concerns it; skips the others for good. */
function nextOf(watch: LastingWatch, { changes }: Model): PathChange | null {
  for (let change = changes[watch.next]; change !== undefined; change = changes[++watch.next]) {
    if (concerns(watch, change)) return change;
  }
  return null;
}

function concerns({ kind, path }: LastingWatch, changed: PathChange): boolean {
  if (kind === 'persistent') return changed.path === path;
  return (
    changed.change !== 'children' && (changed.path === path || changed.path.startsWith(path === '/' ? '/' : `${path}/`))
  );
}
