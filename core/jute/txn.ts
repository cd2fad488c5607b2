/**
 * Transactions: what the leader decided, as it stands in the log, in a PROPOSAL and in an INFORM. An entry is
 *
 *     TxnHeader { long clientId; int cxid; long zxid; long time; int type }   32 bytes
 *     body, by type                                                           (zookeeper-facts 12.3)
 *     [TxnDigest { int version; long treeDigest }]                            12 bytes, present iff bytes remain
 *
 * A txn is deterministic: whatever depends on a clock, a sequence number or a permission is already decided in it.
 */

import type { SessionId } from '../ids.ts';
import { toZxid, type Zxid } from '../zxid.ts';
import { type Acl, readAcl, writeAcl } from './acl.ts';
import { OpCode } from './op-code.ts';
import { JuteError, type JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export const TXN_HEADER_SIZE = 32;
const ZXID_OFFSET = 12;

export interface TxnHeader {
  /** The session on whose behalf the txn happens. */
  readonly clientId: SessionId;
  /** The client's xid; 0 for what no client asked for (expiry, container removal). */
  readonly cxid: number;
  readonly zxid: Zxid;
  /** The leader's wall clock, milliseconds since 1970. */
  readonly time: number;
  readonly type: number;
}

export interface CreateTxn {
  readonly type: typeof OpCode.create | typeof OpCode.create2;
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly ephemeral: boolean;
  /** The parent's stored cversion after this create; -1 in logs older than 3.4: one more than the stored. */
  readonly parentCVersion: number;
}
export interface CreateContainerTxn {
  readonly type: typeof OpCode.createContainer;
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly parentCVersion: number;
}
export interface CreateTtlTxn {
  readonly type: typeof OpCode.createTTL;
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly parentCVersion: number;
  /** Milliseconds, 1 … 2^40-1. */
  readonly ttl: number;
}
export interface DeleteTxn {
  readonly type: typeof OpCode.delete | typeof OpCode.deleteContainer;
  readonly path: string;
}
export interface SetDataTxn {
  readonly type: typeof OpCode.setData | typeof OpCode.reconfig;
  readonly path: string;
  readonly data: Uint8Array | null;
  /** The version after this txn. */
  readonly version: number;
}
export interface SetAclTxn {
  readonly type: typeof OpCode.setACL;
  readonly path: string;
  readonly acl: readonly Acl[];
  /** The aversion after this txn. */
  readonly version: number;
}
export interface CheckTxn {
  readonly type: typeof OpCode.check;
  readonly path: string;
  readonly version: number;
}
export interface ErrorTxn {
  readonly type: typeof OpCode.error;
  /** ZooKeeper's error code, below 0 (0 in the sub-txns before a multi's failure). */
  readonly error: number;
}
export interface CreateSessionTxn {
  readonly type: typeof OpCode.createSession;
  readonly timeoutMs: number;
}
export interface CloseSessionTxn {
  readonly type: typeof OpCode.closeSession;
  /** The session's ephemerals; null in logs that do not list them: then all that the session owns. */
  readonly pathsToDelete: readonly string[] | null;
}
export type SingleTxn =
  | CreateTxn
  | CreateContainerTxn
  | CreateTtlTxn
  | DeleteTxn
  | SetDataTxn
  | SetAclTxn
  | CheckTxn
  | ErrorTxn;
export interface MultiTxn {
  readonly type: typeof OpCode.multi;
  /** Applies nothing at all when any of them is an ErrorTxn. */
  readonly txns: readonly SingleTxn[];
}
export type Txn = SingleTxn | MultiTxn | CreateSessionTxn | CloseSessionTxn;

export function writeTxnHeader(writer: JuteWriter, header: TxnHeader): void {
  writer.writeSessionId(header.clientId);
  writer.writeInt(header.cxid);
  writer.writeLong(header.zxid);
  writer.writeLong(header.time);
  writer.writeInt(header.type);
}

/** @throws JuteError when the bytes are no header */
export function readTxnHeader(reader: JuteReader): TxnHeader {
  const clientId = reader.readSessionId();
  const cxid = reader.readInt();
  const value = reader.readLong();
  if (value < 0) throw new JuteError(`a txn has the zxid ${value}`);
  const zxid = toZxid(value);
  const time = reader.readLong();
  return { clientId, cxid, zxid, time, type: reader.readInt() };
}

export const TXN_DIGEST_SIZE = 12;
const TXN_DIGEST_VERSION = 2;

/** The digest of the tree after a txn, 64 bits as two halves, each 0 … 2^32-1. */
export interface TxnDigest {
  readonly hi: number;
  readonly lo: number;
}

/** What an entry of the log holds. */
export interface LoggedTxn {
  readonly header: TxnHeader;
  readonly txn: Txn;
  /** Of the tree after it; null where the entry does not say. */
  readonly digest: TxnDigest | null;
}

/** @throws JuteError when the bytes are no entry */
export function readEntry(reader: JuteReader): LoggedTxn {
  const header = readTxnHeader(reader);
  const txn = readTxnBody(reader, header.type);
  return { header, txn, digest: readTxnDigest(reader) };
}

export function writeTxnDigest(writer: JuteWriter, { hi, lo }: TxnDigest): void {
  writer.writeInt(TXN_DIGEST_VERSION);
  writer.writeLongHalves(hi, lo);
}

/** What stands behind the body; null for nothing, and for a digest of a version that we do not compute. */
export function readTxnDigest(reader: JuteReader): TxnDigest | null {
  if (reader.remaining < TXN_DIGEST_SIZE) return null;
  const version = reader.readInt();
  const { hi, lo } = reader.readSessionId();
  return version === TXN_DIGEST_VERSION ? { hi: hi >>> 0, lo: lo >>> 0 } : null;
}

/** The zxid of an encoded entry, without decoding the rest. */
export function zxidOfEntry(entry: Uint8Array): Zxid {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  return toZxid(view.getInt32(ZXID_OFFSET) * 0x100000000 + view.getUint32(ZXID_OFFSET + 4));
}

export function writeTxnBody(writer: JuteWriter, txn: Txn): void {
  switch (txn.type) {
    case OpCode.create:
    case OpCode.create2:
      writeCreation(writer, txn);
      writer.writeBoolean(txn.ephemeral);
      writer.writeInt(txn.parentCVersion);
      return;
    case OpCode.createContainer:
      writeCreation(writer, txn);
      writer.writeInt(txn.parentCVersion);
      return;
    case OpCode.createTTL:
      writeCreation(writer, txn);
      writer.writeInt(txn.parentCVersion);
      writer.writeLong(txn.ttl);
      return;
    case OpCode.delete:
    case OpCode.deleteContainer:
      writer.writeString(txn.path);
      return;
    case OpCode.setData:
    case OpCode.reconfig:
      writer.writeString(txn.path);
      writer.writeBuffer(txn.data);
      writer.writeInt(txn.version);
      return;
    case OpCode.setACL:
      writer.writeString(txn.path);
      writeAcl(writer, txn.acl);
      writer.writeInt(txn.version);
      return;
    case OpCode.check:
      writer.writeString(txn.path);
      writer.writeInt(txn.version);
      return;
    case OpCode.error:
      writer.writeInt(txn.error);
      return;
    case OpCode.multi:
      writer.writeInt(txn.txns.length);
      for (const single of txn.txns) writeMember(writer, single);
      return;
    case OpCode.createSession:
      writer.writeInt(txn.timeoutMs);
      return;
    case OpCode.closeSession:
      if (txn.pathsToDelete === null) return;
      writer.writeInt(txn.pathsToDelete.length);
      for (const path of txn.pathsToDelete) writer.writeString(path);
      return;
    default:
      unreachableTxn(txn);
  }
}

/** @throws JuteError when the bytes are no body of that type, or the type is unknown */
export function readTxnBody(reader: JuteReader, type: number): Txn {
  switch (type) {
    case OpCode.multi: {
      const count = reader.readCount();
      const txns: SingleTxn[] = [];
      for (let index = 0; index < count; index++) txns.push(readMember(reader));
      return { type, txns };
    }
    case OpCode.createSession:
      return { type, timeoutMs: reader.readInt() };
    case OpCode.closeSession:
      return { type, pathsToDelete: hasNoPaths(reader) ? null : readPaths(reader) };
    default:
      return readSingleTxn(reader, type);
  }
}

function readSingleTxn(reader: JuteReader, type: number): SingleTxn {
  switch (type) {
    case OpCode.create:
    case OpCode.create2: {
      const creation = readCreation(reader);
      const ephemeral = reader.readBoolean();
      return { type, ...creation, ephemeral, parentCVersion: reader.remaining === 0 ? -1 : reader.readInt() };
    }
    case OpCode.createContainer:
      return { type, ...readCreation(reader), parentCVersion: reader.readInt() };
    case OpCode.createTTL:
      return { type, ...readCreation(reader), parentCVersion: reader.readInt(), ttl: reader.readLong() };
    case OpCode.delete:
    case OpCode.deleteContainer:
      return { type, path: readPath(reader) };
    case OpCode.setData:
    case OpCode.reconfig:
      return { type, path: readPath(reader), data: reader.readBuffer(), version: reader.readInt() };
    case OpCode.setACL:
      return { type, path: readPath(reader), acl: readAcl(reader), version: reader.readInt() };
    case OpCode.check:
      return { type, path: readPath(reader), version: reader.readInt() };
    case OpCode.error:
      return { type, error: reader.readInt() };
    default:
      throw new JuteError(`txn type ${type} is unknown`);
  }
}

// A member of a multi is a record of its own: int type, then the body as a buffer.
function writeMember(writer: JuteWriter, txn: SingleTxn): void {
  writer.writeInt(txn.type);
  const at = writer.length;
  writer.writeInt(0);
  writeTxnBody(writer, txn);
  writer.patchInt(at, writer.length - at - 4);
}

function readMember(reader: JuteReader): SingleTxn {
  const type = reader.readInt();
  const length = reader.readInt();
  if (length < 0 || length > reader.remaining) throw new JuteError(`a multi's txn claims ${length} bytes`);
  const outerEnd = reader.end;
  const memberEnd = reader.position + length;
  reader.end = memberEnd;
  const txn = readSingleTxn(reader, type);
  reader.end = outerEnd;
  reader.position = memberEnd;
  return txn;
}

interface Creation {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
}

function writeCreation(writer: JuteWriter, txn: Creation): void {
  writer.writeString(txn.path);
  writer.writeBuffer(txn.data);
  writeAcl(writer, txn.acl);
}

function readCreation(reader: JuteReader): Creation {
  return { path: readPath(reader), data: reader.readBuffer(), acl: readAcl(reader) };
}

// Without a list there may be a digest all the same. It cannot be taken for one: its version would be a list of two paths,
// for which the rest is too short.
function hasNoPaths(reader: JuteReader): boolean {
  return reader.remaining === 0 || (reader.remaining === TXN_DIGEST_SIZE && reader.peekInt() === TXN_DIGEST_VERSION);
}

function readPaths(reader: JuteReader): string[] {
  const count = reader.readCount();
  const paths: string[] = [];
  for (let index = 0; index < count; index++) paths.push(readPath(reader));
  return paths;
}

function readPath(reader: JuteReader): string {
  const path = reader.readString();
  if (path === null) throw new JuteError('a txn names no path');
  return path;
}

function unreachableTxn(txn: never): never {
  throw new JuteError(`txn ${String(txn)} has no body`);
}
