/**
 * The frame of a snapshot (zookeeper-facts 12.5; FileSnap, SerializeUtils):
 *
 *     1 file header    int "ZKSN", int version 2, long dbid -1                        file only
 *     2 sessions       int count, count x { long id; int timeout }
 *     3 ACL table      int count, count x { long key; vector<ACL> }
 *     4 znodes         { ustring path; buffer data; long aclKey; StatPersisted }      root "" first, parents first
 *     5 terminator     ustring "/"
 *     6 seal           long Adler-32 of all bytes before, ustring "/"                 file only
 *     7 digest         long zxid, int version 2, long digest, seal                    file only, optional
 *     8 last zxid      long zxid, seal                                                file only, optional
 *       signature      ustring "BenWasHere"                                           stream only (after SNAP)
 */

import type { Zxid } from '../zxid.ts';
import type { DigestValue } from './digest.ts';

/** `file` is what lies on disk, `stream` what a leader sends to a learner after SNAP. */
export type SnapshotForm = 'file' | 'stream';

export const SNAPSHOT_MAGIC = 0x5a4b534e;
export const SNAPSHOT_VERSION = 2;
export const FILE_HEADER_SIZE = 16;
export const TERMINATOR = '/';
export const STREAM_SIGNATURE = 'BenWasHere';
export const SEAL_SIZE = 13;

/** The digest that the tree must have once replay has reached `zxid`; null: the writer did not know it. */
export interface DigestMark {
  readonly zxid: Zxid;
  readonly digest: DigestValue | null;
}

/** The bytes are no whole, sound snapshot. */
export class SnapshotError extends Error {
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(`the snapshot is damaged at offset ${offset}: ${what}`);
    this.name = 'SnapshotError';
    this.offset = offset;
  }
}

/**
 * The quick test before a file is chosen for loading: a crash while writing leaves a file that fails it.
 * @param head  the first bytes of the file, at least 4
 * @param tail  its last 5 bytes
 */
export function looksLikeSnapshot(head: Uint8Array, tail: Uint8Array): boolean {
  if (head.length < 4 || tail.length < 5) return false;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0);
  const last = tail.subarray(tail.length - 5);
  return (
    magic === SNAPSHOT_MAGIC && last[0] === 0 && last[1] === 0 && last[2] === 0 && last[3] === 1 && last[4] === 0x2f
  );
}
