/**
 * Snapshots on their way to learners (LearnerHandler after SNAP).
 *
 * A transfer goes in slices, so that a big tree does not stop the leader. Until its last chunk is out, everything else
 * for that learner waits behind it, because the quorum stream is one sequence: SNAP, the tree, then the proposals since.
 */

import type { PeerId } from '../ids.ts';
import type { PeerMessage } from '../jute/quorum.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { SnapshotWriter } from '../tree/snapshot-writer.ts';

const SLICE_BYTES = 256 * 1024;

interface Transfer {
  readonly stream: number;
  readonly writer: SnapshotWriter;
  readonly waiting: PeerMessage[];
}

export class SnapshotTransfers {
  readonly #send: (to: PeerId, message: PeerMessage) => void;
  readonly #transfers = new Map<PeerId, Transfer>();

  constructor(send: (to: PeerId, message: PeerMessage) => void) {
    this.#send = send;
  }

  get isEmpty(): boolean {
    return this.#transfers.size === 0;
  }

  begin(to: PeerId, stream: number, tree: DataTree): void {
    this.stop(to);
    this.#transfers.set(to, { stream, writer: new SnapshotWriter(tree, 'stream'), waiting: [] });
  }

  /** Sends now, or behind the snapshot that is under way to this learner. */
  send(to: PeerId, message: PeerMessage): void {
    const transfer = this.#transfers.get(to);
    if (transfer === undefined || message.type === 'notification') return this.#send(to, message);
    if (message.stream === transfer.stream) {
      transfer.waiting.push(message);
      return;
    }
    // A new quorum connection: nobody waits for the rest of the old one's snapshot.
    this.stop(to);
    this.#send(to, message);
  }

  /** One slice of every transfer. */
  advance(): void {
    for (const [to, transfer] of this.#transfers) this.#advance(to, transfer);
  }

  stop(to: PeerId): void {
    this.#transfers.get(to)?.writer.close();
    this.#transfers.delete(to);
  }

  stopAll(): void {
    for (const to of [...this.#transfers.keys()]) this.stop(to);
  }

  #advance(to: PeerId, { stream, writer, waiting }: Transfer): void {
    const bytes = writer.next(SLICE_BYTES);
    const last = bytes === null;
    this.#send(to, {
      type: 'packet',
      stream,
      packet: { type: 'snapshotChunk', bytes: bytes ?? new Uint8Array(0), last, wholeFrom: writer.wholeFrom },
    });
    if (!last) return;
    this.#transfers.delete(to);
    for (const message of waiting) this.#send(to, message);
  }
}
