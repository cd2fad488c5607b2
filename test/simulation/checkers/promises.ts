/**
 * What a peer says must already be on its disk (I8, I10), and an acknowledged synchronisation must have made its history
 * the leader's (I15). Also what may be said at all in a role: only an established leader proposes (I7).
 */

import { invariant } from '../../../core/assert.ts';
import type { PeerId } from '../../../core/ids.ts';
import type { PeerMessage } from '../../../core/jute/quorum.ts';
import { describePacket, describeZxid } from '../../../core/zab/describe.ts';
import type { PeerEffect } from '../../../core/zab/effects.ts';
import { counterOf, type Epoch, epochOf, ZXID_ZERO, type Zxid } from '../../../core/zxid.ts';
import { indexOfZxid } from '../disk.ts';
import type { Host } from '../host.ts';
import { type AgreementChecker, isSame } from './agreement.ts';
import { Checker, type Ensemble } from './checker.ts';

export class PromiseChecker extends Checker {
  readonly #agreement: AgreementChecker;
  /** The epoch that each quorum connection was offered, by leader, learner and stream. */
  readonly #offers = new Map<string, Epoch>();

  constructor(ensemble: Ensemble, agreement: AgreementChecker) {
    super(ensemble);
    this.#agreement = agreement;
  }

  override beforeEffect(host: Host, effect: PeerEffect): void {
    if (effect.type === 'append') this.#onAppend(host, effect.zxid);
    else if (effect.type === 'send' && effect.message.type === 'packet')
      this.#onPacket(host, effect.to, effect.message);
  }

  #onAppend(host: Host, zxid: Zxid): void {
    const last = host.logged.at(-1)?.zxid ?? ZXID_ZERO;
    const isNext = epochOf(zxid) === epochOf(last) ? zxid === last + 1 : zxid > last && counterOf(zxid) === 1;
    const seen = { id: host.id, zxid: describeZxid(zxid), last: describeZxid(last) };
    invariant(isNext, 'I4: the log has no gap', seen);
  }

  #onPacket(host: Host, to: PeerId, { stream, packet }: PeerMessage & { type: 'packet' }): void {
    const { disk, id } = host;
    const seen = (): Readonly<Record<string, unknown>> => ({
      id,
      says: describePacket(packet),
      acceptedEpoch: disk.acceptedEpoch,
      currentEpoch: disk.currentEpoch,
      onDisk: describeZxid(disk.lastZxid),
      logged: describeZxid(host.logged.at(-1)?.zxid ?? ZXID_ZERO),
    });
    switch (packet.type) {
      case 'leaderInfo':
        if (disk.acceptedEpoch !== packet.epoch) invariant(false, 'I8: who offers an epoch has accepted it', seen());
        this.#offers.set(`${id} ${to} ${stream}`, packet.epoch);
        return;
      case 'ackEpoch':
        if (disk.acceptedEpoch !== this.#offers.get(`${to} ${id} ${stream}`)) {
          invariant(false, 'I8: an epoch is on disk before it is promised', seen());
        }
        return;
      case 'newLeader':
        if (disk.currentEpoch !== epochOf(packet.zxid))
          invariant(false, 'I8: who leads an epoch has entered it', seen());
        return;
      case 'ack':
        if (counterOf(packet.zxid) === 0) this.#onSettled(host, packet.zxid, seen);
        else this.#onAck(host, packet.zxid, seen);
        return;
    }
  }

  #onAck(host: Host, zxid: Zxid, seen: () => Readonly<Record<string, unknown>>): void {
    const index = indexOfZxid(host.logged, zxid);
    const isDurable = index >= 0 && host.disk.history[index]?.zxid === zxid;
    if (!isDurable) invariant(false, 'I10: an ack is for what is durable', seen());
  }

  #onSettled(host: Host, zxid: Zxid, seen: () => Readonly<Record<string, unknown>>): void {
    const epoch = epochOf(zxid);
    const { disk, logged } = host;
    invariant(disk.currentEpoch === epoch, 'I8: an epoch is entered before the history is acknowledged', seen());
    const isDurable = disk.history.length === logged.length && disk.lastZxid === (logged.at(-1)?.zxid ?? ZXID_ZERO);
    invariant(isDurable, 'I10: the whole history is durable before it is acknowledged', seen());
    const history = this.#agreement.historyOf(epoch);
    invariant(history !== undefined, 'I9: only the history of a leader is acknowledged', seen());
    const isEqual =
      logged.length >= history.length &&
      logged.every((entry, index) => {
        const led = history[index];
        return led === undefined ? epochOf(entry.zxid) === epoch : isSame(entry, led);
      });
    invariant(isEqual, 'I15: an acknowledged history is the leader’s', seen());
  }
}
