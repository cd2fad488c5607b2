/**
 * The watches of a session, client side: which listeners wait for which path. A server forgets a watch when the
 * connection ends, so this table is what survives; watch-rearm.ts tells it to the next server.
 *
 * Watches set by a read are one-shot: their listeners are called once, with the event that ends them. Those set by
 * addWatch last until they are removed; a recursive one hears of every znode below its path, and never of
 * `nodeChildrenChanged` (ZooKeeper's ZKWatchManager; facts 6.2, 6.3, 6.6). Registering the same listener twice for the
 * same thing counts once. Paths are the server's.
 */

export type WatchedEventType = 'nodeCreated' | 'nodeDeleted' | 'nodeDataChanged' | 'nodeChildrenChanged';

/** By `removeWatches`, or because the server of a new connection does not know such watches. */
export type WatchRemovedType = 'dataWatchRemoved' | 'childWatchRemoved' | 'persistentWatchRemoved';

/** The znode changed, or nothing will be told any more: the watch was removed, or the session ended. */
export interface WatchedEvent {
  readonly type: WatchedEventType | WatchRemovedType | 'sessionEnded';
  readonly path: string;
  /** The txn that changed the znode; null where the server did not tell, or nothing changed. */
  readonly zxid: number | null;
}

export type WatchListener = (event: WatchedEvent) => void;

/**
 * `data`: set by getData, or exists of a present znode. `exist`: exists of a missing one. `child`: getChildren. The
 * others by addWatch.
 */
export const WATCH_KINDS = ['data', 'exist', 'child', 'persistent', 'persistentRecursive'] as const;
export type WatchKind = (typeof WATCH_KINDS)[number];
export type LastingWatchKind = Extract<WatchKind, 'persistent' | 'persistentRecursive'>;

/** Which one-shot watches an event ends at its path. */
const ENDED_BY: Record<WatchedEventType, readonly WatchKind[]> = {
  nodeCreated: ['data', 'exist'],
  nodeDataChanged: ['data', 'exist'],
  nodeDeleted: ['data', 'exist', 'child'],
  nodeChildrenChanged: ['child'],
};

/** What a listener is told when its watch is taken away, by its kind. */
const REMOVED_BY: Record<WatchKind, WatchRemovedType> = {
  data: 'dataWatchRemoved',
  exist: 'dataWatchRemoved',
  child: 'childWatchRemoved',
  persistent: 'persistentWatchRemoved',
  persistentRecursive: 'persistentWatchRemoved',
};

/** Nothing more comes from this watch, although the session goes on. */
export function isWatchRemoved(type: WatchedEvent['type']): type is WatchRemovedType {
  return type === 'dataWatchRemoved' || type === 'childWatchRemoved' || type === 'persistentWatchRemoved';
}

type Table = Map<string, Set<WatchListener>>;

export class WatchTable {
  readonly #tables: Record<WatchKind, Table> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
    persistent: new Map(),
    persistentRecursive: new Map(),
  };

  add(kind: WatchKind, path: string, listener: WatchListener): void {
    const table = this.#tables[kind];
    const listeners = table.get(path);
    if (listeners === undefined) table.set(path, new Set([listener]));
    else listeners.add(listener);
  }

  /** Takes the listeners that an event ends, and adds those that it leaves: everybody to be told, each once. */
  take(type: WatchedEventType, path: string): ReadonlySet<WatchListener> {
    const told = new Set<WatchListener>();
    for (const kind of ENDED_BY[type]) moveAll(this.#tables[kind], path, told);
    addAll(told, this.#tables.persistent.get(path));
    if (type !== 'nodeChildrenChanged') this.#addRecursive(told, path);
    return told;
  }

  /** Takes the listeners of some kinds at a path away; what each of them is to be told, once each. */
  takeKinds(kinds: readonly WatchKind[], path: string): ReadonlyMap<WatchRemovedType, ReadonlySet<WatchListener>> {
    const taken = new Map<WatchRemovedType, Set<WatchListener>>();
    for (const kind of kinds) {
      const listeners = taken.get(REMOVED_BY[kind]) ?? new Set<WatchListener>();
      moveAll(this.#tables[kind], path, listeners);
      if (listeners.size > 0) taken.set(REMOVED_BY[kind], listeners);
    }
    return taken;
  }

  /**
   * Takes a listener back: nobody calls it any more for this path.
   * @returns the lasting kinds that nobody listens to any more at this path, although the server goes on telling
   */
  remove(path: string, listener: WatchListener): readonly LastingWatchKind[] {
    const idle: LastingWatchKind[] = [];
    for (const kind of WATCH_KINDS) {
      const table = this.#tables[kind];
      const listeners = table.get(path);
      if (listeners?.delete(listener) !== true || listeners.size > 0) continue;
      table.delete(path);
      if (kind === 'persistent' || kind === 'persistentRecursive') idle.push(kind);
    }
    return idle;
  }

  /** The paths with a watch of this kind. */
  paths(kind: WatchKind): Iterable<string> {
    return this.#tables[kind].keys();
  }

  /** Empties the table; each listener with the path that it waited for. */
  drain(): readonly (readonly [path: string, listener: WatchListener])[] {
    const all: (readonly [string, WatchListener])[] = [];
    for (const table of Object.values(this.#tables)) {
      for (const [path, listeners] of table) for (const listener of listeners) all.push([path, listener]);
      table.clear();
    }
    return all;
  }

  /** A recursive watch stands at the path itself or at any ancestor. */
  #addRecursive(told: Set<WatchListener>, path: string): void {
    const table = this.#tables.persistentRecursive;
    if (table.size === 0) return;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
      addAll(told, table.get(path.slice(0, end)));
    if (path !== '/') addAll(told, table.get('/'));
  }
}

function moveAll(table: Table, path: string, target: Set<WatchListener>): void {
  addAll(target, table.get(path));
  table.delete(path);
}

function addAll(target: Set<WatchListener>, listeners: ReadonlySet<WatchListener> | undefined): void {
  if (listeners === undefined) return;
  for (const listener of listeners) target.add(listener);
}
