/**
 * What a crash of the machine leaves at the end of a txn log: the remains of a write that never reached the disk as a whole.
 * (The death of a process alone tears nothing: what it wrote is in the system's cache.)
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { appendRecord } from '../../core/jute/txn-log.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { toZxid } from '../../core/zxid.ts';
import { listFiles } from '../../runtime/storage/file-names.ts';
import { nodeFileSystem } from '../../runtime/storage/file-system.ts';
import { readLog } from '../../runtime/storage/log-reader.ts';
import { createEntry } from './txn-entries.ts';

/** `head`: the first half of a record. `hole`: a record some of whose sectors never landed. `garbage`: a length that leads nowhere. */
export type Tear = 'head' | 'hole' | 'garbage';

export const TEARS: readonly Tear[] = ['head', 'hole', 'garbage'];

/**
 * Tears the newest log of a replica, right behind its last whole record.
 * @param replicaPath  the directory that holds version-2
 * @returns the file's path
 */
export function tearNewestLog(replicaPath: string, tear: Tear): string {
  const newest = listFiles(nodeFileSystem, `${replicaPath}/version-2`, 'log').at(-1);
  if (newest === undefined) throw new Error(`${replicaPath} has no txn log`);
  const { end, lastZxid } = readLog(nodeFileSystem, newest.path, () => undefined);
  const file = readFileSync(newest.path);
  const remains = remainsOf(tear, (lastZxid ?? 0) + 1);
  const torn = Buffer.alloc(Math.max(file.length, end + remains.length));
  file.copy(torn, 0, 0, end);
  remains.copy(torn, end);
  writeFileSync(newest.path, torn);
  return newest.path;
}

function remainsOf(tear: Tear, zxid: number): Buffer {
  const writer = new JuteWriter(4096);
  appendRecord(writer, createEntry(toZxid(zxid), 3000));
  const record = Buffer.from(writer.view());
  switch (tear) {
    case 'head':
      return record.subarray(0, record.length / 2);
    case 'hole':
      return record.fill(0, 1000, 2600);
    case 'garbage':
      record.writeInt32BE(0x7fff_ffff, 8);
      return record.subarray(0, 600);
  }
}
