/** Commands about connections, sessions and watches (zookeeper-facts 11.3). */

import type { SessionId } from '../../../core/ids.ts';
import { connectionList } from '../connection-text.ts';
import { signedLong } from '../java-text.ts';
import { type Json, JsonList, JsonMembers } from '../json.ts';
import type { ReplicaView, ServedConnection } from '../replica-view.ts';
import { sessionExpiries } from '../session-facts.ts';
import { pathsBySession, sessionsByPath, watchSummary } from '../watch-facts.ts';
import { type AdminCommand, DONE } from './command.ts';
import { serverStatistics } from './server-commands.ts';

/** The two lists of a server's connections, plain and TLS. */
function connectionLists(view: ReplicaView, detail: 'brief' | 'full'): Record<string, Json> {
  return {
    connections: connectionList(
      filtered(view, ({ isSecure }) => !isSecure),
      detail,
    ),
    secure_connections: connectionList(
      filtered(view, ({ isSecure }) => isSecure),
      detail,
    ),
  };
}

function* filtered(
  view: ReplicaView,
  isMeant: (served: ServedConnection) => boolean,
): Generator<ServedConnection, void, undefined> {
  for (const served of view.connections()) if (isMeant(served)) yield served;
}

export const CLIENT_COMMANDS: readonly AdminCommand[] = [
  {
    names: ['connections', 'cons'],
    needsService: true,
    run: (view) => ({ members: connectionLists(view, 'full') }),
  },
  {
    names: ['stats', 'stat'],
    needsService: true,
    run: (view) => ({ members: { ...serverStatistics(view), ...connectionLists(view, 'brief') } }),
  },
  {
    names: ['connection_stat_reset', 'crst'],
    needsService: true,
    run: (view) => {
      for (const { connection } of view.connections()) connection.statistics.reset();
      return DONE;
    },
  },
  { names: ['dump'], needsService: true, run: (view) => ({ members: dumpedSessions(view) }) },
  {
    names: ['watches', 'wchc'],
    needsService: true,
    run: (view) => ({ members: { session_id_to_watched_paths: new JsonMembers(watchedPaths(view)) } }),
  },
  {
    names: ['watches_by_path', 'wchp'],
    needsService: true,
    run: (view) => ({ members: { path_to_session_ids: new JsonMembers(watchingSessions(view)) } }),
  },
  {
    names: ['watch_summary', 'wchs'],
    needsService: true,
    run: (view) => {
      const { connections, paths, watches } = watchSummary(view);
      return { members: { num_connections: connections, num_paths: paths, num_total_watches: watches } };
    },
  },
];

function dumpedSessions(view: ReplicaView): Record<string, Json> {
  const { tree } = view.replica;
  const expiries = (sessionExpiries(view) ?? []).map(({ atMs, items }): [string, Json] => [
    String(atMs),
    new JsonList(items.map(signedLong)),
  ]);
  const ephemerals = [...tree.ephemeralOwners()].map((owner): [string, Json] => [
    String(signedLong(owner)),
    new JsonList(tree.ephemeralsOf(owner)),
  ]);
  return {
    expiry_time_to_session_ids: new JsonMembers(expiries),
    session_id_to_ephemeral_paths: new JsonMembers(ephemerals),
  };
}

function* watchedPaths(view: ReplicaView): Generator<[name: string, value: Json], void, undefined> {
  for (const [session, paths] of pathsBySession(view)) yield [String(signedLong(session)), new JsonList(paths)];
}

function* watchingSessions(view: ReplicaView): Generator<[name: string, value: Json], void, undefined> {
  for (const [path, sessions] of sessionsByPath(view)) yield [path, new JsonList(numbersOf(sessions))];
}

function* numbersOf(sessions: Iterable<SessionId>): Generator<bigint, void, undefined> {
  for (const session of sessions) yield signedLong(session);
}
