/** Recognises the rare paths of marks.ts from what hosts do. Decides nothing about right and wrong. */

import type { PeerId } from '../../../core/ids.ts';
import type { QuorumPacket } from '../../../core/jute/quorum.ts';
import type { PeerEffect } from '../../../core/zab/effects.ts';
import type { LogEntry } from '../../../core/zab/peer.ts';
import { epochOf, ZXID_ZERO, type Zxid } from '../../../core/zxid.ts';
import type { Host, HostInput } from '../host.ts';
import { askedAt } from '../workloads/requests.ts';
import { Checker, type Ensemble } from './checker.ts';

const PACKET_KIND = 1;

export class RarePathWatcher extends Checker {
  readonly #lateJoiner: PeerId | null;
  /** The newest quorum connection that each learner opened. */
  readonly #streams = new Map<PeerId, number>();
  /** Learners that were sent a diff and nothing since. */
  readonly #diffsSent = new Set<PeerId>();
  readonly #forwarded = new Set<Zxid>();
  readonly #midSnapshot = new Set<PeerId>();
  readonly #roles = new Map<PeerId, PeerEffect & { type: 'role' }>();

  constructor(ensemble: Ensemble, lateJoiner: PeerId | null) {
    super(ensemble);
    this.#lateJoiner = lateJoiner;
  }

  override onDeath(host: Host): void {
    const { view, logged } = host;
    this.#midSnapshot.delete(host.id);
    this.#roles.delete(host.id);
    if (view.active && view.state === 'leading' && (logged.at(-1)?.zxid ?? ZXID_ZERO) > view.lastCommitted) {
      this.ensemble.marks.hit('leader lost between proposal and commit');
    }
  }

  override onInput(host: Host, input: HostInput): void {
    const { marks } = this.ensemble;
    if (input.type === 'synced') {
      if (input.zxid > host.view.lastLogged) marks.hit('sync reported after its entries were cut');
    } else if (input.type === 'snapshot') {
      if (host.view.active && host.disk.isIdle) marks.hit('snapshot taken');
    } else if (input.type === 'message' && input.bytes[0] === PACKET_KIND && input.from === host.view.leader) {
      const stream = new DataView(input.bytes.buffer, input.bytes.byteOffset).getInt32(1);
      if (stream < (this.#streams.get(host.id) ?? 0)) marks.hit('packet of an older stream arrived');
    }
  }

  override onProposed(host: Host, { zxid, entry }: LogEntry): void {
    if (askedAt(entry) !== host.id) this.#forwarded.add(zxid);
  }

  override beforeEffect(host: Host, effect: PeerEffect): void {
    const { marks } = this.ensemble;
    switch (effect.type) {
      case 'send':
        if (effect.message.type === 'packet')
          this.#onSend(host, effect.to, effect.message.packet, effect.message.stream);
        return;
      case 'append':
        return this.#onAppend(host, effect.zxid);
      case 'commit':
        if (effect.zxid > host.disk.lastZxid) marks.hit('commit before own sync');
        if (this.#forwarded.delete(effect.zxid)) marks.hit('request forwarded and committed');
        return;
      case 'truncate':
        if ((host.logged.at(-1)?.zxid ?? ZXID_ZERO) > effect.zxid) marks.hit('entry of a lost leader cut');
        return;
      case 'receiveSnapshot':
        if (effect.last) this.#midSnapshot.delete(host.id);
        else {
          marks.hit('snapshot in several chunks');
          this.#midSnapshot.add(host.id);
        }
        return;
      case 'role':
        return this.#onRole(host, effect);
      case 'completeResync':
        return marks.hit('damaged peer made whole');
      default:
        return;
    }
  }

  #onSend(host: Host, to: PeerId, packet: QuorumPacket, stream: number): void {
    const { marks } = this.ensemble;
    switch (packet.type) {
      case 'followerInfo':
      case 'observerInfo':
        this.#streams.set(host.id, stream);
        return;
      case 'ackEpoch':
        if (packet.currentEpoch === -1) marks.hit('epoch accepted again');
        return;
      case 'diff':
        marks.hit('diff sent');
        this.#diffsSent.add(to);
        return;
      case 'trunc':
        return marks.hit('trunc sent');
      case 'snap':
        return marks.hit('snap sent');
      case 'proposal':
      case 'inform':
        this.#diffsSent.delete(to);
        return;
      case 'newLeader':
        if (this.#diffsSent.delete(to)) marks.hit('empty diff sent');
        if (host.view.active) marks.hit('learner synchronised by an active leader');
        return;
      default:
        return;
    }
  }

  #onAppend(host: Host, zxid: Zxid): void {
    const { view } = host;
    if (view.state === 'leading' || epochOf(zxid) !== view.acceptedEpoch || view.active) return;
    if (view.currentEpoch < epochOf(zxid)) this.ensemble.marks.hit('proposal before newLeader was acknowledged');
    else this.ensemble.marks.hit('proposal before upToDate');
  }

  #onRole(host: Host, effect: PeerEffect & { type: 'role' }): void {
    const { marks } = this.ensemble;
    const { role } = effect;
    const before = this.#roles.get(host.id)?.role;
    this.#roles.set(host.id, effect);
    if (role.state === 'looking') {
      if (this.#midSnapshot.delete(host.id)) marks.hit('snapshot cut short by a lost leader');
      if (before?.state === 'leading') {
        marks.hit(before.active ? 'leader gave up' : 'leader gave up within discovery or synchronisation');
      }
    }
    if (!role.active) return;
    if (host.id === this.#lateJoiner) marks.hit('late joiner active');
    if (role.state === 'observing') {
      marks.hit('observer synchronised');
      if (role.resynchronised === 'snap') marks.hit('observer synchronised by snap');
    }
    if (role.state !== 'leading') return;
    for (const other of this.ensemble.hosts.values()) {
      if (other !== host && other.view.active && other.view.state === 'leading') marks.hit('two leaders at once');
    }
  }
}
