/**
 * What must hold of one peer after every step, and between two steps. In: a readonly view of the peer. Out: nothing,
 * or an `InvariantViolation` whose claim starts with the number in core/SPEC.md.
 *
 * Only what a peer can know by itself stands here; what concerns several peers, or a peer and its disk, is checked by
 * the simulation (test/simulation/checkers). Checking changes nothing and allocates nothing but `viewOf`'s copy.
 */

import { invariant } from '../assert.ts';
import type { PeerId } from '../ids.ts';
import type { PeerState } from '../jute/quorum.ts';
import { type Epoch, epochOf, formatZxid, type Zxid } from '../zxid.ts';

/** The state of a peer that can be told from outside. `Peer` satisfies it. */
export interface PeerView {
  readonly state: PeerState;
  /** Synchronised with a quorum: as leader, follower or observer. */
  readonly active: boolean;
  readonly leader: PeerId | null;
  readonly epoch: Epoch | null;
  readonly acceptedEpoch: Epoch;
  readonly currentEpoch: Epoch;
  /** Last zxid handed to the log, durable or not. */
  readonly lastLogged: Zxid;
  /** Last zxid known to be committed in the history that this peer holds. */
  readonly lastCommitted: Zxid;
}

/** A copy that stays as it is while the peer goes on. */
export function viewOf(peer: PeerView): PeerView {
  const { state, active, leader, epoch, acceptedEpoch, currentEpoch, lastLogged, lastCommitted } = peer;
  return { state, active, leader, epoch, acceptedEpoch, currentEpoch, lastLogged, lastCommitted };
}

/** @throws InvariantViolation */
export function checkState(peer: PeerView, id: PeerId): void {
  invariant(peer.currentEpoch <= peer.acceptedEpoch, 'I8: no peer serves an epoch that it has not accepted', {
    id,
    currentEpoch: peer.currentEpoch,
    acceptedEpoch: peer.acceptedEpoch,
  });
  invariant(
    epochOf(peer.lastLogged) <= peer.acceptedEpoch,
    'I8: no entry of an epoch that was not accepted is logged',
    {
      id,
      lastLogged: formatZxid(peer.lastLogged),
      acceptedEpoch: peer.acceptedEpoch,
    },
  );
  invariant(!peer.active || peer.state !== 'looking', 'I15: a looking peer serves nobody', { id });
  invariant((peer.leader === null) === (peer.state === 'looking'), 'I9: a peer knows a leader unless it is looking', {
    id,
    state: peer.state,
    leader: peer.leader,
  });
  invariant((peer.leader === id) === (peer.state === 'leading'), 'I9: who leads is its own leader', {
    id,
    state: peer.state,
    leader: peer.leader,
  });
  invariant((peer.epoch !== null) === peer.active, 'I9: an epoch is served exactly while active', {
    id,
    epoch: peer.epoch,
    active: peer.active,
  });
  if (!peer.active) return;
  invariant(peer.epoch === peer.currentEpoch, 'I8: the epoch served is the current one', {
    id,
    epoch: peer.epoch,
    currentEpoch: peer.currentEpoch,
  });
  invariant(peer.epoch === peer.acceptedEpoch, 'I9: who has accepted a later epoch no longer serves the earlier one', {
    id,
    epoch: peer.epoch,
    acceptedEpoch: peer.acceptedEpoch,
  });
  invariant(epochOf(peer.lastLogged) <= peer.currentEpoch, 'I8: the log of a serving peer ends in its epoch', {
    id,
    lastLogged: formatZxid(peer.lastLogged),
    currentEpoch: peer.currentEpoch,
  });
}

/** @throws InvariantViolation when no single step may lead from `before` to `after` */
export function checkStep(before: PeerView, after: PeerView, id: PeerId): void {
  invariant(after.acceptedEpoch >= before.acceptedEpoch, 'I8: the accepted epoch never goes back', {
    id,
    before: before.acceptedEpoch,
    after: after.acceptedEpoch,
  });
  invariant(after.currentEpoch >= before.currentEpoch, 'I8: the current epoch never goes back', {
    id,
    before: before.currentEpoch,
    after: after.currentEpoch,
  });
  // A host that restarts replays its whole log, so a cut may take back what was never committed: before it serves.
  const mayCut = !before.active && !after.active;
  invariant(
    mayCut || after.lastCommitted >= before.lastCommitted,
    'I14: what a serving peer committed stays committed',
    {
      id,
      before: formatZxid(before.lastCommitted),
      after: formatZxid(after.lastCommitted),
    },
  );
  if (!before.active || !after.active) return;
  invariant(after.lastLogged >= before.lastLogged, 'I4: the log of a serving peer only grows', {
    id,
    before: formatZxid(before.lastLogged),
    after: formatZxid(after.lastLogged),
  });
  // Leaving and finding a leader may happen in one step (an ensemble of one); it then serves a later epoch.
  invariant(
    after.epoch === before.epoch
      ? after.leader === before.leader && after.state === before.state
      : after.currentEpoch > before.currentEpoch,
    'I9: within an epoch neither the leader nor the role changes',
    { id, before: before.leader, after: after.leader, epoch: after.epoch, was: before.state, is: after.state },
  );
}
