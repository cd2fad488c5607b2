/**
 * Who watches what, for `wchs`, `wchc`, `wchp` and their commands: as in ZooKeeper the watches on data alone, by session.
 * Everything is made while it is gone through: there may be millions.
 */

import type { SessionId } from '../../core/ids.ts';
import { Connection } from '../../core/server/connections/connection.ts';
import type { ReplicaView } from './replica-view.ts';

export interface WatchSummary {
  readonly connections: number;
  readonly paths: number;
  readonly watches: number;
}

export function watchSummary({ replica }: ReplicaView): WatchSummary {
  const { data } = replica.tree.watches;
  return { connections: data.watcherCount, paths: data.pathCount, watches: data.count };
}

export function* pathsBySession({
  replica,
}: ReplicaView): Generator<readonly [session: SessionId, paths: Iterable<string>], void, undefined> {
  for (const [watcher, paths] of replica.tree.watches.data.watchers()) {
    if (watcher instanceof Connection) yield [watcher.session, paths];
  }
}

export function* sessionsByPath({
  replica,
}: ReplicaView): Generator<readonly [path: string, sessions: Iterable<SessionId>], void, undefined> {
  for (const [path, watchers] of replica.tree.watches.data.paths()) yield [path, sessionsOf(watchers)];
}

function* sessionsOf(watchers: Iterable<unknown>): Generator<SessionId, void, undefined> {
  for (const watcher of watchers) if (watcher instanceof Connection) yield watcher.session;
}
