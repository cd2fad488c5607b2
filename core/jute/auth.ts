/**
 * Records around identity: credentials, the ACL operations, and who a connection is (zookeeper.jute, package proto).
 *
 *     class AuthPacket    { int type; ustring scheme; buffer auth; }
 *     class SetACLRequest { ustring path; vector<ACL> acl; int version; }
 *     class ClientInfo    { ustring authScheme; ustring user; }
 */

import { type Acl, readAcl, writeAcl } from './acl.ts';
import type { JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export interface AuthPacket {
  readonly scheme: string | null;
  readonly auth: Uint8Array | null;
}

export interface SetAclRequest {
  readonly path: string | null;
  readonly acl: readonly Acl[];
  /** Expected aversion; -1 = any. */
  readonly version: number;
}

/** One identity of a connection, as whoAmI (op 107) lists them. */
export interface ClientInfo {
  readonly scheme: string;
  readonly user: string;
}

const AUTH_TYPE = 0;

export function readAuthPacket(reader: JuteReader): AuthPacket {
  reader.readInt();
  const scheme = reader.readString();
  return { scheme, auth: reader.readBuffer() };
}

export function writeAuthPacket(writer: JuteWriter, packet: AuthPacket): void {
  writer.writeInt(AUTH_TYPE);
  writer.writeString(packet.scheme);
  writer.writeBuffer(packet.auth);
}

export function readSetAclRequest(reader: JuteReader): SetAclRequest {
  const path = reader.readString();
  const acl = readAcl(reader);
  return { path, acl, version: reader.readInt() };
}

export function writeSetAclRequest(writer: JuteWriter, request: SetAclRequest): void {
  writer.writeString(request.path);
  writeAcl(writer, request.acl);
  writer.writeInt(request.version);
}

export function readClientInfos(reader: JuteReader): ClientInfo[] {
  const count = reader.readCount();
  const infos: ClientInfo[] = [];
  for (let index = 0; index < count; index++) {
    const scheme = reader.readString() ?? '';
    infos.push({ scheme, user: reader.readString() ?? '' });
  }
  return infos;
}

export function writeClientInfos(writer: JuteWriter, infos: readonly ClientInfo[]): void {
  writer.writeInt(infos.length);
  for (const { scheme, user } of infos) {
    writer.writeString(scheme);
    writer.writeString(user);
  }
}
