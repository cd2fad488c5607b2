/**
 * Builders and words for tests of the consensus core: a peer from a few facts, inputs in short, effects as text in the
 * words of core/zab/describe.ts. A zxid is written epoch:counter.
 */

import { type PeerId, toPeerId } from '../../../../core/ids.ts';
import type { Notification, PeerState, QuorumPacket } from '../../../../core/jute/quorum.ts';
import { describeEffect } from '../../../../core/zab/describe.ts';
import type { PeerInput } from '../../../../core/zab/effects.ts';
import { type LogEntry, Peer, type PeerOptions } from '../../../../core/zab/peer.ts';
import { makeZxid, toEpoch, type Zxid } from '../../../../core/zxid.ts';

export const OPTIONS: Omit<PeerOptions, 'id' | 'voters' | 'observers'> = {
  heartbeatIntervalMs: 100,
  syncLimitMs: 500,
  initLimitMs: 1000,
  finalizeWaitMs: 20,
  notificationMinMs: 50,
  notificationMaxMs: 400,
  commitLogCount: 500,
  commitLogBytes: 1_000_000,
};

export interface Given {
  readonly id?: number;
  /** Number of voters, 1 … n. Default 3. */
  readonly voters?: number;
  readonly observers?: readonly number[];
  readonly epochs?: { readonly accepted: number; readonly current: number };
  /** What the log holds, as `1:1 1:2 2:1`; the host has replayed all of it. */
  readonly log?: string;
  readonly mayVote?: boolean;
  /** Peers to which links are up. Default all. */
  readonly links?: readonly number[];
  readonly options?: Partial<PeerOptions>;
}

export const ENTRY = Buffer.from('txn');

export function zxid(text: string): Zxid {
  const [epoch, counter] = text.split(':').map(Number);
  return makeZxid(epoch ?? 0, counter ?? 0);
}

/** A peer that has just started and linked up; what it said meanwhile is dropped. */
export function createPeer(given: Given = {}): Peer {
  const { id = 1, voters = 3, observers = [], epochs = { accepted: 0, current: 0 }, log = '', mayVote = true } = given;
  const recent: LogEntry[] = log
    .split(' ')
    .flatMap((text) => (text === '' ? [] : [{ zxid: zxid(text), entry: ENTRY }]));
  const lastZxid = recent.at(-1)?.zxid ?? zxid('0:0');
  const peer = new Peer(
    {
      ...OPTIONS,
      ...given.options,
      id: toPeerId(id),
      voters: Array.from({ length: voters }, (_, index) => toPeerId(index + 1)),
      observers: observers.map(toPeerId),
    },
    {
      acceptedEpoch: toEpoch(epochs.accepted),
      currentEpoch: toEpoch(epochs.current),
      lastZxid,
      appliedZxid: lastZxid,
      recent,
      mayVote,
    },
    0,
  );
  const everybody = [...Array.from({ length: voters }, (_, index) => index + 1), ...observers];
  for (const other of given.links ?? everybody) {
    if (other !== id) peer.step({ type: 'linkUp', peer: toPeerId(other) });
  }
  peer.takeEffects();
  return peer;
}

/** Steps through the inputs and tells the effects, one after the other, separated by ` | `. */
export function feed(peer: Peer, ...inputs: readonly PeerInput[]): string {
  for (const input of inputs) peer.step(input);
  return peer.takeEffects().map(describeEffect).join(' | ');
}

export function packet(from: number, content: QuorumPacket, stream = 1): PeerInput {
  return { type: 'message', from: toPeerId(from), message: { type: 'packet', stream, packet: content } };
}

export interface VoteText {
  readonly state?: PeerState;
  readonly round?: number;
  readonly leader: number;
  readonly epoch?: number;
  readonly zxid?: string;
}

export function vote(
  from: number,
  { state = 'looking', round = 1, leader, epoch = 0, zxid: last = '0:0' }: VoteText,
): PeerInput {
  const message: Notification = {
    type: 'notification',
    state,
    leader: leader === 0 ? 0 : toPeerId(leader),
    zxid: zxid(last),
    electionEpoch: round,
    peerEpoch: toEpoch(epoch),
  };
  return { type: 'message', from: toPeerId(from), message };
}

export const tick = (nowMs: number): PeerInput => ({ type: 'tick', nowMs });
export const linkUp = (peer: number): PeerInput => ({ type: 'linkUp', peer: toPeerId(peer) });
export const linkDown = (peer: number): PeerInput => ({ type: 'linkDown', peer: toPeerId(peer) });
export const synced = (last: string): PeerInput => ({ type: 'synced', zxid: zxid(last) });
export const truncated = (last: string): PeerInput => ({ type: 'truncated', zxid: zxid(last) });
export const installed = (last: string): PeerInput => ({ type: 'installed', zxid: zxid(last) });
export const propose = (next: string): PeerInput => ({ type: 'propose', zxid: zxid(next), entry: ENTRY });

export const followerInfo = (from: number, accepted: number, stream = 1): PeerInput =>
  packet(from, { type: 'followerInfo', acceptedEpoch: toEpoch(accepted) }, stream);
export const observerInfo = (from: number, accepted: number, stream = 1): PeerInput =>
  packet(from, { type: 'observerInfo', acceptedEpoch: toEpoch(accepted) }, stream);
export const leaderInfo = (from: number, epoch: number, stream = 1): PeerInput =>
  packet(from, { type: 'leaderInfo', epoch: toEpoch(epoch) }, stream);
export const ackEpoch = (from: number, current: number, last: string, stream = 1): PeerInput =>
  packet(
    from,
    { type: 'ackEpoch', currentEpoch: current === -1 ? -1 : toEpoch(current), lastZxid: zxid(last) },
    stream,
  );

type ZxidPacket = 'ack' | 'commit' | 'diff' | 'trunc' | 'snap' | 'newLeader';

export const at = (from: number, type: ZxidPacket, last: string, stream = 1): PeerInput =>
  packet(from, { type, zxid: zxid(last) }, stream);
export const proposal = (from: number, next: string, stream = 1): PeerInput =>
  packet(from, { type: 'proposal', zxid: zxid(next), entry: ENTRY }, stream);
export const inform = (from: number, next: string, stream = 1): PeerInput =>
  packet(from, { type: 'inform', zxid: zxid(next), entry: ENTRY }, stream);
export const upToDate = (from: number, stream = 1): PeerInput => packet(from, { type: 'upToDate' }, stream);

/** The peer with the highest id, elected by everybody, that has not heard of any learner yet. */
export function electedLeader(given: Given = {}): Peer {
  const voters = given.voters ?? 3;
  const peer = createPeer({ ...given, id: voters });
  const { currentEpoch, lastLogged } = peer;
  for (let other = 1; other < voters; other++) {
    const message: Notification = {
      type: 'notification',
      state: 'looking',
      leader: toPeerId(voters),
      zxid: lastLogged,
      electionEpoch: 1,
      peerEpoch: currentEpoch,
    };
    peer.step({ type: 'message', from: toPeerId(other), message });
  }
  peer.takeEffects();
  return peer;
}

/** As above, established with these followers, whose history is the same. */
export function establishedLeader(followers: readonly number[], given: Given = {}): Peer {
  const peer = electedLeader(given);
  const { currentEpoch, lastLogged, acceptedEpoch } = peer;
  for (const follower of followers) peer.step(followerInfo(follower, acceptedEpoch));
  for (const follower of followers) {
    peer.step(packet(follower, { type: 'ackEpoch', currentEpoch, lastZxid: lastLogged }));
  }
  for (const follower of followers) peer.step(at(follower, 'ack', `${peer.acceptedEpoch}:0`));
  peer.takeEffects();
  return peer;
}

/** Peer 1, told by everybody that the peer with the highest id leads; it has just greeted that one, on stream 1. */
export function greetingFollower(given: Given = {}): Peer {
  const voters = given.voters ?? 3;
  const peer = createPeer({ ...given, id: given.id ?? 1 });
  const epoch = Math.max(peer.currentEpoch, 1);
  for (let other = 1; other <= voters; other++) {
    if (other === peer.id) continue;
    const state = other === voters ? 'leading' : 'following';
    peer.step(vote(other, { state, leader: voters, epoch, round: 7 }));
  }
  peer.takeEffects();
  return peer;
}

/** As above, serving in `epoch` with the history that it had. */
export function activeFollower(epoch: number, given: Given = {}): Peer {
  const peer = greetingFollower(given);
  const leader = given.voters ?? 3;
  const last = peer.lastLogged;
  peer.step(leaderInfo(leader, epoch));
  for (const type of ['diff', 'commit'] as const) peer.step(packet(leader, { type, zxid: last }));
  peer.step(at(leader, 'newLeader', `${epoch}:0`));
  peer.step(upToDate(leader));
  peer.takeEffects();
  return peer;
}

export const peerIds = (...ids: readonly number[]): readonly PeerId[] => ids.map(toPeerId);
