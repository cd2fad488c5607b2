/**
 * The client protocol for tests: requests as plain values, their bytes, and replies as one line of text each, so that a
 * test can show a whole conversation and compare it. Times are left out of Stats; everything else is there.
 */
import { errorFromZkCode } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { formatSessionId, isNoSession } from '../../core/ids.ts';
import { type Acl, OPEN_ACL, readAcl } from '../../core/jute/acl.ts';
import { readClientInfos, writeAuthPacket, writeSetAclRequest } from '../../core/jute/auth.ts';
import { writeMultiEnd, writeMultiHeader } from '../../core/jute/multi.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import type { JuteReader } from '../../core/jute/reader.ts';
import { writeReconfigRequest } from '../../core/jute/reconfig.ts';
import {
  CreateFlag,
  readReplyHeader,
  readWatchedEvent,
  writeCreateRequest,
  writeCreateTtlRequest,
  writeRequestHeader,
  writeSetDataRequest,
  writeVersionedRequest,
  writeWatchableRequest,
} from '../../core/jute/request.ts';
import { readStat } from '../../core/jute/stat.ts';
import {
  type SetWatchesRequest,
  writeAddWatchRequest,
  writeCheckWatchesRequest,
  writeSetWatches2Request,
  writeSetWatchesRequest,
} from '../../core/jute/watch.ts';
import { JuteWriter } from '../../core/jute/writer.ts';

type Path = string | null;

export type MultiMember =
  | {
      readonly op: 'create' | 'create2' | 'createContainer';
      readonly path: Path;
      readonly data?: Path;
      /** Default 0; of a container its own, as clients send it. */
      readonly flags?: number;
      readonly acl?: readonly Acl[];
    }
  | {
      readonly op: 'createTTL';
      readonly path: Path;
      readonly data?: Path;
      /** Default: that of a TTL znode. */
      readonly flags?: number;
      readonly acl?: readonly Acl[];
      readonly ttl: number;
    }
  | { readonly op: 'delete' | 'check'; readonly path: Path; readonly version?: number }
  | { readonly op: 'setData'; readonly path: Path; readonly data?: Path; readonly version?: number };

export interface MultiReadMember {
  readonly op: 'getData' | 'getChildren';
  readonly path: Path;
  readonly watch?: boolean;
}

type Paths = readonly string[];

interface SetWatches {
  readonly op: 'setWatches' | 'setWatches2';
  readonly since: number;
  readonly data?: Paths;
  readonly exist?: Paths;
  readonly child?: Paths;
  /** The last two: setWatches2 only. */
  readonly persistent?: Paths;
  readonly recursive?: Paths;
}

export type WatchRequest =
  | SetWatches
  | { readonly op: 'addWatch'; readonly path: Path; readonly mode: number }
  | { readonly op: 'checkWatches' | 'removeWatches'; readonly path: Path; readonly type: number };

export type Request =
  | MultiMember
  | {
      readonly op: 'exists' | 'getData' | 'getChildren' | 'getChildren2';
      readonly path: Path;
      readonly watch?: boolean;
    }
  | { readonly op: 'setACL'; readonly path: Path; readonly acl?: readonly Acl[]; readonly version?: number }
  | {
      readonly op: 'reconfig';
      readonly joining?: Path;
      readonly leaving?: Path;
      readonly newMembers?: Path;
      readonly version?: number;
    }
  | { readonly op: 'getACL' | 'sync' | 'getEphemerals' | 'getAllChildrenNumber'; readonly path: Path }
  | { readonly op: 'whoAmI' }
  | { readonly op: 'multiRead'; readonly ops: readonly MultiReadMember[] }
  | WatchRequest
  | { readonly op: 'multi'; readonly ops: readonly MultiMember[] }
  | { readonly op: 'ping' | 'closeSession' }
  | { readonly op: 'auth'; readonly scheme: Path; readonly auth: Path }
  | { readonly op: 'sasl'; readonly token: Path }
  /** Any op code with any body. */
  | { readonly op: 'raw'; readonly opCode: number; readonly body: Uint8Array };

/** How ids that differ from run to run are written. */
export interface Notation {
  zxid(zxid: number): string;
  session(id: SessionId): string;
}

/** Zxids as `epoch:counter`, sessions as they are. */
export const PLAIN_NOTATION: Notation = {
  zxid: (zxid) => (zxid < 0 ? String(zxid) : `${Math.floor(zxid / 2 ** 32)}:${zxid % 2 ** 32}`),
  session: formatSessionId,
};

const EVENT_NAMES = ['', 'created', 'deleted', 'changed', 'children'];
const utf8 = new TextDecoder();

export function encodeRequest(xid: number, request: Request): Uint8Array {
  const writer = new JuteWriter();
  const opCode = request.op === 'raw' ? request.opCode : OpCode[request.op];
  writeRequestHeader(writer, xid, opCode);
  writeBody(writer, request);
  return writer.copy();
}

/** The line for a reply, its header already read. */
export function describeReply(reader: JuteReader, request: Request, notation: Notation = PLAIN_NOTATION): string {
  const { zxid, error } = readReplyHeader(reader);
  const head = `${request.op === 'raw' ? `op${request.opCode}` : request.op} ${notation.zxid(zxid)}`;
  if (error !== 0) return `${head} ${errorName(error)}`;
  const body = describeBody(reader, request, notation);
  const rest = reader.remaining === 0 ? '' : ` +${reader.remaining} bytes`;
  return `${head}${body === '' ? '' : ` ${body}`}${rest}`;
}

export function describeEvent(reader: JuteReader, notation: Notation = PLAIN_NOTATION): string {
  const { zxid } = readReplyHeader(reader);
  const { type, path } = readWatchedEvent(reader);
  return `event ${EVENT_NAMES[type] ?? type} ${path} ${notation.zxid(zxid)}`;
}

export function errorName(error: number): string {
  const { code } = errorFromZkCode(error, null);
  return code === 'SYSTEM_ERROR' && error !== -1 ? String(error) : code;
}

function writeBody(writer: JuteWriter, request: Request): void {
  switch (request.op) {
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return writeWatchableRequest(writer, { path: request.path, watch: request.watch ?? false });
    case 'getACL':
    case 'sync':
    case 'getEphemerals':
    case 'getAllChildrenNumber':
      return writer.writeString(request.path);
    case 'setACL': {
      const { path, acl = OPEN_ACL, version = -1 } = request;
      return writeSetAclRequest(writer, { path, acl, version });
    }
    case 'reconfig': {
      const { joining = null, leaving = null, newMembers = null, version: curConfigId = -1 } = request;
      return writeReconfigRequest(writer, { joining, leaving, newMembers, curConfigId });
    }
    case 'addWatch':
      return writeAddWatchRequest(writer, request);
    case 'checkWatches':
    case 'removeWatches':
      return writeCheckWatchesRequest(writer, request);
    case 'multiRead':
      for (const { op, path, watch = false } of request.ops) {
        writeMultiHeader(writer, OpCode[op], -1);
        writeWatchableRequest(writer, { path, watch });
      }
      return writeMultiEnd(writer);
    case 'multi':
      for (const member of request.ops) {
        writeMultiHeader(writer, OpCode[member.op], -1);
        writeMember(writer, member);
      }
      return writeMultiEnd(writer);
    case 'setWatches':
      return writeSetWatchesRequest(writer, missedSince(request));
    case 'setWatches2': {
      const { persistent = [], recursive = [] } = request;
      return writeSetWatches2Request(writer, { ...missedSince(request), persistent, persistentRecursive: recursive });
    }
    case 'auth':
      return writeAuthPacket(writer, { scheme: request.scheme, auth: bytesOf(request.auth) });
    case 'sasl':
      return writer.writeBuffer(bytesOf(request.token));
    case 'raw':
      return writer.writeBytes(request.body);
    case 'ping':
    case 'closeSession':
    case 'whoAmI':
      return;
    default:
      return writeMember(writer, request);
  }
}

function writeMember(writer: JuteWriter, member: MultiMember): void {
  switch (member.op) {
    case 'create':
    case 'create2':
    case 'createContainer': {
      const { path, flags = member.op === 'createContainer' ? CreateFlag.container : 0, acl = OPEN_ACL } = member;
      return writeCreateRequest(writer, { path, data: bytesOf(member.data), acl, flags });
    }
    case 'createTTL': {
      const { path, flags = CreateFlag.persistentWithTtl, acl = OPEN_ACL, ttl } = member;
      return writeCreateTtlRequest(writer, { path, data: bytesOf(member.data), acl, flags, ttl });
    }
    case 'delete':
    case 'check':
      return writeVersionedRequest(writer, { path: member.path, version: member.version ?? -1 });
    case 'setData':
      return writeSetDataRequest(writer, {
        path: member.path,
        data: bytesOf(member.data),
        version: member.version ?? -1,
      });
  }
}

function missedSince({ since, data = [], exist = [], child = [] }: SetWatches): SetWatchesRequest {
  return { relativeZxid: since, data, exist, child };
}

function bytesOf(data: Path | undefined): Uint8Array | null {
  return data === null ? null : Buffer.from(data ?? '');
}

function describeBody(reader: JuteReader, request: Request, notation: Notation): string {
  switch (request.op) {
    case 'create':
    case 'sync':
      return String(reader.readString());
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return `${reader.readString()} ${describeStat(reader, notation)}`;
    case 'exists':
    case 'setData':
    case 'setACL':
      return describeStat(reader, notation);
    case 'getData':
    case 'reconfig':
      return `${describeData(reader.readBuffer())} ${describeStat(reader, notation)}`;
    case 'getChildren':
      return describeNames(reader);
    case 'getChildren2':
      return `${describeNames(reader)} ${describeStat(reader, notation)}`;
    case 'getACL': {
      const acl = readAcl(reader).map(({ perms, scheme, id }) => `${scheme}:${id}:${perms}`);
      return `${acl.join(',')} ${describeStat(reader, notation)}`;
    }
    case 'getEphemerals':
      return describeNames(reader);
    case 'getAllChildrenNumber':
    case 'addWatch':
      return String(reader.readInt());
    case 'whoAmI':
      return readClientInfos(reader)
        .map(({ scheme, user }) => `${scheme}:${user}`)
        .join(',');
    case 'sasl':
      return describeData(reader.readBuffer());
    case 'multi':
    case 'multiRead':
      return describeResults(reader, notation);
    default:
      return '';
  }
}

function describeResults(reader: JuteReader, notation: Notation): string {
  const results: string[] = [];
  for (;;) {
    const type = reader.readInt();
    const done = reader.readBoolean();
    const error = reader.readInt();
    if (done) return `[${results.join(' | ')}]${type === -1 && error === -1 ? '' : ` end ${type} ${error}`}`;
    results.push(describeResult(reader, { type, error }, notation));
  }
}

function describeResult(reader: JuteReader, header: { type: number; error: number }, notation: Notation): string {
  switch (header.type) {
    case OpCode.create:
      return `create ${reader.readString()}`;
    case OpCode.create2:
      return `create2 ${reader.readString()} ${describeStat(reader, notation)}`;
    case OpCode.setData:
      return `setData ${describeStat(reader, notation)}`;
    case OpCode.getData:
      return `getData ${describeData(reader.readBuffer())} ${describeStat(reader, notation)}`;
    case OpCode.getChildren:
      return `getChildren ${describeNames(reader)}`;
    case OpCode.delete:
      return 'delete';
    case OpCode.check:
      return 'check';
    case OpCode.error: {
      const error = reader.readInt();
      return `${error === 0 ? 'OK' : errorName(error)}${error === header.error ? '' : ` header ${header.error}`}`;
    }
    default:
      return `type ${header.type}`;
  }
}

/** Children have no promised order. */
function describeNames(reader: JuteReader): string {
  const names = Array.from({ length: reader.readCount() }, () => reader.readString());
  return `[${names.sort().join(' ')}]`;
}

function describeData(data: Uint8Array | null): string {
  return data === null ? 'null' : `"${utf8.decode(data)}"`;
}

function describeStat(reader: JuteReader, { zxid, session }: Notation): string {
  const stat = readStat(reader);
  const versions = `v${stat.version} c${stat.cversion} a${stat.aversion}`;
  const zxids = `${zxid(stat.czxid)} ${zxid(stat.mzxid)} ${zxid(stat.pzxid)}`;
  const owner = isNoSession(stat.ephemeralOwner) ? '' : ` of ${session(stat.ephemeralOwner)}`;
  return `{${versions} ${zxids} len${stat.dataLength} kids${stat.numChildren}${owner}}`;
}
