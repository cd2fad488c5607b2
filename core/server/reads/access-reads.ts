/**
 * Reads about access: the ACL of a znode, and whom this server takes the client for (FinalRequestProcessor, AuthUtil).
 */

import { type Acl, Permission, writeAcl } from '../../jute/acl.ts';
import { type ClientInfo, writeClientInfos } from '../../jute/auth.ts';
import type { Identity } from '../../jute/quorum.ts';
import type { JuteReader } from '../../jute/reader.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { Connection } from '../connections/connection.ts';
import { beginReply, readPath, refuse } from './read-replies.ts';

/** From each colon to the end of its line, as Java's `.` understands lines. */
const SECRET = /:[^\n\r\u0085\u2028\u2029]*/g;

/** Either READ or ADMIN opens the list; without ADMIN the hashes of passwords are left out. */
export function answerGetAcl(tree: DataTree, connection: Connection, xid: number, body: JuteReader): void {
  const row = tree.find(readPath(body));
  if (row < 0) return refuse(tree, connection, xid, 'NO_NODE');
  const acl = tree.acl(row);
  if (!connection.isAllowed(acl, Permission.read | Permission.admin)) {
    return refuse(tree, connection, xid, 'NO_AUTH');
  }
  const start = beginReply(tree, connection, xid);
  writeAcl(connection.output, connection.isAllowed(acl, Permission.admin) ? acl : acl.map(masked));
  tree.writeStat(connection.output, row);
  connection.endFrame(start);
}

export function answerWhoAmI(tree: DataTree, connection: Connection, xid: number): void {
  const start = beginReply(tree, connection, xid);
  writeClientInfos(connection.output, connection.identities.map(infoOf));
  connection.endFrame(start);
}

// An id without a colon holds no hash, and is shown whole.
function masked(entry: Acl): Acl {
  if (entry.scheme !== 'digest' || entry.id === null) return entry;
  return { ...entry, id: entry.id.replace(SECRET, ':x') };
}

/** Of a digest the user alone, without the hash that proves it. */
function infoOf({ scheme, id }: Identity): ClientInfo {
  const colon = scheme === 'digest' ? id.indexOf(':') : -1;
  return { scheme, user: colon < 0 ? id : id.slice(0, colon) };
}
