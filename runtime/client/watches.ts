/**
 * The watches of a session, client side: which listeners wait for which path, and what was known of the znode when they
 * began to wait. A server forgets a watch when the connection ends, so this table is what survives.
 *
 * A watch is one-shot: its listener is called exactly once, with the event that ends it (ZooKeeper's ZKWatchManager;
 * facts 6.3, 6.6). Registering the same listener twice for the same thing counts once.
 *
 * After a reconnect the watches are armed again by asking anew (`rearmPlan`): `exists` or `getChildren` with a watch. If
 * the answer differs from what was known, the change happened while nobody listened, and its event is made up here.
 * This needs no setWatches on the server, and like it reports a change once, however many there were.
 */

import type { Stat } from '../../core/jute/stat.ts';

export type WatchedEventType = 'nodeCreated' | 'nodeDeleted' | 'nodeDataChanged' | 'nodeChildrenChanged';

/** The znode changed, or (`sessionEnded`) the session ended first, so that no event will come any more. */
export interface WatchedEvent {
  readonly type: WatchedEventType | 'sessionEnded';
  readonly path: string;
  /** The txn that changed the znode; null where the server did not tell, or nothing changed. */
  readonly zxid: number | null;
}

export type WatchListener = (event: WatchedEvent) => void;

/** `data`: set by getData, or exists of a present znode. `exist`: exists of a missing one. `child`: getChildren. */
export const WATCH_KINDS = ['data', 'exist', 'child'] as const;
export type WatchKind = (typeof WATCH_KINDS)[number];

interface Registration {
  readonly listeners: Set<WatchListener>;
  /** What changes when the event is due: mzxid (data), pzxid (child), null for a missing znode (exist). */
  knownZxid: number | null;
}

/** A watch to arm again: ask with a watch, and hand the answer to `missedEvent`. Paths are the server's. */
export interface Rearm {
  readonly kind: WatchKind;
  readonly path: string;
}

/** Which tables an event empties at its path. */
const TABLES_OF: Record<WatchedEventType, readonly WatchKind[]> = {
  nodeCreated: ['data', 'exist'],
  nodeDataChanged: ['data', 'exist'],
  nodeDeleted: ['data', 'exist', 'child'],
  nodeChildrenChanged: ['child'],
};

export class WatchTable {
  readonly #tables: Record<WatchKind, Map<string, Registration>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
  };

  /** @param stat  the znode as the registering read saw it; null if there was none */
  add(kind: WatchKind, path: string, stat: Stat | null, listener: WatchListener): void {
    const table = this.#tables[kind];
    const knownZxid = zxidOf(kind, stat);
    const registration = table.get(path);
    if (registration === undefined) {
      table.set(path, { listeners: new Set([listener]), knownZxid });
      return;
    }
    registration.listeners.add(listener);
    registration.knownZxid = knownZxid;
  }

  /** Takes the listeners that an event ends, each once. */
  take(type: WatchedEventType, path: string): readonly WatchListener[] {
    const listeners = new Set<WatchListener>();
    for (const kind of TABLES_OF[type]) {
      const table = this.#tables[kind];
      for (const listener of table.get(path)?.listeners ?? []) listeners.add(listener);
      table.delete(path);
    }
    return [...listeners];
  }

  /** Takes a listener back before its event came: nobody calls it any more. */
  remove(kind: WatchKind, path: string, listener: WatchListener): void {
    const table = this.#tables[kind];
    const registration = table.get(path);
    if (registration?.listeners.delete(listener) === true && registration.listeners.size === 0) table.delete(path);
  }

  /** Empties the table; each listener with the path that it waited for. */
  drain(): readonly (readonly [path: string, listener: WatchListener])[] {
    const all: (readonly [string, WatchListener])[] = [];
    for (const table of Object.values(this.#tables)) {
      for (const [path, { listeners }] of table) for (const listener of listeners) all.push([path, listener]);
      table.clear();
    }
    return all;
  }

  /** Every watch to arm again on a new connection. */
  rearmPlan(): readonly Rearm[] {
    const plan: Rearm[] = [];
    for (const kind of WATCH_KINDS) {
      for (const path of this.#tables[kind].keys()) plan.push({ kind, path });
    }
    return plan;
  }

  /**
   * The event that was missed between two connections, or null if the watch is armed again without one.
   * @param stat  what the server answered; null for no znode, undefined for a refusal, which the listener shall meet
   *   itself when it reads
   */
  missedEvent({ kind, path }: Rearm, stat: Stat | null | undefined): WatchedEventType | null {
    const registration = this.#tables[kind].get(path);
    if (registration === undefined) return null;
    const change = kind === 'child' ? 'nodeChildrenChanged' : 'nodeDataChanged';
    if (stat === undefined) return change;
    if (kind === 'exist') return stat === null ? null : 'nodeCreated';
    if (stat === null) return 'nodeDeleted';
    return zxidOf(kind, stat) === registration.knownZxid ? null : change;
  }
}

function zxidOf(kind: WatchKind, stat: Stat | null): number | null {
  if (stat === null || kind === 'exist') return null;
  return kind === 'child' ? stat.pzxid : stat.mzxid;
}
