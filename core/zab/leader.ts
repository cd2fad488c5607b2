/**
 * The leading role: discovery, synchronisation, broadcast (Leader, LearnerHandler; zookeeper-facts 13.4 to 13.8).
 *
 *     discovery ──a quorum accepted the epoch──▶ synchronisation ──a quorum holds our history──▶ broadcast
 *         └───────────────── time is up, or a quorum is out of reach ──▶ give up ◀──────────────────┘
 *
 * In: learners' packets, links, time, synced. Out: packets, appends, commits, and `outcome`: why it gave up.
 * What must never happen: a proposal before a quorum holds all that earlier epochs committed; a commit that is not
 * durable on a quorum; an epoch that was led before.
 */

import { invariant } from '../assert.ts';
import type { PeerId } from '../ids.ts';
import type { QuorumPacket } from '../jute/quorum.ts';
import { COUNTER_MAX, counterOf, type Epoch, epochOf, firstZxidOf, toEpoch, type Zxid } from '../zxid.ts';
import type { History } from './history.ts';
import { LearnerHandler } from './learner-handler.ts';
import type { PeerOptions } from './options.ts';
import type { Outbox } from './outbox.ts';
import { isQuorum, quorumZxid } from './quorum.ts';
import { planSync } from './sync-plan.ts';

export type LeaderPhase = 'discovery' | 'synchronisation' | 'broadcast';

export class Leader {
  readonly #options: PeerOptions;
  readonly #history: History;
  readonly #outbox: Outbox;
  readonly #links: ReadonlySet<PeerId>;
  readonly #learners = new Map<PeerId, LearnerHandler>();
  /** Voters that told their acceptedEpoch, before the new epoch is chosen. */
  readonly #greeted = new Set<PeerId>();
  /** The highest that any of them, or an observer, has promised itself to: none could follow an epoch below. */
  #highestAccepted: Epoch;
  /** Voters that promised to accept no older leader. */
  readonly #epochAcks = new Set<PeerId>();
  /** The history that a quorum must hold before anything new is proposed ends here. */
  readonly #historyZxid: Zxid;
  #phase: LeaderPhase = 'discovery';
  #epoch: Epoch | null = null;
  #deadlineMs: number;
  #pingAtMs: number;
  #nowMs: number;
  #failure: string | null = null;

  constructor(options: PeerOptions, history: History, outbox: Outbox, links: ReadonlySet<PeerId>, nowMs: number) {
    this.#options = options;
    this.#history = history;
    this.#outbox = outbox;
    this.#links = links;
    this.#nowMs = nowMs;
    this.#historyZxid = history.lastLogged;
    this.#deadlineMs = nowMs + options.initLimitMs;
    this.#pingAtMs = nowMs;
    this.#highestAccepted = history.acceptedEpoch;
    this.#greeted.add(options.id);
    this.#considerEpoch();
  }

  /** Why this peer no longer leads; null while it does. */
  get failure(): string | null {
    return this.#failure;
  }

  get isActive(): boolean {
    return this.#phase === 'broadcast';
  }

  get epoch(): Epoch | null {
    return this.#epoch;
  }

  /** The voters that hold what is committed: this one, and those that follow. */
  get syncedVoters(): readonly PeerId[] {
    const followers = [...this.#learners.values()].filter(({ isVoter, phase }) => isVoter && phase === 'following');
    return [this.#options.id, ...followers.map(({ id }) => id)];
  }

  get learners(): IterableIterator<LearnerHandler> {
    return this.#learners.values();
  }

  get nextZxid(): Zxid {
    return this.#history.nextZxid(this.#establishedEpoch);
  }

  onTick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#phase !== 'broadcast' && nowMs >= this.#deadlineMs) return this.#giveUp('no quorum joined in time');
    for (const learner of this.#learners.values()) if (this.#isSilent(learner)) this.#dismiss(learner);
    if (this.#failure !== null || nowMs < this.#pingAtMs) return;
    this.#pingAtMs = nowMs + this.#options.heartbeatIntervalMs;
    const ping: QuorumPacket = { type: 'ping', zxid: this.#history.lastLogged, sessions: [] };
    for (const learner of this.#learners.values()) if (learner.receivesProposals) this.#send(learner, ping);
  }

  onLinkDown(peer: PeerId): void {
    this.#learners.delete(peer);
    this.#requireQuorum();
  }

  /** A learner opens a quorum connection; an older one of the same learner is thereby over. */
  onGreeting(from: PeerId, stream: number, packet: QuorumPacket & { type: 'followerInfo' | 'observerInfo' }): void {
    const isVoter = packet.type === 'followerInfo' && this.#options.voters.includes(from);
    const learner = new LearnerHandler(from, stream, isVoter, this.#nowMs);
    this.#learners.set(from, learner);
    if (this.#epoch === null) {
      if (isVoter) this.#greeted.add(from);
      if (packet.acceptedEpoch > this.#highestAccepted) this.#highestAccepted = packet.acceptedEpoch;
      this.#considerEpoch();
    } else if (packet.acceptedEpoch > this.#epoch) {
      // It has promised itself to a later epoch, which never came to be. Only a still later one brings it in.
      this.#giveUp(`peer ${from} has accepted epoch ${packet.acceptedEpoch}`);
    } else {
      this.#inform(learner, this.#epoch);
    }
  }

  onPacket(from: PeerId, stream: number, packet: QuorumPacket): void {
    const learner = this.#learners.get(from);
    if (learner === undefined || learner.stream !== stream) return;
    learner.lastHeardMs = this.#nowMs;
    switch (packet.type) {
      case 'ackEpoch':
        return this.#onAckEpoch(learner, packet.lastZxid, packet.currentEpoch);
      case 'ack':
        return this.#onAck(learner, packet.zxid);
      case 'close':
        this.#learners.delete(from);
        return this.#requireQuorum();
      case 'ping':
        if (packet.sessions.length === 0) return;
        break;
    }
    // Requests, revalidations and signs of life of sessions are the server's; only an active leader has one.
    if (learner.phase === 'following') this.#outbox.push({ type: 'deliver', from, packet });
  }

  propose(zxid: Zxid, entry: Uint8Array): void {
    invariant(this.isActive, 'I7: only an established leader proposes', { zxid, phase: this.#phase });
    invariant(zxid === this.nextZxid, 'I4: proposals are contiguous', { zxid, next: this.nextZxid });
    this.#history.append(zxid, entry);
    for (const learner of this.#learners.values()) {
      if (learner.isVoter && learner.receivesProposals) this.#send(learner, { type: 'proposal', zxid, entry });
    }
  }

  sendToLearner(id: PeerId, packet: QuorumPacket): void {
    const learner = this.#learners.get(id);
    if (learner?.phase === 'following') this.#send(learner, packet);
  }

  /** Something became durable here: this peer's own ack. */
  onDurable(): void {
    if (this.#phase === 'discovery') this.#considerDiscovered();
    else if (this.#phase === 'synchronisation') this.#considerEstablished();
    else if (this.#phase === 'broadcast') this.#considerCommit();
  }

  close(): void {
    for (const learner of this.#learners.values()) this.#send(learner, { type: 'close' });
    this.#learners.clear();
  }

  // --- discovery -----------------------------------------------------------------------------------------------------

  #considerEpoch(): void {
    if (this.#epoch !== null || !isQuorum(this.#options.voters, (voter) => this.#greeted.has(voter))) return;
    const epoch = toEpoch(this.#highestAccepted + 1);
    this.#epoch = epoch;
    this.#history.acceptEpoch(epoch);
    for (const learner of this.#learners.values()) this.#inform(learner, epoch);
    this.#onEpochAck(this.#options.id);
  }

  #inform(learner: LearnerHandler, epoch: Epoch): void {
    learner.phase = 'informed';
    this.#send(learner, { type: 'leaderInfo', epoch });
  }

  #onAckEpoch(learner: LearnerHandler, lastZxid: Zxid, currentEpoch: Epoch | -1): void {
    if (learner.phase !== 'informed') return this.#dismiss(learner);
    learner.phase = 'ready';
    learner.lastZxid = lastZxid;
    if (this.#phase !== 'discovery') return this.#synchronise(learner);
    if (!learner.isVoter || currentEpoch === -1) return;
    const own = { currentEpoch: this.#history.currentEpoch, lastZxid: this.#history.lastLogged };
    const isAhead = currentEpoch > own.currentEpoch || (currentEpoch === own.currentEpoch && lastZxid > own.lastZxid);
    if (isAhead) return this.#giveUp(`peer ${learner.id} has a longer history`);
    this.#onEpochAck(learner.id);
  }

  #onEpochAck(voter: PeerId): void {
    this.#epochAcks.add(voter);
    this.#considerDiscovered();
  }

  // The new currentEpoch vouches for this peer's history in later elections, so all of that history is durable first.
  // Reversed, a crash could leave a peer with the epoch but without the end of the log that a quorum had committed.
  #considerDiscovered(): void {
    if (this.#phase !== 'discovery' || !this.#history.isDurable) return;
    if (!isQuorum(this.#options.voters, (peer) => this.#epochAcks.has(peer))) return;
    this.#phase = 'synchronisation';
    this.#history.enterEpoch(this.#establishedEpoch);
    for (const learner of this.#learners.values()) if (learner.phase === 'ready') this.#synchronise(learner);
    this.#considerEstablished();
  }

  // --- synchronisation -----------------------------------------------------------------------------------------------

  /** What a learner is told to commit: before broadcast the whole history, since a quorum is about to hold it. */
  get #committableZxid(): Zxid {
    return this.#phase === 'broadcast' ? this.#history.lastCommitted : this.#history.lastLogged;
  }

  #synchronise(learner: LearnerHandler): void {
    const { log } = this.#history;
    const plan = planSync(log, learner.lastZxid);
    let after: Zxid;
    if (plan.type === 'snap') {
      after = this.#history.lastCommitted;
      this.#send(learner, { type: 'snap', zxid: after });
      this.#outbox.push({ type: 'streamSnapshot', to: learner.id, stream: learner.stream });
    } else {
      after = plan.after;
      this.#send(learner, plan.type === 'diff' ? { type: 'diff', zxid: log.lastZxid } : { type: 'trunc', zxid: after });
    }
    const limit = learner.isVoter ? log.lastZxid : this.#committableZxid;
    for (const { zxid, entry } of log.between(after, limit)) {
      this.#send(learner, { type: learner.isVoter ? 'proposal' : 'inform', zxid, entry });
    }
    this.#send(learner, { type: 'commit', zxid: this.#committableZxid });
    learner.informedZxid = this.#committableZxid;
    learner.phase = 'synchronising';
    this.#send(learner, { type: 'newLeader', zxid: firstZxidOf(this.#establishedEpoch) });
  }

  #onAck(learner: LearnerHandler, zxid: Zxid): void {
    if (learner.phase === 'synchronising' && zxid === firstZxidOf(this.#establishedEpoch)) {
      learner.phase = 'following';
      if (this.#phase === 'broadcast') this.#welcome(learner);
      else this.#considerEstablished();
    } else if (learner.phase !== 'following' || zxid > this.#history.lastLogged) {
      return this.#dismiss(learner);
    }
    if (zxid <= learner.ackedZxid) return;
    learner.ackedZxid = zxid;
    if (this.#phase === 'broadcast' && learner.isVoter) this.#considerCommit();
  }

  #considerEstablished(): void {
    const { voters, id } = this.#options;
    const isHeldBy = (voter: PeerId): boolean =>
      voter === id ? this.#history.isDurable : this.#learners.get(voter)?.phase === 'following';
    if (this.#phase !== 'synchronisation' || !isHeldBy(id) || !isQuorum(voters, isHeldBy)) return;
    this.#phase = 'broadcast';
    this.#history.commitThrough(this.#historyZxid);
    for (const learner of this.#learners.values()) if (learner.phase === 'following') this.#welcome(learner);
  }

  #welcome(learner: LearnerHandler): void {
    this.#send(learner, { type: 'upToDate' });
  }

  // --- broadcast -----------------------------------------------------------------------------------------------------

  // Only proposals of this epoch are counted: older ones were settled by the quorum that holds our history.
  #considerCommit(): void {
    const zxid = quorumZxid(this.#options.voters.map((voter) => this.#durableAt(voter)));
    const isProposal = epochOf(zxid) === this.#epoch && counterOf(zxid) > 0;
    if (!isProposal || zxid <= this.#history.lastCommitted) return;
    for (const learner of this.#learners.values()) this.#tellCommit(learner, zxid);
    this.#history.commitThrough(zxid);
    if (counterOf(zxid) === COUNTER_MAX) this.#giveUp('the epoch has no zxid left');
  }

  #durableAt(voter: PeerId): Zxid {
    if (voter === this.#options.id) return this.#history.lastSynced;
    const learner = this.#learners.get(voter);
    return learner?.phase === 'following' ? learner.ackedZxid : (0 as Zxid);
  }

  #tellCommit(learner: LearnerHandler, zxid: Zxid): void {
    if (!learner.receivesProposals) return;
    if (learner.isVoter) return this.#send(learner, { type: 'commit', zxid });
    for (const entry of this.#history.log.between(learner.informedZxid, zxid)) {
      this.#send(learner, { type: 'inform', ...entry });
    }
    learner.informedZxid = zxid;
  }

  // --- leaving -------------------------------------------------------------------------------------------------------

  #isSilent({ phase, lastHeardMs }: LearnerHandler): boolean {
    const { syncLimitMs, initLimitMs } = this.#options;
    return this.#nowMs - lastHeardMs >= (phase === 'following' ? syncLimitMs : initLimitMs);
  }

  #dismiss(learner: LearnerHandler): void {
    this.#send(learner, { type: 'close' });
    this.#learners.delete(learner.id);
    this.#requireQuorum();
  }

  /** While leading, a quorum must follow; before that, it must at least be within reach. */
  #requireQuorum(): void {
    const { voters, id } = this.#options;
    const isThere = (voter: PeerId): boolean =>
      voter === id || (this.isActive ? this.#learners.get(voter)?.phase === 'following' : this.#links.has(voter));
    if (!isQuorum(voters, isThere)) this.#giveUp('a quorum is out of reach');
  }

  #giveUp(reason: string): void {
    this.#failure ??= reason;
  }

  get #establishedEpoch(): Epoch {
    const epoch = this.#epoch;
    invariant(epoch !== null, 'I9: a leader acts within an epoch', { phase: this.#phase });
    return epoch;
  }

  #send(learner: LearnerHandler, packet: QuorumPacket): void {
    this.#outbox.send(learner.id, learner.stream, packet);
  }
}
