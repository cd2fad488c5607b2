/**
 * Access control lists as they travel (zookeeper.jute):
 *
 *     class Id  { ustring scheme; ustring id; }
 *     class ACL { int perms; Id id; }
 */

import type { JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export interface Acl {
  readonly perms: number;
  readonly scheme: string | null;
  readonly id: string | null;
}

export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

/** `world:anyone:cdrwa`, the list of nearly every znode. */
export const OPEN_ACL: readonly Acl[] = Object.freeze([
  Object.freeze({ perms: Permission.all, scheme: 'world', id: 'anyone' }),
]);

export function readAcl(reader: JuteReader): readonly Acl[] {
  const count = reader.readCount();
  const list: Acl[] = [];
  for (let index = 0; index < count; index++) {
    const perms = reader.readInt();
    const scheme = reader.readString();
    list.push({ perms, scheme, id: reader.readString() });
  }
  return list;
}

export function writeAcl(writer: JuteWriter, list: readonly Acl[]): void {
  writer.writeInt(list.length);
  for (const entry of list) {
    writer.writeInt(entry.perms);
    writer.writeString(entry.scheme);
    writer.writeString(entry.id);
  }
}
