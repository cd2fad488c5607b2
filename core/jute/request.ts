/**
 * Requests of the client protocol after the handshake: RequestHeader, then a body by op code (zookeeper.jute, package
 * proto). Bodies that share a shape share a codec: `path`, `path + watch`, `path + version`.
 *
 *     class RequestHeader { int xid; int type; }
 *     class ReplyHeader   { int xid; long zxid; int err; }
 *     class WatcherEvent  { int type; int state; ustring path; }
 */

import { type Acl, readAcl, writeAcl } from './acl.ts';
import type { JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export interface RequestHeader {
  readonly xid: number;
  readonly type: number;
}

export interface ReplyHeader {
  readonly xid: number;
  /** -1 where the wire carries no zxid. */
  readonly zxid: number;
  readonly error: number;
}

/** create, create2, createContainer; createTTL adds `ttl`. */
export interface CreateRequest {
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  /** Bits of `CreateFlag`. */
  readonly flags: number;
}

export interface CreateTtlRequest extends CreateRequest {
  /** Milliseconds. Whatever the client sent: beyond 2^53, or below 0, an approximation. */
  readonly ttl: number;
}

export const CreateFlag = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentWithTtl: 5,
  persistentSequentialWithTtl: 6,
} as const;

export function isCreateMode(flags: number): boolean {
  return flags >= CreateFlag.persistent && flags <= CreateFlag.persistentSequentialWithTtl;
}

/** exists, getData, getChildren, getChildren2. */
export interface WatchableRequest {
  readonly path: string | null;
  readonly watch: boolean;
}

/** delete, check. */
export interface VersionedRequest {
  readonly path: string | null;
  /** Expected version; -1 = any. */
  readonly version: number;
}

export interface SetDataRequest {
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly version: number;
}

export interface WatchedEvent {
  readonly type: number;
  readonly state: number;
  readonly path: string;
}

export const EventType = {
  none: -1,
  nodeCreated: 1,
  nodeDeleted: 2,
  nodeDataChanged: 3,
  nodeChildrenChanged: 4,
} as const;

/** The only state that a server sends (Watcher.Event.KeeperState.SyncConnected). */
export const SYNC_CONNECTED = 3;

export const REPLY_HEADER_SIZE = 16;

export function writeRequestHeader(writer: JuteWriter, xid: number, type: number): void {
  writer.writeInt(xid);
  writer.writeInt(type);
}

export function writeReplyHeader(writer: JuteWriter, xid: number, zxid: number, error: number): void {
  writer.writeInt(xid);
  writer.writeLong(zxid);
  writer.writeInt(error);
}

export function readReplyHeader(reader: JuteReader): ReplyHeader {
  const xid = reader.readInt();
  const zxid = reader.readLong();
  return { xid, zxid, error: reader.readInt() };
}

export function readCreateRequest(reader: JuteReader): CreateRequest {
  const path = reader.readString();
  const data = reader.readBuffer();
  const acl = readAcl(reader);
  return { path, data, acl, flags: reader.readInt() };
}

export function readCreateTtlRequest(reader: JuteReader): CreateTtlRequest {
  const request = readCreateRequest(reader);
  const { hi, lo } = reader.readSessionId();
  return { ...request, ttl: hi * 0x100000000 + (lo >>> 0) };
}

export function writeCreateTtlRequest(writer: JuteWriter, request: CreateTtlRequest): void {
  writeCreateRequest(writer, request);
  writer.writeLong(request.ttl);
}

export function writeCreateRequest(writer: JuteWriter, request: CreateRequest): void {
  writer.writeString(request.path);
  writer.writeBuffer(request.data);
  writeAcl(writer, request.acl);
  writer.writeInt(request.flags);
}

export function readWatchableRequest(reader: JuteReader): WatchableRequest {
  const path = reader.readString();
  return { path, watch: reader.readBoolean() };
}

export function writeWatchableRequest(writer: JuteWriter, request: WatchableRequest): void {
  writer.writeString(request.path);
  writer.writeBoolean(request.watch);
}

export function readVersionedRequest(reader: JuteReader): VersionedRequest {
  const path = reader.readString();
  return { path, version: reader.readInt() };
}

export function writeVersionedRequest(writer: JuteWriter, request: VersionedRequest): void {
  writer.writeString(request.path);
  writer.writeInt(request.version);
}

export function readSetDataRequest(reader: JuteReader): SetDataRequest {
  const path = reader.readString();
  const data = reader.readBuffer();
  return { path, data, version: reader.readInt() };
}

export function writeSetDataRequest(writer: JuteWriter, request: SetDataRequest): void {
  writer.writeString(request.path);
  writer.writeBuffer(request.data);
  writer.writeInt(request.version);
}

export function readWatchedEvent(reader: JuteReader): WatchedEvent {
  const type = reader.readInt();
  const state = reader.readInt();
  return { type, state, path: reader.readString() ?? '' };
}

export function writeWatchedEvent(writer: JuteWriter, event: WatchedEvent): void {
  writer.writeInt(event.type);
  writer.writeInt(event.state);
  writer.writeString(event.path);
}
