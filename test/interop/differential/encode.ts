/**
 * The bytes of a request, written down from zookeeper.jute a second time: were they made by the records under test, a
 * mistake in those would cancel itself out.
 */
import type { Acl } from '../../../core/jute/acl.ts';
import { JuteWriter } from '../../../core/jute/writer.ts';
import type { Member, Request } from './operation.ts';

const OP_CODES = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getACL: 6,
  setACL: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  createTTL: 21,
  multiRead: 22,
  addAuth: 100,
  setWatches: 101,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  closeSession: -11,
} as const;

const SPECIAL_XIDS: Readonly<Record<string, number>> = { ping: -2, addAuth: -4, setWatches: -8, setWatches2: -8 };

/** @returns the payload of a frame, and the xid that its answer carries */
export function encodeRequest(request: Request, nextXid: () => number): { xid: number; payload: Uint8Array } {
  const xid = SPECIAL_XIDS[request.op] ?? nextXid();
  const writer = new JuteWriter();
  writer.writeInt(xid);
  writer.writeInt(opCodeOf(request));
  writer.writeBytes(encodeBody(request));
  return { xid, payload: writer.copy() };
}

export function encodeBody(request: Request): Uint8Array {
  if (request.op !== 'mangled') {
    const writer = new JuteWriter();
    writeBody(writer, request);
    return writer.copy();
  }
  const body = Buffer.from(encodeBody(request.of));
  if ('keep' in request) return body.subarray(0, request.keep);
  body.writeInt32BE(request.length, request.at);
  return body;
}

export function opCodeOf(request: Request): number {
  if (request.op === 'unknown') return request.opCode;
  return request.op === 'mangled' ? opCodeOf(request.of) : OP_CODES[request.op];
}

function writeBody(writer: JuteWriter, request: Exclude<Request, { op: 'mangled' }>): void {
  switch (request.op) {
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      writer.writeString(request.path);
      return writer.writeBoolean(request.watch);
    case 'getACL':
    case 'sync':
    case 'getEphemerals':
    case 'getAllChildrenNumber':
      return writer.writeString(request.path);
    case 'setACL':
      writer.writeString(request.path);
      writeAcl(writer, request.acl);
      return writer.writeInt(request.version);
    case 'multi':
    case 'multiRead':
      return writeMembers(writer, request.ops);
    case 'setWatches':
    case 'setWatches2':
      writer.writeLong(request.since);
      for (const list of request.lists) writePaths(writer, list);
      return;
    case 'addWatch':
      writer.writeString(request.path);
      return writer.writeInt(request.mode);
    case 'removeWatches':
    case 'checkWatches':
      writer.writeString(request.path);
      return writer.writeInt(request.type);
    case 'addAuth':
      writer.writeInt(0);
      writer.writeString(request.scheme);
      return writer.writeBuffer(bytesOf(request.auth));
    case 'reconfig':
      for (const text of [request.joining, request.leaving, request.members]) writer.writeString(text);
      return writer.writeLong(-1);
    case 'whoAmI':
    case 'ping':
    case 'closeSession':
    case 'unknown':
      return;
    default:
      return writeMember(writer, request);
  }
}

function writeMembers(writer: JuteWriter, members: readonly Request[]): void {
  for (const member of members) {
    writeMultiHeader(writer, opCodeOf(member), false);
    writer.writeBytes(encodeBody(member));
  }
  writeMultiHeader(writer, -1, true);
}

function writeMultiHeader(writer: JuteWriter, type: number, isDone: boolean): void {
  writer.writeInt(type);
  writer.writeBoolean(isDone);
  writer.writeInt(-1);
}

function writeMember(writer: JuteWriter, member: Member): void {
  writer.writeString(member.path);
  switch (member.op) {
    case 'delete':
    case 'check':
      return writer.writeInt(member.version);
    case 'setData':
      writer.writeBuffer(bytesOf(member.data));
      return writer.writeInt(member.version);
    default:
      writer.writeBuffer(bytesOf(member.data));
      writeAcl(writer, member.acl);
      writer.writeInt(member.flags);
      if (member.op === 'createTTL') writer.writeLong(member.ttl);
  }
}

function writeAcl(writer: JuteWriter, acl: readonly Acl[] | null): void {
  writer.writeInt(acl === null ? -1 : acl.length);
  for (const { perms, scheme, id } of acl ?? []) {
    writer.writeInt(perms);
    writer.writeString(scheme);
    writer.writeString(id);
  }
}

function writePaths(writer: JuteWriter, paths: readonly string[]): void {
  writer.writeInt(paths.length);
  for (const path of paths) writer.writeString(path);
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : Buffer.from(text);
}
