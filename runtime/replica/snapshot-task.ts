/**
 * Writes a snapshot in the background: one slice between two turns of the loop, so that the replica goes on serving, and
 * its pulse goes on, however big the tree is.
 */

import type { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import type { SnapshotSink } from '../storage/replica-storage.ts';

const SLICE_BYTES = 256 * 1024;

export class SnapshotTask {
  readonly #writer: SnapshotWriter;
  readonly #sink: SnapshotSink;
  readonly #onDone: (error: Error | null) => void;

  constructor(tree: DataTree, sink: SnapshotSink, onDone: (error: Error | null) => void) {
    this.#writer = new SnapshotWriter(tree, 'file');
    this.#sink = sink;
    this.#onDone = onDone;
  }

  /** One slice. @returns whether there is more to do */
  advance(): boolean {
    try {
      const bytes = this.#writer.next(SLICE_BYTES);
      if (bytes !== null) {
        this.#sink.write(bytes);
        return true;
      }
      this.#sink.commit(this.#onDone);
    } catch (error) {
      this.#onDone(error instanceof Error ? error : new Error(String(error)));
    }
    return false;
  }

  /** Gives up; the storage has taken back, or takes back, what was written. */
  abandon(): void {
    this.#writer.close();
  }
}
