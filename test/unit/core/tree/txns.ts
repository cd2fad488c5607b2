/** Builders for txns and trees, and a seeded source of choices: what the tests of this folder share. */
import { makeSessionId, NO_SESSION, type SessionId } from '../../../../core/ids.ts';
import { type Acl, OPEN_ACL } from '../../../../core/jute/acl.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import type { CreateTxn, DeleteTxn, SetAclTxn, SetDataTxn, Txn, TxnHeader } from '../../../../core/jute/txn.ts';
import type { DataTree } from '../../../../core/tree/data-tree.ts';
import type { SnapshotForm } from '../../../../core/tree/snapshot-format.ts';
import { SnapshotReader } from '../../../../core/tree/snapshot-reader.ts';
import { SnapshotWriter } from '../../../../core/tree/snapshot-writer.ts';
import { toZxid, type Zxid } from '../../../../core/zxid.ts';

export const SESSION_A = makeSessionId(0x0100003f, 0x99b50000);
export const SESSION_B = makeSessionId(0x0200003f, 0x99b50001);
export const READ_ACL: readonly Acl[] = [{ perms: 1, scheme: 'world', id: 'anyone' }];

export function header(zxid: number, type: number, clientId: SessionId = NO_SESSION): TxnHeader {
  return { clientId, cxid: 0, zxid: toZxid(zxid), time: 1_700_000_000_000 + zxid, type };
}

export function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

export function create(path: string, data: Uint8Array | null = bytes(''), more: Partial<CreateTxn> = {}): CreateTxn {
  return { type: OpCode.create, path, data, acl: OPEN_ACL, ephemeral: false, parentCVersion: -1, ...more };
}

export function setData(path: string, data: Uint8Array | null, version: number): SetDataTxn {
  return { type: OpCode.setData, path, data, version };
}

export function setAcl(path: string, acl: readonly Acl[], version: number): SetAclTxn {
  return { type: OpCode.setACL, path, acl, version };
}

export function remove(path: string): DeleteTxn {
  return { type: OpCode.delete, path };
}

export interface LoggedTxn {
  readonly header: TxnHeader;
  readonly txn: Txn;
}

/** Applies txns at consecutive zxids after the tree's last one. */
export function applyAll(tree: DataTree, txns: readonly Txn[], clientId: SessionId = NO_SESSION): void {
  for (const txn of txns) tree.apply(header(tree.lastProcessedZxid + 1, txn.type, clientId), txn, false);
}

/** The whole snapshot of a tree that stands still. */
export function snapshotOf(tree: DataTree, form: SnapshotForm): Buffer {
  return drain(new SnapshotWriter(tree, form), 1 << 16);
}

export function drain(writer: SnapshotWriter, maxBytes: number): Buffer {
  const chunks: Uint8Array[] = [];
  for (let chunk = writer.next(maxBytes); chunk !== null; chunk = writer.next(maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function load(snapshot: Uint8Array, form: SnapshotForm, zxid: Zxid, chunkBytes = snapshot.length): DataTree {
  const reader = new SnapshotReader(form);
  for (let at = 0; at < snapshot.length; at += chunkBytes) {
    // A copy that is spoilt afterwards: the reader may only borrow what it is given.
    const chunk = Uint8Array.from(snapshot.subarray(at, at + chunkBytes));
    reader.push(chunk);
    chunk.fill(0xee);
  }
  return reader.finish(zxid);
}

/** Mulberry32: the same seed, the same choices. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  oneOf<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('nothing to choose from');
    return value;
  }
}
