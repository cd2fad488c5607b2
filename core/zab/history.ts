/**
 * What a peer has promised and what it knows, whatever its role: its epochs, its log, and the three points on it.
 *
 *     … ──── committed ──── synced ──── logged
 *
 * `committed`: emitted as `commit` effects, hence in the tree. `synced`: durable here. `logged`: appended.
 * After a restart the host has replayed its whole log, so `committed` may run ahead of what a quorum agreed on; a
 * truncation then takes it back, and the host reloads its tree (`truncated`). A live peer never commits too early.
 */

import { invariant } from '../assert.ts';
import { COUNTER_MAX, counterOf, type Epoch, epochOf, firstZxidOf, type Zxid } from '../zxid.ts';
import type { PeerOptions, RestoredPeer } from './options.ts';
import type { Outbox } from './outbox.ts';
import { RecentLog } from './recent-log.ts';

export class History {
  readonly log: RecentLog;
  readonly #outbox: Outbox;
  #acceptedEpoch: Epoch;
  #currentEpoch: Epoch;
  #lastSynced: Zxid;
  #lastCommitted: Zxid;
  /** Cuts and installations under way: a second one may begin, under another leader, before the first has ended. */
  #unsettledCount = 0;

  constructor(options: PeerOptions, restored: RestoredPeer, outbox: Outbox) {
    this.#outbox = outbox;
    this.#acceptedEpoch = restored.acceptedEpoch;
    this.#currentEpoch = restored.currentEpoch;
    this.#lastSynced = restored.lastZxid;
    this.#lastCommitted = restored.appliedZxid;
    const bounds = { count: options.commitLogCount, bytes: options.commitLogBytes };
    this.log = new RecentLog(restored.recent, restored.lastZxid, bounds);
    invariant(this.#lastCommitted >= this.log.baseZxid, 'what the tree lacks is in the recent log', {
      applied: this.#lastCommitted,
      base: this.log.baseZxid,
    });
    invariant(this.#currentEpoch <= this.#acceptedEpoch, 'I8: currentEpoch ≤ acceptedEpoch', {
      currentEpoch: this.#currentEpoch,
      acceptedEpoch: this.#acceptedEpoch,
    });
  }

  get acceptedEpoch(): Epoch {
    return this.#acceptedEpoch;
  }

  get currentEpoch(): Epoch {
    return this.#currentEpoch;
  }

  get lastLogged(): Zxid {
    return this.log.lastZxid;
  }

  get lastSynced(): Zxid {
    return this.#lastSynced;
  }

  get lastCommitted(): Zxid {
    return this.#lastCommitted;
  }

  /** Whether all that this peer logged, cut or installed is durable: the condition of every promise about a history. */
  get isDurable(): boolean {
    return this.#unsettledCount === 0 && this.#lastSynced >= this.lastLogged;
  }

  acceptEpoch(epoch: Epoch): void {
    invariant(epoch > this.#acceptedEpoch, 'I8: acceptedEpoch only rises', { epoch, accepted: this.#acceptedEpoch });
    this.#acceptedEpoch = epoch;
    this.#outbox.push({ type: 'saveAcceptedEpoch', epoch });
  }

  enterEpoch(epoch: Epoch): void {
    invariant(epoch >= this.#currentEpoch, 'I8: currentEpoch never falls', { epoch, current: this.#currentEpoch });
    invariant(epoch <= this.#acceptedEpoch, 'I8: currentEpoch ≤ acceptedEpoch', { epoch });
    if (epoch === this.#currentEpoch) return;
    this.#currentEpoch = epoch;
    this.#outbox.push({ type: 'saveCurrentEpoch', epoch });
  }

  /** Whether `zxid` may come next: the following counter, or the first of a later epoch. */
  isNext(zxid: Zxid): boolean {
    const last = this.lastLogged;
    if (epochOf(zxid) === epochOf(last)) return zxid === last + 1;
    return zxid > last && counterOf(zxid) === 1;
  }

  append(zxid: Zxid, entry: Uint8Array): void {
    this.log.append(zxid, entry);
    this.#outbox.push({ type: 'append', zxid, entry });
  }

  /**
   * Reports come in the order of the effects. While a cut or an installation is under way, they are about records that
   * it removes; the same zxid may meanwhile have been appended again, and that record is not durable yet.
   */
  onSynced(zxid: Zxid): void {
    if (this.#unsettledCount > 0) return;
    const synced = zxid < this.lastLogged ? zxid : this.lastLogged;
    if (synced > this.#lastSynced) this.#lastSynced = synced;
  }

  commitThrough(zxid: Zxid): void {
    invariant(zxid <= this.lastLogged, 'I12: what is committed is logged', { zxid, lastLogged: this.lastLogged });
    if (zxid <= this.#lastCommitted) return;
    for (const { zxid: next, entry } of this.log.between(this.#lastCommitted, zxid)) {
      this.#outbox.push({ type: 'commit', zxid: next, entry });
    }
    this.#lastCommitted = zxid;
    this.log.trim(zxid);
  }

  /** Cuts what follows `zxid`: it was never committed, and the new leader's history does not hold it. */
  truncate(zxid: Zxid): void {
    this.log.truncateAfter(zxid);
    this.#lastSynced = Math.min(this.#lastSynced, zxid) as Zxid;
    this.#lastCommitted = Math.min(this.#lastCommitted, zxid) as Zxid;
    this.#unsettledCount += 1;
    this.#outbox.push({ type: 'truncate', zxid });
  }

  /** The whole history up to `zxid` arrives as a snapshot. */
  install(zxid: Zxid): void {
    this.log.reset(zxid);
    this.#lastSynced = zxid;
    this.#lastCommitted = zxid;
    this.#unsettledCount += 1;
  }

  /** A cut or an installation has ended; each is reported once. What it left of the history is durable. */
  onSettled(zxid: Zxid): void {
    invariant(this.#unsettledCount > 0, 'a cut or installation ends once', { unsettled: this.#unsettledCount });
    this.#unsettledCount -= 1;
    this.onSynced(zxid);
  }

  /** The zxid of the next proposal in `epoch`; counter 0 says that the epoch has none left. */
  nextZxid(epoch: Epoch): Zxid {
    const last = this.lastLogged;
    if (epochOf(last) !== epoch) return (firstZxidOf(epoch) + 1) as Zxid;
    return counterOf(last) === COUNTER_MAX ? firstZxidOf(epoch) : ((last + 1) as Zxid);
  }
}
