/**
 * What leaders proposed in this run, across all lives and replicas. Stands in for what real snapshots need not carry: the
 * txns that a snapshot's tree is made of, which the checkers of consensus compare.
 */

import { invariant } from '../../core/assert.ts';
import type { PeerMessage } from '../../core/jute/quorum.ts';
import { describeZxid } from '../../core/zab/describe.ts';
import type { LogEntry } from '../../core/zab/peer.ts';
import type { Zxid } from '../../core/zxid.ts';
import { sameBytes } from './disk.ts';

export class Proposals {
  readonly #entries = new Map<Zxid, Uint8Array>();
  /** Histories that were sent as snapshots, by their last zxid. */
  readonly #histories = new Map<Zxid, readonly LogEntry[]>();

  /** Whether nobody logged this zxid before: then its leader proposes it just now. */
  isNew({ zxid, entry }: LogEntry): boolean {
    const known = this.#entries.get(zxid);
    if (known === undefined) {
      this.#entries.set(zxid, entry);
      return true;
    }
    invariant(sameBytes(known, entry), 'I1: a zxid names one txn', { zxid: describeZxid(zxid) });
    return false;
  }

  /** A leader with this log sends something to a learner. */
  onSend(message: PeerMessage, logged: readonly LogEntry[]): void {
    if (message.type !== 'packet' || message.packet.type !== 'snap') return;
    const { zxid } = message.packet;
    this.#histories.set(
      zxid,
      logged.filter((entry) => entry.zxid <= zxid),
    );
  }

  historyAt(zxid: Zxid): readonly LogEntry[] {
    const history = this.#histories.get(zxid);
    invariant(history !== undefined, 'a snapshot is installed only after it was sent', { zxid: describeZxid(zxid) });
    return history;
  }
}
