/**
 * One committed history for the whole ensemble (I1 to I7, I11 to I14, I21, I22). The first peer that commits an entry
 * extends it, at which moment a quorum must have the entry on disk; every other peer must then commit the same. To a
 * client an entry is acknowledged when any peer has committed it, so no later leader may lack it.
 */

import { invariant } from '../../../core/assert.ts';
import type { PeerId } from '../../../core/ids.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import type { PeerEffect, RoleReport } from '../../../core/zab/effects.ts';
import type { LogEntry } from '../../../core/zab/peer.ts';
import { counterOf, type Epoch, epochOf, ZXID_ZERO } from '../../../core/zxid.ts';
import { sameBytes } from '../disk.ts';
import type { Host, HostInput } from '../host.ts';
import { Checker, type Ensemble, keepersOf, majorityOf } from './checker.ts';

interface LedEpoch {
  readonly leader: string;
  /** The leader's whole history when a quorum had promised it the epoch. */
  readonly history: readonly LogEntry[];
}

export class AgreementChecker extends Checker {
  readonly committed: LogEntry[];
  /** The epoch in which each of them was committed. */
  readonly #committedIn: Epoch[];
  /** Entries by zxid, as leaders proposed them. */
  readonly #proposed = new Map<number, Uint8Array>();
  /** How many applied entries of a host have been compared with the committed history. */
  readonly #confirmed = new Map<PeerId, number>();
  readonly #led = new Map<Epoch, LedEpoch>();
  readonly #lives = new Map<PeerId, number>();

  constructor(ensemble: Ensemble) {
    super(ensemble);
    this.committed = [...ensemble.initial];
    this.#committedIn = ensemble.initial.map(({ zxid }) => epochOf(zxid));
  }

  historyOf(epoch: Epoch): readonly LogEntry[] | undefined {
    return this.#led.get(epoch)?.history;
  }

  override onStart(host: Host): void {
    this.#confirmed.set(host.id, 0);
    this.#lives.set(host.id, (this.#lives.get(host.id) ?? 0) + 1);
  }

  override onDeath(): void {
    this.#requireKeepers('a crash');
  }

  override onInput(_host: Host, input: HostInput): void {
    if (input.type === 'truncated' || input.type === 'installed') this.#requireKeepers(input.type);
  }

  override onProposed(host: Host, { zxid, entry }: LogEntry): void {
    invariant(!this.#proposed.has(zxid), 'I9: no zxid is proposed twice', { id: host.id, zxid: describeZxid(zxid) });
    this.#proposed.set(zxid, entry);
  }

  override beforeEffect(host: Host, effect: PeerEffect): void {
    if (effect.type === 'commit') {
      const last = host.applied.at(-1)?.zxid ?? ZXID_ZERO;
      const seen = { id: host.id, zxid: describeZxid(effect.zxid), last: describeZxid(last) };
      invariant(effect.zxid > last, 'I21: each entry is applied once, in zxid order', seen);
    } else if (effect.type === 'send' && effect.message.type === 'packet') {
      const { packet } = effect.message;
      if (packet.type === 'newLeader') this.#onDiscovered(host, epochOf(packet.zxid));
    } else if (effect.type === 'truncate') {
      const kept = host.logged.filter(({ zxid }) => zxid <= effect.zxid).length;
      const [cut, committed] = [host.logged[kept], this.committed[kept]];
      const isCommitted = cut !== undefined && committed !== undefined && isSame(cut, committed);
      invariant(!isCommitted, 'I14: no cut removes what was committed', {
        id: host.id,
        target: describeZxid(effect.zxid),
        cut: describeZxid(cut?.zxid ?? ZXID_ZERO),
      });
    }
  }

  override afterEffect(host: Host, effect: PeerEffect): void {
    if (effect.type === 'commit') this.#confirm(host);
    else if (effect.type === 'truncate') this.#forget(host, host.applied.length);
    else if (effect.type === 'receiveSnapshot' && effect.last) this.#forget(host, 0);
    else if (effect.type === 'role' && effect.role.active) this.#onActive(host, effect.role);
  }

  #forget(host: Host, atMost: number): void {
    this.#confirmed.set(host.id, Math.min(this.#confirmed.get(host.id) ?? 0, atMost));
  }

  #onDiscovered(host: Host, epoch: Epoch): void {
    const leader = `${host.id} in life ${this.#lives.get(host.id)}`;
    const led = this.#led.get(epoch);
    invariant(led === undefined || led.leader === leader, 'I9: one leader per epoch', {
      epoch,
      first: led?.leader,
      second: leader,
    });
    if (led !== undefined) return;
    this.#led.set(epoch, { leader, history: [...host.logged] });
    this.#requireComplete(host, epoch, 'a quorum promised it the epoch');
  }

  #onActive(host: Host, role: RoleReport): void {
    // What a serving peer shows is committed, whether it applied it just now or replayed it from its disk.
    this.#confirm(host);
    if (role.state === 'leading' && role.epoch !== null) this.#requireComplete(host, role.epoch, 'it serves');
  }

  // A leader that was asleep may begin to serve when a later epoch has committed more: stale, and harmless.
  #requireComplete(host: Host, epoch: Epoch, when: string): void {
    const index = this.#committedIn.findLastIndex((committedIn) => committedIn < epoch);
    const last = this.committed[index];
    if (last === undefined) return;
    const own = host.logged[index];
    invariant(
      own !== undefined && isSame(own, last),
      `I13: a leader's history holds all that was committed when ${when}`,
      {
        id: host.id,
        committed: describeZxid(last.zxid),
        found: own === undefined ? 'nothing' : describeZxid(own.zxid),
      },
    );
  }

  #requireKeepers(after: string): void {
    const last = this.committed.at(-1);
    if (last === undefined) return;
    const keepers = keepersOf(this.ensemble, this.committed.length - 1, last);
    invariant(
      keepers.length >= majorityOf(this.ensemble.voters),
      `I14: a quorum holds what was committed after ${after}`,
      {
        zxid: describeZxid(last.zxid),
        keepers: keepers.join(' '),
      },
    );
  }

  #confirm(host: Host): void {
    let index = this.#confirmed.get(host.id) ?? 0;
    for (; index < host.applied.length; index++) {
      const entry = host.applied[index] as LogEntry;
      const committed = this.committed[index];
      if (committed === undefined) this.#extend(host, entry);
      else
        invariant(isSame(entry, committed), 'I2: applied histories are prefixes of one another', {
          id: host.id,
          index,
          applied: describeZxid(entry.zxid),
          committed: describeZxid(committed.zxid),
        });
    }
    this.#confirmed.set(host.id, index);
  }

  #extend(host: Host, entry: LogEntry): void {
    const { zxid } = entry;
    const last = this.committed.at(-1)?.zxid ?? ZXID_ZERO;
    const seen = { id: host.id, zxid: describeZxid(zxid), last: describeZxid(last) };
    const isNext = epochOf(zxid) === epochOf(last) ? zxid === last + 1 : zxid > last && counterOf(zxid) === 1;
    invariant(isNext, 'I12: no hole in what is committed', seen);
    const proposed = this.#proposed.get(zxid);
    invariant(proposed !== undefined && sameBytes(proposed, entry.entry), 'I1: what is committed was proposed', seen);
    const keepers = keepersOf(this.ensemble, this.committed.length, entry);
    invariant(keepers.length >= majorityOf(this.ensemble.voters), 'I11: a quorum has on disk what is committed', {
      ...seen,
      keepers: keepers.join(' '),
    });
    // The epoch in which this host commits; its own, for it commits only what it has settled on by then.
    const epochOfCommit = host.disk.currentEpoch;
    for (const [epoch, { leader, history }] of this.#led) {
      if (epoch <= epochOfCommit) continue;
      const own = history[this.committed.length];
      const claim = 'I13: what an older epoch still commits is in the history of every later leader';
      invariant(own !== undefined && isSame(own, entry), claim, { ...seen, epoch, leader });
    }
    if (epochOf(zxid) < epochOfCommit) this.ensemble.marks.hit('entry of a lost leader committed by the next');
    this.committed.push(entry);
    this.#committedIn.push(epochOfCommit);
  }
}

export function isSame(a: LogEntry, b: LogEntry): boolean {
  return a.zxid === b.zxid && sameBytes(a.entry, b.entry);
}
