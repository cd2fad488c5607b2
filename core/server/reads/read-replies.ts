/** What the answers to reads share: who may see a znode, how a reply begins, how one is refused. */

import { type OutcomeCode, zkCodeOf } from '../../errors.ts';
import { Permission } from '../../jute/acl.ts';
import { JuteError, type JuteReader } from '../../jute/reader.ts';
import { writeReplyHeader } from '../../jute/request.ts';
import type { DataTree, Row } from '../../tree/data-tree.ts';
import type { Connection } from '../connections/connection.ts';

export function mayRead(tree: DataTree, connection: Connection, row: Row): boolean {
  return connection.isAllowed(tree.acl(row), Permission.read);
}

/** @returns what `connection.endFrame` wants */
export function beginReply(tree: DataTree, connection: Connection, xid: number): number {
  const start = connection.beginFrame();
  writeReplyHeader(connection.output, xid, tree.lastProcessedZxid, 0);
  return start;
}

export function refuse(tree: DataTree, connection: Connection, xid: number, code: OutcomeCode): void {
  connection.reply(xid, tree.lastProcessedZxid, zkCodeOf(code));
}

/** @throws JuteError for null: ZooKeeper's look-up does not survive it, and the client is told -5 */
export function readPath(body: JuteReader): string {
  const path = body.readString();
  if (path === null) throw new JuteError('the request names no path');
  return path;
}
