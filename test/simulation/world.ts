/**
 * What a seed decides before the first step: how many peers, how slow links and disks are, how small the bounds. Kind
 * and unkind worlds are all legal ones; what no real ensemble could meet is left out (core/SPEC.md, assumptions).
 */

import { type PeerId, toPeerId } from '../../core/ids.ts';
import type { PeerOptions } from '../../core/zab/peer.ts';
import { COUNTER_MAX, makeZxid, type Zxid } from '../../core/zxid.ts';
import type { DiskOptions } from './disk.ts';
import type { NetworkOptions } from './network.ts';
import type { Prng } from './prng.ts';

export interface World {
  readonly voters: readonly PeerId[];
  readonly observers: readonly PeerId[];
  readonly network: NetworkOptions;
  readonly disk: DiskOptions;
  readonly peer: Omit<PeerOptions, 'id' | 'voters' | 'observers'>;
  /** Between two ticks of a peer, microseconds. */
  readonly tickUs: number;
  /** A thread takes up its inputs this long after the first of them came, microseconds. */
  readonly turnUs: readonly [low: number, high: number];
  /** Whether a thread steps all inputs of a turn before it performs the first effect. */
  readonly performsInBatches: boolean;
  /** This peer joins only when the ensemble has been at work for a while. */
  readonly lateJoiner: PeerId | null;
  /** The zxid of a snapshot with which all but the late joiner and the observers start; null: everybody starts empty. */
  readonly initialZxid: Zxid | null;
  /** Clients' requests per second, and the chance of a crash between two effects. */
  readonly requestsPerSecond: number;
  /** Mean time between two faults, milliseconds. */
  readonly faultEveryMs: number;
  readonly faultyMs: number;
}

export interface WorldLimits {
  /** Number of voters; by seed unless given. */
  readonly peers?: 3 | 5;
}

export function createWorld(prng: Prng, { peers }: WorldLimits = {}): World {
  const drawnCount = prng.chance(0.7) ? 3 : 5;
  const voterCount = peers ?? drawnCount;
  const voters = Array.from({ length: voterCount }, (_, index) => toPeerId(index + 1));
  const hasObserver = prng.chance(0.3);
  const observers = hasObserver ? [toPeerId(voterCount + 1)] : [];
  const everybody = [...voters, ...observers];
  return {
    voters,
    observers,
    network: { delayUs: prng.pick([[20, 200] as const, [50, 5_000] as const, [100, 30_000] as const]) },
    disk: {
      syncUs: prng.pick([[100, 2_000] as const, [500, 10_000] as const, [1_000, 80_000] as const]),
      keptCount: prng.pick([0, 3, 1000]),
    },
    peer: {
      heartbeatIntervalMs: 50,
      // The hasty ones give up while others still believe: several leaders at once, each with its own picture.
      ...prng.pick([
        { syncLimitMs: 250, initLimitMs: 600 },
        { syncLimitMs: 150, initLimitMs: 250 },
      ]),
      finalizeWaitMs: prng.pick([1, 10, 50]),
      notificationMinMs: prng.pick([5, 20]),
      notificationMaxMs: 320,
      commitLogCount: prng.pick([1, 5, 20, 500]),
      commitLogBytes: prng.pick([100, 1000, 1_000_000]),
    },
    tickUs: prng.pick([10_000, 20_000]),
    turnUs: prng.pick([[0, 20] as const, [10, 500] as const, [10, 8_000] as const]),
    performsInBatches: prng.chance(0.5),
    lateJoiner: prng.chance(0.3) ? prng.pick(everybody) : null,
    // Counter 0 is what a snapshot of ZooKeeper bears when no txn followed the election.
    initialZxid: prng.chance(0.2) ? makeZxid(1, prng.pick([0, 5, COUNTER_MAX])) : null,
    requestsPerSecond: prng.pick([20, 60, 150]),
    faultEveryMs: prng.pick([120, 300, 800]),
    faultyMs: prng.pick([2_000, 4_000]),
  };
}
