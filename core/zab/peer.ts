/**
 * A peer of the ensemble as a step function: Zab (Junqueira, Reed, Serafini, DSN 2011) as ZooKeeper implements it.
 *
 *                     ┌──────────── a quorum elected me ───────▶ leading ───┐
 *     start ──▶ looking                                                     ├─ lost quorum, leader or link ─▶ looking
 *                     └── a quorum elected somebody else ──▶ following,  ───┘
 *                                                            observing
 *
 * In: `PeerInput`. Out: `PeerEffect`s, in the order in which they must be performed. This file holds the role and what
 * outlives a role; the phases of each role are in election.ts, leader.ts and learner.ts.
 */

import { unreachable } from '../assert.ts';
import type { PeerId } from '../ids.ts';
import type { Notification, PeerState, QuorumPacket } from '../jute/quorum.ts';
import type { Epoch, Zxid } from '../zxid.ts';
import type { PeerEffect, PeerInput, RoleReport } from './effects.ts';
import { Election, initialVote, notificationOf, type Outcome } from './election.ts';
import { History } from './history.ts';
import { Leader } from './leader.ts';
import { Learner } from './learner.ts';
import type { LearnerReport } from './learner-handler.ts';
import type { PeerOptions, RestoredPeer } from './options.ts';
import { Outbox } from './outbox.ts';

export type { LogEntry, PeerOptions, RestoredPeer } from './options.ts';

type Role =
  | { readonly type: 'looking'; readonly election: Election }
  | { readonly type: 'leading'; readonly leader: Leader; readonly outcome: Outcome }
  | { readonly type: 'learning'; readonly learner: Learner; readonly outcome: Outcome };

type Greeting = QuorumPacket & { type: 'followerInfo' | 'observerInfo' };

export class Peer {
  readonly #options: PeerOptions;
  readonly #outbox = new Outbox();
  readonly #history: History;
  readonly #links = new Set<PeerId>();
  /** Learners that greeted before this peer knew that it leads. */
  readonly #earlyGreetings = new Map<PeerId, { readonly stream: number; readonly packet: Greeting }>();
  #mayVote: boolean;
  #role: Role;
  #reported: RoleReport;
  #electionEpoch = 0;
  #lastStream = 0;
  #nowMs: number;

  constructor(options: PeerOptions, restored: RestoredPeer, nowMs: number) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.#history = new History(options, restored, this.#outbox);
    this.#mayVote = restored.mayVote;
    this.#role = this.#look();
    this.#reported = this.#describeRole();
    this.#outbox.report(this.#reported);
    this.#follow();
  }

  get id(): PeerId {
    return this.#options.id;
  }

  get state(): PeerState {
    if (this.#role.type === 'learning') return this.#role.learner.role;
    return this.#role.type;
  }

  get active(): boolean {
    return this.#describeRole().active;
  }

  get leader(): PeerId | null {
    return this.#describeRole().leader;
  }

  get epoch(): Epoch | null {
    return this.#describeRole().epoch;
  }

  /** False while the disk lacks what it had acknowledged. */
  get mayVote(): boolean {
    return this.#mayVote;
  }

  get acceptedEpoch(): Epoch {
    return this.#history.acceptedEpoch;
  }

  get currentEpoch(): Epoch {
    return this.#history.currentEpoch;
  }

  get lastLogged(): Zxid {
    return this.#history.lastLogged;
  }

  get lastSynced(): Zxid {
    return this.#history.lastSynced;
  }

  get lastCommitted(): Zxid {
    return this.#history.lastCommitted;
  }

  /** For a leader: the voters that hold what is committed. */
  get syncedVoters(): readonly PeerId[] {
    return this.#role.type === 'leading' ? this.#role.leader.syncedVoters : [];
  }

  /** Of a leader: everybody with a quorum connection to it, however far that has come; empty for the others. */
  get learners(): Iterable<LearnerReport> {
    return this.#role.type === 'leading' ? this.#role.leader.learners : [];
  }

  /** For an active leader: the zxid that the next proposal must carry; counter 0 when the epoch has none left. */
  get nextZxid(): Zxid {
    if (this.#role.type !== 'leading') return this.#history.nextZxid(this.#history.currentEpoch);
    return this.#role.leader.nextZxid;
  }

  takeEffects(): PeerEffect[] {
    return this.#outbox.take();
  }

  step(input: PeerInput): void {
    switch (input.type) {
      case 'tick':
        this.#onTick(input.nowMs);
        break;
      case 'message':
        if (input.message.type === 'notification') this.#onNotification(input.from, input.message);
        else this.#onPacket(input.from, input.message.stream, input.message.packet);
        break;
      case 'linkUp':
        this.#onLinkUp(input.peer);
        break;
      case 'linkDown':
        this.#onLinkDown(input.peer);
        break;
      case 'synced':
        this.#history.onSynced(input.zxid);
        this.#onDurable();
        break;
      case 'truncated':
      case 'installed':
        this.#history.onSettled(input.zxid);
        this.#onDurable();
        break;
      case 'propose':
        if (this.#role.type === 'leading') this.#role.leader.propose(input.zxid, input.entry);
        break;
      case 'sendToLeader':
        if (this.#role.type === 'learning') this.#role.learner.sendToLeader(input.packet);
        break;
      case 'sendToLearner':
        if (this.#role.type === 'leading') this.#role.leader.sendToLearner(input.learner, input.packet);
        break;
      default:
        unreachable(input);
    }
    this.#follow();
  }

  #onTick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#role.type === 'looking') this.#role.election.onTick(nowMs);
    else if (this.#role.type === 'leading') this.#role.leader.onTick(nowMs);
    else this.#role.learner.onTick(nowMs);
  }

  #onLinkUp(peer: PeerId): void {
    this.#links.add(peer);
    if (this.#role.type === 'looking') this.#role.election.onLinkUp(peer);
  }

  #onLinkDown(peer: PeerId): void {
    this.#links.delete(peer);
    this.#earlyGreetings.delete(peer);
    const role = this.#role;
    if (role.type === 'looking') role.election.onLinkDown(peer);
    else if (role.type === 'leading') role.leader.onLinkDown(peer);
    else if (role.learner.leader === peer) this.#becomeLooking();
  }

  // Whoever looks for a leader is told of the one that this peer has.
  #onNotification(from: PeerId, notification: Notification): void {
    const role = this.#role;
    if (role.type === 'looking') return role.election.onNotification(from, notification);
    // Only whoever looks: two that answered each other's answers would never end.
    if (notification.state === 'looking') this.#outbox.notify(from, this.#settledNotification(role.outcome));
  }

  #settledNotification({ vote, electionEpoch }: Outcome): Notification {
    return notificationOf(this.state, { ...vote, peerEpoch: this.epoch ?? vote.peerEpoch }, electionEpoch);
  }

  #onPacket(from: PeerId, stream: number, packet: QuorumPacket): void {
    const role = this.#role;
    if (packet.type === 'followerInfo' || packet.type === 'observerInfo') return this.#onGreeting(from, stream, packet);
    if (role.type === 'leading') return role.leader.onPacket(from, stream, packet);
    if (role.type === 'learning' && role.learner.leader === from && role.learner.stream === stream) {
      return role.learner.onPacket(packet);
    }
    if (packet.type === 'close' && this.#earlyGreetings.get(from)?.stream === stream) this.#earlyGreetings.delete(from);
  }

  #onGreeting(from: PeerId, stream: number, packet: Greeting): void {
    const role = this.#role;
    if (role.type === 'leading') return role.leader.onGreeting(from, stream, packet);
    // It decided before this peer did; it may well be right.
    if (role.type === 'looking') this.#earlyGreetings.set(from, { stream, packet });
    else this.#outbox.send(from, stream, { type: 'close' });
  }

  #onDurable(): void {
    if (this.#role.type === 'leading') this.#role.leader.onDurable();
    else if (this.#role.type === 'learning') this.#role.learner.onDurable();
  }

  /** Draws the consequences of a step: an election is decided, a role has failed, a phase was reached. */
  #follow(): void {
    for (;;) {
      const role = this.#role;
      if (role.type === 'looking') {
        this.#electionEpoch = role.election.electionEpoch;
        if (role.election.outcome === null) break;
        this.#assume(role.election.outcome);
      } else {
        const failure = role.type === 'leading' ? role.leader.failure : role.learner.failure;
        if (failure === null && !this.#isWholeAgain(role)) break;
        this.#becomeLooking();
      }
      this.#report();
    }
    this.#report();
  }

  /** A peer that had lost its history has it again: it joins once more, as the voter that it is. */
  #isWholeAgain(role: Role): boolean {
    if (this.#mayVote || role.type !== 'learning' || !role.learner.isActive) return false;
    this.#mayVote = true;
    this.#outbox.push({ type: 'completeResync' });
    return true;
  }

  get #isVoter(): boolean {
    return this.#mayVote && this.#options.voters.includes(this.#options.id);
  }

  #assume(outcome: Outcome): void {
    const { leader } = outcome.vote;
    const nowMs = this.#nowMs;
    if (leader !== this.#options.id) {
      this.#lastStream += 1;
      const role = this.#isVoter ? 'following' : 'observing';
      const start = { leader, role, stream: this.#lastStream, nowMs } as const;
      this.#role = {
        type: 'learning',
        learner: new Learner(this.#options, this.#history, this.#outbox, start),
        outcome,
      };
      for (const [from, { stream }] of this.#earlyGreetings) this.#outbox.send(from, stream, { type: 'close' });
    } else {
      const leading = new Leader(this.#options, this.#history, this.#outbox, this.#links, nowMs);
      this.#role = { type: 'leading', leader: leading, outcome };
      for (const [from, { stream, packet }] of this.#earlyGreetings) leading.onGreeting(from, stream, packet);
    }
    this.#earlyGreetings.clear();
  }

  #becomeLooking(): void {
    if (this.#role.type === 'leading') this.#role.leader.close();
    else if (this.#role.type === 'learning') this.#role.learner.close();
    this.#role = this.#look();
  }

  #look(): Role {
    this.#electionEpoch += 1;
    const candidate = this.#isVoter ? this.#options.id : null;
    const vote = initialVote(candidate, this.#history.lastLogged, this.#history.currentEpoch);
    const start = { vote, electionEpoch: this.#electionEpoch, nowMs: this.#nowMs };
    return { type: 'looking', election: new Election(this.#options, this.#outbox, this.#links, start) };
  }

  #report(): void {
    const role = this.#describeRole();
    const before = this.#reported;
    const isSame = role.state === before.state && role.active === before.active && role.leader === before.leader;
    if (isSame && role.epoch === before.epoch) return;
    this.#reported = role;
    this.#outbox.report(role);
  }

  #describeRole(): RoleReport {
    const role = this.#role;
    if (role.type === 'looking') {
      return { state: 'looking', active: false, leader: null, epoch: null, resynchronised: null };
    }
    if (role.type === 'leading') {
      const { isActive, epoch } = role.leader;
      const state = 'leading';
      return { state, active: isActive, leader: this.id, epoch: isActive ? epoch : null, resynchronised: null };
    }
    const { isActive, epoch, leader, role: state, resynchronised } = role.learner;
    return { state, active: isActive, leader, epoch: isActive ? epoch : null, resynchronised };
  }
}
