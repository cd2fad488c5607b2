/** When sessions and connections expire, for `dump`: sets of those that do so together, soonest first. */

import { isNoSession, type SessionId } from '../../core/ids.ts';
import type { ReplicaView, ServedConnection } from './replica-view.ts';

export interface Expiry<Item> {
  /** Of the monotonic clock, and since 1970. */
  readonly atMs: number;
  readonly wallMs: number;
  readonly items: readonly Item[];
}

/** A connection without a session has so long to ask for one. */
const GREETING_WITHIN_MS = 10_000;

/** null for who does not lead: only the leader knows. */
export function sessionExpiries(view: ReplicaView): Expiry<SessionId>[] | null {
  const sets = view.replica.leading?.expiries();
  return sets?.map(([atMs, items]) => ({ atMs, wallMs: wallTimeOf(view, atMs), items })) ?? null;
}

/** By the last sign of life of each connection and the timeout of its session, in steps of a tick. */
export function connectionExpiries(view: ReplicaView): Expiry<ServedConnection>[] {
  const { tickTimeMs } = view.settings;
  const sets = new Map<number, ServedConnection[]>();
  for (const served of view.connections()) {
    const { session, statistics, timeoutMs } = served.connection;
    const dueMs = statistics.lastHeardMs + (isNoSession(session) ? GREETING_WITHIN_MS : timeoutMs);
    const atMs = (Math.floor(dueMs / tickTimeMs) + 1) * tickTimeMs;
    const set = sets.get(atMs);
    if (set === undefined) sets.set(atMs, [served]);
    else set.push(served);
  }
  return [...sets]
    .sort(([one], [other]) => one - other)
    .map(([atMs, items]) => ({ atMs, wallMs: wallTimeOf(view, atMs), items }));
}

function wallTimeOf({ clock }: ReplicaView, atMs: number): number {
  return clock.wallMs + atMs - clock.nowMs;
}
