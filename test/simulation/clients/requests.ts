/** What simulated clients ask and are told: values here, real frames on the wire. */

import { type Acl, OPEN_ACL } from '../../../core/jute/acl.ts';
import { writeSetAclRequest } from '../../../core/jute/auth.ts';
import { type MultiOp, type MultiResult, readMultiResults, writeMultiOps } from '../../../core/jute/multi.ts';
import { OpCode } from '../../../core/jute/op-code.ts';
import type { JuteReader } from '../../../core/jute/reader.ts';
import {
  CreateFlag,
  writeCreateRequest,
  writeCreateTtlRequest,
  writeRequestHeader,
  writeSetDataRequest,
  writeVersionedRequest,
  writeWatchableRequest,
} from '../../../core/jute/request.ts';
import { readStat, type Stat } from '../../../core/jute/stat.ts';
import {
  type SetWatchesRequest as SetWatchesRecord,
  writeAddWatchRequest,
  writeCheckWatchesRequest,
  writeSetWatches2Request,
  writeSetWatchesRequest,
} from '../../../core/jute/watch.ts';
import { JuteWriter } from '../../../core/jute/writer.ts';

export type SimpleWrite =
  | { readonly type: 'create'; readonly path: string; readonly data: Uint8Array; readonly flags: number }
  | { readonly type: 'createContainer'; readonly path: string; readonly data: Uint8Array }
  | { readonly type: 'createTTL'; readonly path: string; readonly data: Uint8Array; readonly ttl: number }
  | { readonly type: 'setData'; readonly path: string; readonly data: Uint8Array; readonly version: number }
  | { readonly type: 'delete' | 'check'; readonly path: string; readonly version: number };

export type WriteRequest =
  | Exclude<SimpleWrite, { readonly type: 'check' }>
  | { readonly type: 'setACL'; readonly path: string; readonly perms: number; readonly version: number }
  | { readonly type: 'multi'; readonly ops: readonly SimpleWrite[] }
  | { readonly type: 'closeSession' };

export type ReadRequest = {
  readonly type: 'getData' | 'exists' | 'getChildren';
  readonly path: string;
  readonly watch: boolean;
};

export interface AddWatchRequest {
  readonly type: 'addWatch';
  readonly path: string;
  /** Of `AddWatchMode`. */
  readonly mode: number;
}

export interface WatcherRequest {
  readonly type: 'checkWatches' | 'removeWatches';
  readonly path: string;
  /** Of `WatcherType`. */
  readonly watcher: number;
}

/** As Apache's client does it: the second form only where there are lasting watches. */
export interface SetWatchesRequest {
  readonly type: 'setWatches' | 'setWatches2';
  readonly since: number;
  readonly data: readonly string[];
  readonly exists: readonly string[];
  readonly children: readonly string[];
  readonly persistent: readonly string[];
  readonly recursive: readonly string[];
}

export type ClientRequest =
  | WriteRequest
  | ReadRequest
  | SetWatchesRequest
  | AddWatchRequest
  | WatcherRequest
  | { readonly type: 'sync'; readonly path: string }
  | { readonly type: 'ping' };

export interface ReplyBody {
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly stat: Stat | null;
  readonly children: readonly string[] | null;
  readonly results: readonly MultiResult[] | null;
}

const NOTHING: ReplyBody = { path: null, data: null, stat: null, children: null, results: null };

export function isWrite(request: ClientRequest): request is WriteRequest {
  switch (request.type) {
    case 'create':
    case 'createContainer':
    case 'createTTL':
    case 'setData':
    case 'setACL':
    case 'delete':
    case 'check':
    case 'multi':
    case 'closeSession':
      return true;
    default:
      return false;
  }
}

/** Everybody may do this. */
export function aclOf(perms: number): readonly Acl[] {
  return [{ perms, scheme: 'world', id: 'anyone' }];
}

/** One frame, with its length. */
export function encodeRequest(xid: number, request: ClientRequest): Uint8Array {
  const writer = new JuteWriter();
  const start = writer.reserve(4);
  writeRequestHeader(writer, xid, opCodeOf(request));
  writeBody(writer, request);
  writer.patchInt(start, writer.length - start - 4);
  return writer.copy();
}

/** The reply's record, after its header without error. */
export function readReplyBody(reader: JuteReader, request: ClientRequest): ReplyBody {
  switch (request.type) {
    case 'create':
    case 'createContainer':
    case 'createTTL':
      return { ...NOTHING, path: reader.readString(), stat: readStat(reader) };
    case 'setData':
    case 'setACL':
    case 'exists':
      return { ...NOTHING, stat: readStat(reader) };
    case 'getData': {
      const data = reader.readBuffer();
      return { ...NOTHING, data, stat: readStat(reader) };
    }
    case 'getChildren': {
      const count = reader.readCount();
      const children = Array.from({ length: count }, () => reader.readString() ?? '');
      return { ...NOTHING, children, stat: readStat(reader) };
    }
    case 'multi':
      return { ...NOTHING, results: readMultiResults(reader) };
    case 'sync':
      return { ...NOTHING, path: reader.readString() };
    default:
      return NOTHING;
  }
}

export function describeRequest(request: ClientRequest): string {
  switch (request.type) {
    case 'multi':
      return `multi [${request.ops.map(describeRequest).join(', ')}]`;
    case 'setWatches':
    case 'setWatches2': {
      const { data, exists, children, persistent, recursive } = request;
      return `${request.type} ${[...data, ...exists, ...children, ...persistent, ...recursive].join(' ')}`;
    }
    case 'addWatch':
      return `addWatch ${request.path} mode ${request.mode}`;
    case 'checkWatches':
    case 'removeWatches':
      return `${request.type} ${request.path} type ${request.watcher}`;
    case 'create':
      return `create ${request.path}${request.flags & 1 ? ' ephemeral' : ''}${request.flags & 2 ? ' sequential' : ''}`;
    case 'createContainer':
    case 'createTTL':
      return `${request.type} ${request.path}${request.type === 'createTTL' ? ` for ${request.ttl} ms` : ''}`;
    case 'setACL':
      return `setACL ${request.path} ${request.perms} v${request.version}`;
    case 'setData':
    case 'delete':
    case 'check':
      return `${request.type} ${request.path} v${request.version}`;
    case 'getData':
    case 'exists':
    case 'getChildren':
      return `${request.type} ${request.path}${request.watch ? ' watched' : ''}`;
    default:
      return request.type;
  }
}

function opCodeOf(request: ClientRequest): number {
  switch (request.type) {
    case 'create':
      return OpCode.create2;
    case 'getChildren':
      return OpCode.getChildren2;
    default:
      return OpCode[request.type];
  }
}

function writeBody(writer: JuteWriter, request: ClientRequest): void {
  switch (request.type) {
    case 'create':
      return writeCreateRequest(writer, { ...request, acl: OPEN_ACL });
    case 'createContainer':
      return writeCreateRequest(writer, { ...request, acl: OPEN_ACL, flags: CreateFlag.container });
    case 'createTTL':
      return writeCreateTtlRequest(writer, { ...request, acl: OPEN_ACL, flags: CreateFlag.persistentWithTtl });
    case 'setACL':
      return writeSetAclRequest(writer, { ...request, acl: aclOf(request.perms) });
    case 'setData':
      return writeSetDataRequest(writer, request);
    case 'delete':
    case 'check':
      return writeVersionedRequest(writer, request);
    case 'multi':
      return writeMultiOps(writer, request.ops.map(toMultiOp));
    case 'getData':
    case 'exists':
    case 'getChildren':
      return writeWatchableRequest(writer, request);
    case 'sync':
      return writer.writeString(request.path);
    case 'setWatches':
      return writeSetWatchesRequest(writer, recordOf(request));
    case 'setWatches2': {
      const { persistent, recursive } = request;
      return writeSetWatches2Request(writer, { ...recordOf(request), persistent, persistentRecursive: recursive });
    }
    case 'addWatch':
      return writeAddWatchRequest(writer, request);
    case 'checkWatches':
    case 'removeWatches':
      return writeCheckWatchesRequest(writer, { path: request.path, type: request.watcher });
    case 'closeSession':
    case 'ping':
      return;
  }
}

function recordOf({ since, data, exists, children }: SetWatchesRequest): SetWatchesRecord {
  return { relativeZxid: since, data, exist: exists, child: children };
}

function toMultiOp(op: SimpleWrite): MultiOp {
  switch (op.type) {
    case 'create':
      return { ...op, type: OpCode.create2, acl: OPEN_ACL };
    case 'createContainer':
      return { ...op, type: OpCode.createContainer, acl: OPEN_ACL, flags: CreateFlag.container };
    case 'createTTL':
      return { ...op, type: OpCode.createTTL, acl: OPEN_ACL, flags: CreateFlag.persistentWithTtl };
    case 'setData':
      return { ...op, type: OpCode.setData };
    case 'delete':
    case 'check':
      return { ...op, type: OpCode[op.type] };
  }
}
