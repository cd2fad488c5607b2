/**
 * The following and the observing role: discovery, synchronisation, broadcast from the learner's side
 * (Learner, Follower, Observer; zookeeper-facts 13.4 to 13.8).
 *
 *     greeting ──leaderInfo──▶ promised ──diff | trunc | snap──▶ synchronising ──newLeader──▶ settling
 *                                                                                                │ all durable, ack
 *                          active ◀──upToDate, and all that the tree shows is committed── acknowledged ◀─────┘
 *
 * What must never happen: an ack of what is not durable; a newer epoch's ack before its promise is on disk; a commit
 * applied before this peer's history is known to be the leader's.
 */

import type { PeerId } from '../ids.ts';
import type { QuorumPacket } from '../jute/quorum.ts';
import { counterOf, type Epoch, epochOf, firstZxidOf, ZXID_ZERO, type Zxid } from '../zxid.ts';
import type { RoleReport } from './effects.ts';
import type { History } from './history.ts';
import type { PeerOptions } from './options.ts';
import type { Outbox } from './outbox.ts';

export type LearnerRole = 'following' | 'observing';
export type LearnerPhase =
  | 'greeting'
  | 'promised'
  | 'snapshot'
  | 'synchronising'
  | 'settling'
  | 'acknowledged'
  | 'active';

export class Learner {
  readonly leader: PeerId;
  readonly role: LearnerRole;
  readonly stream: number;
  readonly #options: PeerOptions;
  readonly #history: History;
  readonly #outbox: Outbox;
  #phase: LearnerPhase = 'greeting';
  #epoch: Epoch | null = null;
  #resynchronised: RoleReport['resynchronised'] = null;
  /** What the leader has told to commit; applied once this peer is up to date. */
  #commitZxid = ZXID_ZERO;
  #isUpToDate = false;
  #ackedZxid = ZXID_ZERO;
  #snapshotZxid = ZXID_ZERO;
  #lastHeardMs: number;
  #nowMs: number;
  #failure: string | null = null;

  constructor(
    options: PeerOptions,
    history: History,
    outbox: Outbox,
    start: { readonly leader: PeerId; readonly role: LearnerRole; readonly stream: number; readonly nowMs: number },
  ) {
    this.#options = options;
    this.#history = history;
    this.#outbox = outbox;
    this.leader = start.leader;
    this.stream = start.stream;
    this.#nowMs = start.nowMs;
    this.#lastHeardMs = start.nowMs;
    this.role = start.role;
    const { acceptedEpoch } = history;
    this.#send({ type: this.role === 'following' ? 'followerInfo' : 'observerInfo', acceptedEpoch });
  }

  /** Why this peer no longer follows; null while it does. */
  get failure(): string | null {
    return this.#failure;
  }

  get isActive(): boolean {
    return this.#phase === 'active';
  }

  get epoch(): Epoch | null {
    return this.#epoch;
  }

  get resynchronised(): RoleReport['resynchronised'] {
    return this.#resynchronised;
  }

  onTick(nowMs: number): void {
    this.#nowMs = nowMs;
    const { initLimitMs, syncLimitMs } = this.#options;
    const isSynchronised = this.#phase === 'acknowledged' || this.#phase === 'active';
    if (nowMs - this.#lastHeardMs >= (isSynchronised ? syncLimitMs : initLimitMs)) this.#fail('the leader is silent');
  }

  onPacket(packet: QuorumPacket): void {
    this.#lastHeardMs = this.#nowMs;
    switch (packet.type) {
      case 'leaderInfo':
        return this.#onLeaderInfo(packet.epoch);
      case 'diff':
        return this.#onDiff();
      case 'trunc':
        return this.#onTrunc(packet.zxid);
      case 'snap':
        return this.#onSnap(packet.zxid);
      case 'snapshotChunk':
        return this.#onSnapshotChunk(packet);
      case 'proposal':
        return this.#onProposal(packet.zxid, packet.entry);
      case 'inform':
        return this.#onInform(packet.zxid, packet.entry);
      case 'commit':
        return this.#onCommit(packet.zxid);
      case 'newLeader':
        return this.#onNewLeader(packet.zxid);
      case 'upToDate':
        return this.#onUpToDate();
      case 'ping':
        return this.#send({ type: 'ping', zxid: packet.zxid, sessions: [] });
      case 'close':
        return this.#fail('the leader closed the connection');
      case 'sync':
      case 'revalidated':
        if (this.isActive) this.#outbox.push({ type: 'deliver', from: this.leader, packet });
        return;
      default:
        return this.#fail(`the leader sent ${packet.type}`);
    }
  }

  /** A packet of the server: requests reach only a leader that knows this peer as synchronised. */
  sendToLeader(packet: QuorumPacket): void {
    if (this.isActive) this.#send(packet);
  }

  /** The log is durable further on, or a cut or an installation ended. */
  onDurable(): void {
    if (this.#phase === 'settling') this.#considerAcknowledging();
    else this.#ackProposals();
  }

  close(): void {
    this.#send({ type: 'close' });
  }

  #onLeaderInfo(epoch: Epoch): void {
    if (this.#phase !== 'greeting') return this.#fail('the leader sent leaderInfo twice');
    const { acceptedEpoch, currentEpoch, lastLogged } = this.#history;
    if (epoch < acceptedEpoch) return this.#fail(`the leader's epoch ${epoch} is older than ${acceptedEpoch}`);
    this.#epoch = epoch;
    this.#phase = 'promised';
    if (epoch > acceptedEpoch) this.#history.acceptEpoch(epoch);
    // Promised once already, perhaps to another leader that failed: this ack must not count a second time.
    this.#send({ type: 'ackEpoch', lastZxid: lastLogged, currentEpoch: epoch > acceptedEpoch ? currentEpoch : -1 });
  }

  #onDiff(): void {
    if (!this.#expects('promised', 'diff')) return;
    this.#resynchronised = 'diff';
    this.#phase = 'synchronising';
  }

  #onTrunc(zxid: Zxid): void {
    if (!this.#expects('promised', 'trunc')) return;
    this.#resynchronised = 'trunc';
    this.#phase = 'synchronising';
    if (zxid < this.#history.lastLogged) this.#history.truncate(zxid);
  }

  #onSnap(zxid: Zxid): void {
    if (!this.#expects('promised', 'snap')) return;
    this.#resynchronised = 'snap';
    this.#snapshotZxid = zxid;
    this.#phase = 'snapshot';
  }

  #onSnapshotChunk({ bytes, last, wholeFrom }: QuorumPacket & { readonly type: 'snapshotChunk' }): void {
    if (!this.#expects('snapshot', 'snapshotChunk')) return;
    const zxid = this.#snapshotZxid;
    if (last) {
      this.#phase = 'synchronising';
      this.#history.install(zxid);
    }
    this.#outbox.push({ type: 'receiveSnapshot', bytes, last, zxid, wholeFrom });
  }

  #onProposal(zxid: Zxid, entry: Uint8Array): void {
    if (!this.#isReceiving) return this.#fail('the leader proposed before synchronising');
    if (!this.#history.isNext(zxid)) return this.#fail(`proposal ${zxid} leaves a gap`);
    this.#history.append(zxid, entry);
  }

  /** A txn and its commit in one, for observers. */
  #onInform(zxid: Zxid, entry: Uint8Array): void {
    this.#onProposal(zxid, entry);
    if (this.#failure === null) this.#onCommit(zxid);
  }

  #onCommit(zxid: Zxid): void {
    if (!this.#isReceiving) return this.#fail('the leader committed before synchronising');
    if (zxid > this.#history.lastLogged) return this.#fail(`commit ${zxid} was never proposed here`);
    if (zxid > this.#commitZxid) this.#commitZxid = zxid;
    if (this.isActive) this.#history.commitThrough(this.#commitZxid);
    else this.#considerServing();
  }

  #onNewLeader(zxid: Zxid): void {
    if (!this.#expects('synchronising', 'newLeader')) return;
    if (epochOf(zxid) !== this.#epoch) return this.#fail(`newLeader names epoch ${epochOf(zxid)}`);
    this.#phase = 'settling';
    this.#considerAcknowledging();
  }

  // The ack promises that the leader's whole history is on this disk, and that this peer belongs to its epoch.
  #considerAcknowledging(): void {
    const epoch = this.#epoch;
    if (epoch === null || !this.#history.isDurable) return;
    this.#history.enterEpoch(epoch);
    this.#phase = 'acknowledged';
    this.#ackedZxid = firstZxidOf(epoch);
    this.#send({ type: 'ack', zxid: this.#ackedZxid });
    this.#ackProposals();
  }

  #onUpToDate(): void {
    if (!this.#expects('acknowledged', 'upToDate')) return;
    this.#isUpToDate = true;
    this.#considerServing();
  }

  // After a restart the tree shows the whole log. What the leader has not committed of it yet must not be seen.
  #considerServing(): void {
    const { lastCommitted } = this.#history;
    // An epoch's opening zxid carries no txn.
    const isCovered = lastCommitted <= this.#commitZxid || counterOf(lastCommitted) === 0;
    if (!this.#isUpToDate || !isCovered) return;
    this.#phase = 'active';
    this.#history.commitThrough(this.#commitZxid);
  }

  #ackProposals(): void {
    const { lastSynced } = this.#history;
    if (this.role === 'observing' || (this.#phase !== 'acknowledged' && this.#phase !== 'active')) return;
    if (lastSynced <= this.#ackedZxid) return;
    this.#ackedZxid = lastSynced;
    this.#send({ type: 'ack', zxid: lastSynced });
  }

  get #isReceiving(): boolean {
    return this.#phase !== 'greeting' && this.#phase !== 'promised' && this.#phase !== 'snapshot';
  }

  #expects(phase: LearnerPhase, packetType: string): boolean {
    if (this.#phase === phase) return true;
    this.#fail(`the leader sent ${packetType} while this peer was ${this.#phase}`);
    return false;
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
  }

  #send(packet: QuorumPacket): void {
    this.#outbox.send(this.leader, this.stream, packet);
  }
}
