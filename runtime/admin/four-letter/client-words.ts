/** Words about clients: stat, cons, crst, dump and the three about watches (zookeeper-facts 11.1). */

import { formatSessionId, type SessionId } from '../../../core/ids.ts';
import { briefLine, fullLine } from '../connection-text.ts';
import { formatDate } from '../java-text.ts';
import type { ReplicaView } from '../replica-view.ts';
import { connectionExpiries, type Expiry, sessionExpiries } from '../session-facts.ts';
import { pathsBySession, sessionsByPath, watchSummary } from '../watch-facts.ts';
import { headLines, statisticsLines } from './server-words.ts';

export function* stat(view: ReplicaView): Generator<string, void, undefined> {
  yield* headLines(view);
  yield 'Clients:\n';
  for (const served of view.connections()) yield briefLine(served);
  yield '\n';
  yield* statisticsLines(view);
}

export function* cons(view: ReplicaView): Generator<string, void, undefined> {
  for (const served of view.connections()) yield fullLine(served);
  yield '\n';
}

export function crst(view: ReplicaView): string[] {
  for (const { connection } of view.connections()) connection.statistics.reset();
  return ['Connection stats reset.\n'];
}

export function* dump(view: ReplicaView): Generator<string, void, undefined> {
  const { tree } = view.replica;
  yield 'SessionTracker dump:\n';
  yield* sessionLines(view);
  yield 'ephemeral nodes dump:\n';
  const owners = [...tree.ephemeralOwners()];
  yield `Sessions with Ephemerals (${owners.length}):\n`;
  for (const owner of owners) {
    yield `${formatSessionId(owner)}:\n`;
    for (const path of tree.ephemeralsOf(owner)) yield `\t${path}\n`;
  }
  yield 'Connections dump:\n';
  const sets = connectionExpiries(view);
  yield `Connections Sets (${sets.length})/(${countAll(sets)}):\n`;
  yield* expiryLines(sets, ({ peer, connection }) => `ip: /${peer} sessionId: ${formatSessionId(connection.session)}`);
}

export function* wchs(view: ReplicaView): Generator<string, void, undefined> {
  const { connections, paths, watches } = watchSummary(view);
  yield `${connections} connections watching ${paths} paths\n`;
  yield `Total watches:${watches}\n`;
}

export function* wchc(view: ReplicaView): Generator<string, void, undefined> {
  for (const [session, paths] of pathsBySession(view)) {
    yield `${formatSessionId(session)}\n`;
    for (const path of paths) yield `\t${path}\n`;
  }
  yield '\n';
}

export function* wchp(view: ReplicaView): Generator<string, void, undefined> {
  for (const [path, sessions] of sessionsByPath(view)) {
    yield `${path}\n`;
    for (const session of sessions) yield `\t${formatSessionId(session)}\n`;
  }
  yield '\n';
}

/** The leader knows when sessions expire, a learner only how long they last. */
function* sessionLines(view: ReplicaView): Generator<string, void, undefined> {
  const sets = sessionExpiries(view);
  if (sets !== null) {
    yield `Session Sets (${sets.length})/(${countAll(sets)}):\n`;
    yield* expiryLines(sets, (session) => formatSessionId(session));
    return;
  }
  const sessions = [...view.replica.tree.sessions.entries()].sort(([one], [other]) => compareIds(one, other));
  yield `Global Sessions(${sessions.length}):\n`;
  for (const [session, timeoutMs] of sessions) yield `${formatSessionId(session)}\t${timeoutMs}ms\n`;
}

function* expiryLines<Item>(
  sets: readonly Expiry<Item>[],
  format: (item: Item) => string,
): Generator<string, void, undefined> {
  for (const { wallMs, items } of sets) {
    yield `${items.length} expire at ${formatDate(wallMs)}:\n`;
    for (const item of items) yield `\t${format(item)}\n`;
  }
}

function countAll(sets: readonly Expiry<unknown>[]): number {
  return sets.reduce((total, { items }) => total + items.length, 0);
}

function compareIds(one: SessionId, other: SessionId): number {
  return one.hi - other.hi || (one.lo >>> 0) - (other.lo >>> 0);
}
