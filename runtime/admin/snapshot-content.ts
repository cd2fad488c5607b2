/** The snapshot that an operator is sent: the file that was just written, or bytes where nothing is written. */

import { statSync } from 'node:fs';
import type { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import type { Zxid } from '../../core/zxid.ts';
import { listFiles } from '../storage/file-names.ts';
import { nodeFileSystem } from '../storage/file-system.ts';
import type { SnapshotTaken } from './replica-view.ts';

const CHUNK_BYTES = 1 << 20;

/** @throws Error when the file has gone already, as another snapshot may have made it superfluous */
export function snapshotFile(directory: string, zxid: Zxid): SnapshotTaken {
  const file = listFiles(nodeFileSystem, directory, 'snapshot').find((candidate) => candidate.zxid === zxid);
  if (file === undefined) throw new Error('the snapshot has been removed already');
  return { zxid, content: file.path, bytes: statSync(file.path).size };
}

/** Written in one go, so it shows the tree as of its zxid; ensembles in memory are small. */
export function snapshotInMemory(tree: DataTree): SnapshotTaken {
  const writer = new SnapshotWriter(tree, 'file');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let chunk = writer.next(CHUNK_BYTES); chunk !== null; chunk = writer.next(CHUNK_BYTES)) {
    chunks.push(chunk);
    bytes += chunk.length;
  }
  return { zxid: writer.zxid, content: chunks, bytes };
}
