/** Encoded txns for tests of what stores and carries them. */

import { makeSessionId } from '../../core/ids.ts';
import { OPEN_ACL } from '../../core/jute/acl.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { writeTxnBody, writeTxnHeader } from '../../core/jute/txn.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { toZxid } from '../../core/zxid.ts';

/** The txn that creates `/n<zxid>` with `size` bytes of data, none of them 0. */
export function createEntry(zxid: number, size = 10): Uint8Array {
  const writer = new JuteWriter(128);
  const clientId = makeSessionId(1, 1);
  writeTxnHeader(writer, { clientId, cxid: zxid % 1000, zxid: toZxid(zxid), time: 1000 + zxid, type: OpCode.create });
  const data = Buffer.alloc(size, 'abcdefg');
  writeTxnBody(writer, {
    type: OpCode.create,
    path: `/n${zxid}`,
    data,
    acl: OPEN_ACL,
    ephemeral: false,
    parentCVersion: zxid % 1000,
  });
  return writer.copy();
}

/** Entries with zxids `from` … `to`. */
export function createEntries(from: number, to: number, size = 10): Uint8Array[] {
  return Array.from({ length: to - from + 1 }, (_, index) => createEntry(from + index, size));
}
