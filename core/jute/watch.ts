/**
 * Records around watches beyond the flag of a read (zookeeper.jute, package proto; facts 3.1, 6.4, 6.5):
 *
 *     class SetWatches          { long relativeZxid; vector<ustring> dataWatches, existWatches, childWatches; }
 *     class SetWatches2         { as SetWatches; vector<ustring> persistentWatches, persistentRecursiveWatches; }
 *     class AddWatchRequest     { ustring path; int mode; }
 *     class CheckWatchesRequest { ustring path; int type; }   // removeWatches as well
 *
 * And the frame that tells of an event.
 */

import { SpecialXid } from './op-code.ts';
import { JuteError, type JuteReader } from './reader.ts';
import { SYNC_CONNECTED, writeReplyHeader, writeWatchedEvent } from './request.ts';
import type { JuteWriter } from './writer.ts';

/** Modes of addWatch. */
export const AddWatchMode = { persistent: 0, persistentRecursive: 1 } as const;

/** What checkWatches and removeWatches look for; 4 and 5 since ZooKeeper 3.9. */
export const WatcherType = { children: 1, data: 2, any: 3, persistent: 4, persistentRecursive: 5 } as const;

/** The zxid in the header of an event that setWatches makes up for: which txn it was, nobody looked for. */
export const CATCH_UP_ZXID = -1;

export interface SetWatchesRequest {
  /** The last zxid that the client saw: what changed after it is told now. */
  readonly relativeZxid: number;
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
}

export interface SetWatches2Request extends SetWatchesRequest {
  readonly persistent: readonly string[];
  readonly persistentRecursive: readonly string[];
}

export interface AddWatchRequest {
  readonly path: string | null;
  /** One of `AddWatchMode`. */
  readonly mode: number;
}

export interface CheckWatchesRequest {
  readonly path: string | null;
  /** One of `WatcherType`. */
  readonly type: number;
}

export function readSetWatchesRequest(reader: JuteReader): SetWatchesRequest {
  const relativeZxid = reader.readLong();
  const data = readPaths(reader);
  const exist = readPaths(reader);
  return { relativeZxid, data, exist, child: readPaths(reader) };
}

export function writeSetWatchesRequest(writer: JuteWriter, request: SetWatchesRequest): void {
  writer.writeLong(request.relativeZxid);
  writePaths(writer, request.data);
  writePaths(writer, request.exist);
  writePaths(writer, request.child);
}

export function readSetWatches2Request(reader: JuteReader): SetWatches2Request {
  const standard = readSetWatchesRequest(reader);
  const persistent = readPaths(reader);
  return { ...standard, persistent, persistentRecursive: readPaths(reader) };
}

export function writeSetWatches2Request(writer: JuteWriter, request: SetWatches2Request): void {
  writeSetWatchesRequest(writer, request);
  writePaths(writer, request.persistent);
  writePaths(writer, request.persistentRecursive);
}

export function readAddWatchRequest(reader: JuteReader): AddWatchRequest {
  const path = reader.readString();
  return { path, mode: reader.readInt() };
}

export function writeAddWatchRequest(writer: JuteWriter, request: AddWatchRequest): void {
  writer.writeString(request.path);
  writer.writeInt(request.mode);
}

export function readCheckWatchesRequest(reader: JuteReader): CheckWatchesRequest {
  const path = reader.readString();
  return { path, type: reader.readInt() };
}

export function writeCheckWatchesRequest(writer: JuteWriter, request: CheckWatchesRequest): void {
  writer.writeString(request.path);
  writer.writeInt(request.type);
}

/** The payload of the frame that tells of an event. */
export function writeEvent(writer: JuteWriter, event: { type: number; path: string; zxid: number }): void {
  writeReplyHeader(writer, SpecialXid.watchEvent, event.zxid, 0);
  writeWatchedEvent(writer, { type: event.type, state: SYNC_CONNECTED, path: event.path });
}

function readPaths(reader: JuteReader): string[] {
  const count = reader.readCount();
  const paths: string[] = [];
  for (let index = 0; index < count; index++) {
    const path = reader.readString();
    if (path === null) throw new JuteError('a watch names no path');
    paths.push(path);
  }
  return paths;
}

function writePaths(writer: JuteWriter, paths: readonly string[]): void {
  writer.writeInt(paths.length);
  for (const path of paths) writer.writeString(path);
}
