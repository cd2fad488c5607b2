/**
 * One znode as it stands in a snapshot:
 *
 *     ustring path; buffer data; long aclKey;
 *     StatPersisted { long czxid, mzxid, ctime, mtime; int version, cversion, aversion; long ephemeralOwner, pzxid }
 *
 * cversion is the stored form (creations only). The root's path is empty, so every path is its parent's, a slash, and
 * a name.
 */

import type { JuteReader } from '../jute/reader.ts';
import type { JuteWriter } from '../jute/writer.ts';
import { toZxid } from '../zxid.ts';
import type { AclKey } from './acl-table.ts';
import type { TreeState } from './tree-state.ts';
import { Int, Long, NO_ROW, type Row } from './znode-records.ts';
import { ROOT_ROW, type ZnodeStore } from './znode-store.ts';

/** Bytes that follow path and data. */
export const PERSISTED_FIXED_SIZE = 8 + 60;

export function writeZnode(writer: JuteWriter, store: ZnodeStore, row: Row, aclKey: AclKey): void {
  const { records } = store;
  store.writePath(writer, row);
  store.writeData(writer, row);
  writer.writeLong(aclKey);
  writer.writeLong(records.long(row, Long.czxid));
  writer.writeLong(records.long(row, Long.mzxid));
  writer.writeLong(records.long(row, Long.ctime));
  writer.writeLong(records.long(row, Long.mtime));
  writer.writeInt(records.int(row, Int.version));
  writer.writeInt(records.int(row, Int.cversion));
  writer.writeInt(records.int(row, Int.aversion));
  writer.writeLongHalves(records.int(row, Int.ownerHi), records.int(row, Int.ownerLo));
  writer.writeLong(records.long(row, Long.pzxid));
}

/**
 * Adds the znode to the tree; the reader has all of its bytes.
 * @param aclKeys  from the snapshot's ACL keys to those of the tree
 * @returns what is wrong with it, or null
 * @throws JuteError, RangeError for numbers out of range
 */
export function readZnode(reader: JuteReader, state: TreeState, aclKeys: ReadonlyMap<number, AclKey>): string | null {
  const pathLength = reader.readInt();
  state.key.setBytes(reader.bytes, reader.position, reader.position + pathLength);
  reader.skip(pathLength);
  const data = reader.readBuffer();
  const snapshotKey = reader.readLong();
  const aclKey = aclKeys.get(snapshotKey);
  if (aclKey === undefined) return `a znode refers to ACL ${snapshotKey}, which is not in the table`;
  if (pathLength > 0 && state.store.find(state.key) !== NO_ROW) return 'a znode comes twice';
  if (pathLength === state.key.parentLength + 1 && pathLength > 0) return 'a znode has an empty name';
  const parent = pathLength === 0 ? ROOT_ROW : state.store.findParent(state.key);
  if (parent === NO_ROW) return 'a znode comes before its parent';
  const czxid = toZxid(reader.readLong());
  const mzxid = toZxid(reader.readLong());
  const ctime = reader.readLong();
  const mtime = reader.readLong();
  const version = reader.readInt();
  const cversion = reader.readInt();
  const aversion = reader.readInt();
  const owner = reader.readSessionId();
  const pzxid = toZxid(reader.readLong());
  state.acls.holdKey(aclKey);
  const row = pathLength === 0 ? state.resetRoot(data, aclKey) : state.place(parent, { data, aclKey, owner });
  const { records } = state.store;
  records.setLong(row, Long.czxid, czxid);
  records.setLong(row, Long.mzxid, mzxid);
  records.setLong(row, Long.pzxid, pzxid);
  records.setLong(row, Long.ctime, ctime);
  records.setLong(row, Long.mtime, mtime);
  records.setInt(row, Int.version, version);
  records.setInt(row, Int.cversion, cversion);
  records.setInt(row, Int.aversion, aversion);
  return null;
}
