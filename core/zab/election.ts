/**
 * Fast leader election (FastLeaderElection.lookForLeader; zookeeper-facts 13.2): peers exchange votes in numbered rounds
 * until a quorum wants the same one.
 *
 * In: notifications, links, time. Out: notifications, and the outcome. Never touches the log.
 *
 * ZooKeeper waits 200 ms after a quorum agrees, in case a better vote is under way. Here the wait ends as soon as every
 * voter with a working link has voted: then no better vote can be (core/SPEC.md, departures).
 */

import type { PeerId } from '../ids.ts';
import type { Notification, PeerState } from '../jute/quorum.ts';
import type { Epoch } from '../zxid.ts';
import type { PeerOptions } from './options.ts';
import type { Outbox } from './outbox.ts';
import { isQuorum } from './quorum.ts';
import { isBetter, isSameVote, type Vote } from './vote.ts';

export interface Outcome {
  readonly vote: Vote & { readonly leader: PeerId };
  readonly electionEpoch: number;
}

interface HeardVote {
  readonly vote: Vote;
  readonly state: PeerState;
  readonly electionEpoch: number;
}

export class Election {
  readonly #options: PeerOptions;
  readonly #outbox: Outbox;
  readonly #links: ReadonlySet<PeerId>;
  readonly #initialVote: Vote;
  readonly #mayVote: boolean;
  /** Votes of the current round. */
  readonly #received = new Map<PeerId, HeardVote>();
  /** Votes of peers that are not looking, of whatever round. */
  readonly #settled = new Map<PeerId, HeardVote>();
  readonly #abstaining = new Set<PeerId>();
  #electionEpoch: number;
  #proposal: Vote;
  #finalizeAtMs: number | null = null;
  #resendAtMs: number;
  #resendAfterMs: number;
  #nowMs: number;
  #outcome: Outcome | null = null;

  constructor(
    options: PeerOptions,
    outbox: Outbox,
    links: ReadonlySet<PeerId>,
    start: { readonly vote: Vote; readonly electionEpoch: number; readonly nowMs: number },
  ) {
    this.#options = options;
    this.#outbox = outbox;
    this.#links = links;
    this.#initialVote = start.vote;
    this.#proposal = start.vote;
    this.#mayVote = start.vote.leader !== 0;
    this.#electionEpoch = start.electionEpoch;
    this.#nowMs = start.nowMs;
    this.#resendAfterMs = options.notificationMinMs;
    this.#resendAtMs = start.nowMs + this.#resendAfterMs;
    this.#broadcast();
    this.#considerQuorum();
  }

  get electionEpoch(): number {
    return this.#electionEpoch;
  }

  /** Set once; then this election is over. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  onTick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#finalizeAtMs !== null && nowMs >= this.#finalizeAtMs)
      return this.#canReach(this.#proposal.leader) ? this.#decide() : this.#restart();
    if (nowMs < this.#resendAtMs) return;
    this.#resendAfterMs = Math.min(this.#resendAfterMs * 2, this.#options.notificationMaxMs);
    this.#broadcast();
  }

  onLinkUp(peer: PeerId): void {
    this.#outbox.notify(peer, this.#notification());
  }

  /** A peer that went away need not be waited for, and its vote no longer counts. */
  onLinkDown(peer: PeerId): void {
    this.#received.delete(peer);
    this.#settled.delete(peer);
    this.#abstaining.delete(peer);
    if (this.#proposal.leader === peer) this.#restart();
    else this.#considerQuorum();
  }

  onNotification(from: PeerId, notification: Notification): void {
    if (this.#outcome !== null) return;
    const { state, electionEpoch } = notification;
    const vote: Vote = { leader: notification.leader, zxid: notification.zxid, peerEpoch: notification.peerEpoch };
    if (!this.#isVoter(from) || vote.leader === 0) return this.#onAbstention(from, state);
    this.#abstaining.delete(from);
    if (state === 'looking') this.#onLooking(from, { vote, state, electionEpoch });
    else if (state !== 'observing') this.#onSettled(from, { vote, state, electionEpoch });
  }

  /** An observer, or a voter that must not vote at present: it wants to know, and nobody need wait for it. */
  #onAbstention(from: PeerId, state: PeerState): void {
    // Only a voter has something to tell, and only to whoever looks: all else would be answered for ever.
    if (this.#mayVote && state === 'looking') this.#outbox.notify(from, this.#notification());
    if (this.#abstaining.has(from)) return;
    this.#abstaining.add(from);
    this.#received.delete(from);
    this.#settled.delete(from);
    this.#considerQuorum();
  }

  #onLooking(from: PeerId, heard: HeardVote): void {
    if (heard.electionEpoch < this.#electionEpoch) {
      // The round of a peer without a vote is no news to a voter, which would only answer with its own again.
      if (this.#mayVote) this.#outbox.notify(from, this.#notification());
      return;
    }
    // Whoever looks again has left what it had settled on.
    this.#settled.delete(from);
    if (heard.electionEpoch > this.#electionEpoch) {
      this.#electionEpoch = heard.electionEpoch;
      this.#received.clear();
      this.#adopt(isBetter(heard.vote, this.#initialVote) ? heard.vote : this.#initialVote);
    } else if (isBetter(heard.vote, this.#proposal)) {
      this.#adopt(heard.vote);
    } else if (this.#received.get(from)?.state !== 'looking') {
      // It may have been settled still when this round's votes went out, and answered instead of counting them. Without
      // this reply, once for a peer and round, it would wait for the timer.
      this.#outbox.notify(from, this.#notification());
    }
    this.#received.set(from, heard);
    this.#considerQuorum();
  }

  #onSettled(from: PeerId, heard: HeardVote): void {
    this.#settled.set(from, heard);
    if (heard.electionEpoch === this.#electionEpoch) {
      this.#received.set(from, heard);
      if (this.#agree(this.#received, heard) && this.#isLeading(this.#received, heard)) return this.#join(heard);
    }
    if (this.#agree(this.#settled, heard) && this.#isLeading(this.#settled, heard)) return this.#join(heard);
    this.#considerQuorum();
  }

  #adopt(vote: Vote): void {
    this.#proposal = vote;
    this.#finalizeAtMs = null;
    this.#broadcast();
  }

  #considerQuorum(): void {
    if (this.#outcome !== null) return;
    if (!this.#hasQuorum()) {
      this.#finalizeAtMs = null;
      return;
    }
    const isUnanimous = this.#options.voters.every((voter) => this.#hasVoted(voter));
    if (isUnanimous && this.#canReach(this.#proposal.leader)) this.#decide();
    else this.#finalizeAtMs ??= this.#nowMs + this.#options.finalizeWaitMs;
  }

  #hasVoted(voter: PeerId): boolean {
    const isWaitedFor = voter !== this.#options.id && this.#links.has(voter);
    return !isWaitedFor || this.#received.has(voter) || this.#settled.has(voter) || this.#abstaining.has(voter);
  }

  #hasQuorum(): boolean {
    return isQuorum(this.#options.voters, (voter) => {
      if (voter === this.#options.id) return this.#mayVote;
      const heard = this.#received.get(voter);
      return heard !== undefined && isSameVote(heard.vote, this.#proposal);
    });
  }

  /** Whether a quorum names the same leader and epoch; zxid and round may differ among peers that are settled. */
  #agree(votes: ReadonlyMap<PeerId, HeardVote>, { vote }: HeardVote): boolean {
    return isQuorum(this.#options.voters, (voter) => {
      const heard = votes.get(voter);
      return heard !== undefined && heard.vote.leader === vote.leader && heard.vote.peerEpoch === vote.peerEpoch;
    });
  }

  // Followers may speak of a leader that has died since: it must say itself that it leads.
  #isLeading(votes: ReadonlyMap<PeerId, HeardVote>, { vote, electionEpoch }: HeardVote): boolean {
    if (vote.leader === this.#options.id) return electionEpoch === this.#electionEpoch;
    return vote.leader !== 0 && this.#canReach(vote.leader) && votes.get(vote.leader)?.state === 'leading';
  }

  #canReach(leader: Vote['leader']): boolean {
    return leader === this.#options.id || (leader !== 0 && this.#links.has(leader));
  }

  /** A new round without the candidate that cannot be reached: its vote would win this one for ever. */
  #restart(): void {
    this.#electionEpoch += 1;
    this.#received.clear();
    this.#adopt(this.#initialVote);
    this.#considerQuorum();
  }

  #decide(): void {
    const { leader } = this.#proposal;
    if (leader === 0) return;
    this.#outcome = { vote: { ...this.#proposal, leader }, electionEpoch: this.#electionEpoch };
  }

  #join({ vote, electionEpoch }: HeardVote): void {
    if (vote.leader === 0) return;
    this.#electionEpoch = electionEpoch;
    this.#outcome = { vote: { ...vote, leader: vote.leader }, electionEpoch };
  }

  #isVoter(peer: PeerId): boolean {
    return this.#options.voters.includes(peer);
  }

  #broadcast(): void {
    this.#resendAtMs = this.#nowMs + this.#resendAfterMs;
    const { id, voters, observers } = this.#options;
    for (const peer of voters) if (peer !== id) this.#outbox.notify(peer, this.#notification());
    for (const peer of observers) if (peer !== id) this.#outbox.notify(peer, this.#notification());
  }

  #notification(): Notification {
    // Without a vote it may know whom the others want, but must not add its voice to theirs.
    const vote = this.#mayVote ? this.#proposal : this.#initialVote;
    return notificationOf('looking', vote, this.#electionEpoch);
  }
}

export function notificationOf(state: PeerState, vote: Vote, electionEpoch: number): Notification {
  return { type: 'notification', state, ...vote, electionEpoch };
}

/** What a voter proposes at first: itself. A peer without a vote proposes nobody. */
export function initialVote(candidate: PeerId | null, zxid: Vote['zxid'], currentEpoch: Epoch): Vote {
  return { leader: candidate ?? 0, zxid, peerEpoch: currentEpoch };
}
