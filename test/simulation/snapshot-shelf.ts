/**
 * The snapshot files of one simulated disk, as bytes, and recovery: the newest snapshot that the disk's history reaches,
 * read by the reader that ships, then the log after it. Outlives the lives of its replica.
 */

import { invariant } from '../../core/assert.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { readTxnBody, readTxnHeader } from '../../core/jute/txn.ts';
import { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotReader } from '../../core/tree/snapshot-reader.ts';
import { TreeState } from '../../core/tree/tree-state.ts';
import { describeZxid } from '../../core/zab/describe.ts';
import type { LogEntry } from '../../core/zab/peer.ts';
import { ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import type { Disk } from './disk.ts';
import type { Marks } from './marks.ts';

/** As the simulated replicas are told. */
const TREE = { extendedTypes: true } as const;
/** As many as FileStorage keeps. */
const KEPT_COUNT = 3;
/** Recovery reads files in pieces, and none of them fits a record. */
const PIECE_BYTES = 97;

interface StoredSnapshot {
  readonly zxid: Zxid;
  readonly bytes: Uint8Array;
  /** Last zxid that the tree had processed when the last slice was written. */
  readonly endZxid: Zxid;
  /** An installed snapshot: there is no log before it. */
  readonly isInstalled: boolean;
}

export class SnapshotShelf {
  readonly #disk: Disk;
  readonly #marks: Marks;
  #stored: StoredSnapshot[] = [];

  constructor(disk: Disk, marks: Marks) {
    this.#disk = disk;
    this.#marks = marks;
  }

  add(snapshot: StoredSnapshot): void {
    this.#stored = [...this.#stored.filter(({ zxid }) => zxid !== snapshot.zxid), snapshot].slice(-KEPT_COUNT);
  }

  recover(): DataTree {
    const { history, lastZxid, snapshotCount } = this.#disk;
    // Damage may have taken them; what lies beyond the history was lost before it was durable.
    const usable = snapshotCount === 0 ? [] : this.#stored.filter(({ zxid }) => zxid <= lastZxid);
    const newest = usable.at(-1);
    if (newest === undefined) return replay(new DataTree(new TreeState(TREE)), history);
    this.#marks.hit('tree recovered from a snapshot');
    if (newest.endZxid > newest.zxid) {
      this.#marks.hit('tree recovered from a snapshot that was written while it changed');
    }
    return replay(read(newest), history);
  }

  /** A cut below an installed snapshot leaves nothing to start from: the log before it is gone. */
  requireCutPossible(zxid: Zxid): void {
    const installed = this.#stored.findLast(({ isInstalled }) => isInstalled);
    if (installed === undefined || this.#disk.snapshotZxid < installed.zxid) return;
    invariant(zxid >= installed.zxid, 'I14: no cut reaches below the snapshot with which the history begins', {
      cut: describeZxid(zxid),
      installed: describeZxid(installed.zxid),
    });
  }
}

function read({ bytes, zxid }: StoredSnapshot): DataTree {
  const reader = new SnapshotReader('file', TREE);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) reader.push(bytes.subarray(at, at + PIECE_BYTES));
  return reader.finish(zxid);
}

function replay(tree: DataTree, history: readonly LogEntry[]): DataTree {
  const reader = new JuteReader();
  let first = history.length;
  while (first > 0 && (history[first - 1]?.zxid ?? ZXID_ZERO) > tree.lastProcessedZxid) first--;
  for (const { entry } of history.slice(first)) {
    reader.reset(entry);
    const header = readTxnHeader(reader);
    tree.apply(header, readTxnBody(reader, header.type), false);
  }
  return tree;
}
