/**
 * reconfig (op 16): another membership for the ensemble (zookeeper.jute, package proto; facts 10.4).
 *
 *     class ReconfigRequest { ustring joiningServers; ustring leavingServers; ustring newMembers; long curConfigId; }
 *
 * The answer is that of getData: the new configuration's text, and the Stat of /zookeeper/config.
 */

import type { JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export interface ReconfigRequest {
  /** Server lines `server.N=…`, separated by commas; null or empty for none. */
  readonly joining: string | null;
  /** Server ids, separated by commas; null or empty for none. */
  readonly leaving: string | null;
  /** The whole new membership, in place of the other two; null or empty for none. */
  readonly newMembers: string | null;
  /** The version that the configuration is expected to have; -1 = any. */
  readonly curConfigId: number;
}

export function readReconfigRequest(reader: JuteReader): ReconfigRequest {
  const joining = reader.readString();
  const leaving = reader.readString();
  const newMembers = reader.readString();
  return { joining, leaving, newMembers, curConfigId: reader.readLong() };
}

export function writeReconfigRequest(writer: JuteWriter, request: ReconfigRequest): void {
  writer.writeString(request.joining);
  writer.writeString(request.leaving);
  writer.writeString(request.newMembers);
  writer.writeLong(request.curConfigId);
}
