/**
 * Requests about watches themselves, beyond the flag of a read, and the frame that tells of an event (zookeeper.jute,
 * package proto).
 *
 *     class SetWatches  { long relativeZxid; vector<ustring> dataWatches; … existWatches; … childWatches; }
 *     class SetWatches2 { the same, then vector<ustring> persistentWatches; … persistentRecursiveWatches; }
 *     class AddWatchRequest { ustring path; int mode; }
 *     class CheckWatchesRequest, RemoveWatchesRequest { ustring path; int type; }
 */

import { SpecialXid } from './op-code.ts';
import { JuteError, type JuteReader } from './reader.ts';
import { SYNC_CONNECTED, writeReplyHeader, writeWatchedEvent } from './request.ts';
import type { JuteWriter } from './writer.ts';

/** Of addWatch (ZooDefs.AddWatchModes). */
export const AddWatchMode = { persistent: 0, persistentRecursive: 1 } as const;

/** Of checkWatches and removeWatches (Watcher.WatcherType). */
export const WatcherType = { children: 1, data: 2, any: 3, persistent: 4, persistentRecursive: 5 } as const;

/** The zxid in the header of an event that setWatches makes up for: which txn it was, nobody looked for. */
export const CATCH_UP_ZXID = -1;

export interface SetWatchesRequest {
  /** The last zxid that the client has seen. */
  readonly relativeZxid: number;
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
}

export interface SetWatches2Request extends SetWatchesRequest {
  readonly persistent: readonly string[];
  readonly persistentRecursive: readonly string[];
}

/** addWatch: a `mode`; checkWatches, removeWatches: a `type`. */
export interface WatchChoiceRequest {
  readonly path: string | null;
  readonly choice: number;
}

export function readSetWatches(reader: JuteReader): SetWatchesRequest {
  const relativeZxid = reader.readLong();
  const data = readPaths(reader);
  const exist = readPaths(reader);
  return { relativeZxid, data, exist, child: readPaths(reader) };
}

export function writeSetWatches(writer: JuteWriter, request: SetWatchesRequest): void {
  writer.writeLong(request.relativeZxid);
  writePaths(writer, request.data);
  writePaths(writer, request.exist);
  writePaths(writer, request.child);
}

export function readSetWatches2(reader: JuteReader): SetWatches2Request {
  const request = readSetWatches(reader);
  const persistent = readPaths(reader);
  return { ...request, persistent, persistentRecursive: readPaths(reader) };
}

export function writeSetWatches2(writer: JuteWriter, request: SetWatches2Request): void {
  writeSetWatches(writer, request);
  writePaths(writer, request.persistent);
  writePaths(writer, request.persistentRecursive);
}

export function readWatchChoice(reader: JuteReader): WatchChoiceRequest {
  const path = reader.readString();
  return { path, choice: reader.readInt() };
}

export function writeWatchChoice(writer: JuteWriter, request: WatchChoiceRequest): void {
  writer.writeString(request.path);
  writer.writeInt(request.choice);
}

/** A whole frame, its length included: the same bytes for every client that is told. */
export function writeEventFrame(writer: JuteWriter, event: { type: number; path: string; zxid: number }): void {
  const start = writer.reserve(4);
  writeReplyHeader(writer, SpecialXid.watchEvent, event.zxid, 0);
  writeWatchedEvent(writer, { type: event.type, state: SYNC_CONNECTED, path: event.path });
  writer.patchInt(start, writer.length - start - 4);
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
