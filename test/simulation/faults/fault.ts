/**
 * Faults, as a table: what goes wrong, how often against the others, and how it ends. All are legal: a peer may crash
 * between any two effects, a link may be cut or stall, a thread may freeze, a disk may be slow. None lies.
 */

import type { PeerId } from '../../../core/ids.ts';
import type { PeerEffect } from '../../../core/zab/effects.ts';
import type { Cluster } from '../cluster.ts';
import type { Prng } from '../prng.ts';

export interface Fault {
  readonly name: string;
  readonly weight: number;
  /** How long it lasts, milliseconds. */
  readonly lastsMs: readonly [low: number, high: number];
  /** @returns how to end it */
  inject(cluster: Cluster, prng: Prng): () => void;
}

/** A peer to harm: the leader as often as not, for there the protocol has most to lose. */
export function victim(cluster: Cluster, prng: Prng): PeerId {
  const leaders = cluster.running.filter(({ view }) => view.state === 'leading');
  if (leaders.length > 0 && prng.chance(0.5)) return prng.pick(leaders).id;
  return prng.pick(cluster.everybody);
}

const CRASH_AFTER: readonly PeerEffect['type'][] = [
  'saveAcceptedEpoch',
  'saveCurrentEpoch',
  'append',
  'truncate',
  'receiveSnapshot',
  'commit',
  'send',
];

const crash: Fault = {
  name: 'crash',
  weight: 4,
  lastsMs: [0, 600],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    cluster.crash(id);
    return () => cluster.start(id);
  },
};

const crashBetweenEffects: Fault = {
  name: 'crash between two effects',
  weight: 5,
  lastsMs: [50, 500],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    cluster.armCrash(id, { afterEffects: prng.skewed(0, 60) });
    return () => cluster.start(id);
  },
};

const crashAfterEffect: Fault = {
  name: 'crash after an effect',
  weight: 4,
  lastsMs: [50, 500],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    cluster.armCrash(id, { after: prng.pick(CRASH_AFTER) });
    // Something has to happen for the effect to come.
    if (prng.chance(0.5)) cluster.crash(prng.pick(cluster.everybody.filter((other) => other !== id)));
    return () => {
      for (const peer of cluster.everybody) cluster.start(peer);
    };
  },
};

/** Cut off without noticing, a leader goes on proposing: what it logs there must be gone when it comes back. */
const strandedLeader: Fault = {
  name: 'stranded leader',
  weight: 3,
  lastsMs: [300, 1200],
  inject(cluster, prng) {
    const leader = cluster.running.find(({ view }) => view.active && view.state === 'leading');
    if (leader === undefined) return () => undefined;
    for (const other of cluster.everybody) cluster.network.stall(leader.id, other);
    if (prng.chance(0.5)) cluster.armCrash(leader.id, { after: prng.pick(['truncate', 'receiveSnapshot', 'append']) });
    return () => {
      for (const other of cluster.everybody) cluster.network.resume(leader.id, other);
    };
  },
};

const flicker: Fault = {
  name: 'crash and immediate restart',
  weight: 2,
  lastsMs: [0, 0],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    cluster.crash(id);
    cluster.start(id);
    return () => undefined;
  },
};

const restartAll: Fault = {
  name: 'restart of everything',
  weight: 1,
  lastsMs: [0, 300],
  inject(cluster) {
    for (const id of cluster.everybody) cluster.crash(id);
    cluster.marks.hit('ensemble restarted at once');
    return () => {
      for (const id of cluster.everybody) cluster.start(id);
    };
  },
};

const cutLink: Fault = {
  name: 'one link cut',
  weight: 3,
  lastsMs: [1, 800],
  inject(cluster, prng) {
    const a = victim(cluster, prng);
    const b = prng.pick(cluster.everybody.filter((other) => other !== a));
    cluster.cut(a, b);
    return () => cluster.mend(a, b);
  },
};

const partition: Fault = {
  name: 'partition',
  weight: 3,
  lastsMs: [1, 800],
  inject(cluster, prng) {
    const inside = cluster.everybody.filter(() => prng.chance(0.4));
    const pairs = inside.flatMap((a) =>
      cluster.everybody.filter((b) => !inside.includes(b)).map((b) => [a, b] as const),
    );
    for (const [a, b] of pairs) cluster.cut(a, b);
    return () => {
      for (const [a, b] of pairs) cluster.mend(a, b);
    };
  },
};

const silence: Fault = {
  name: 'silent partition',
  weight: 4,
  lastsMs: [50, 1000],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    const others = cluster.everybody.filter((other) => other !== id && prng.chance(0.8));
    const [outward, inward] = prng.pick([[true, true] as const, [true, false] as const, [false, true] as const]);
    for (const other of others) {
      if (outward) cluster.network.stall(id, other);
      if (inward) cluster.network.stall(other, id);
    }
    const isCutInTheEnd = prng.chance(0.5);
    return () => {
      for (const other of others) {
        if (isCutInTheEnd) {
          cluster.cut(id, other);
          cluster.mend(id, other);
        }
        cluster.network.resume(id, other);
        cluster.network.resume(other, id);
      }
    };
  },
};

const freeze: Fault = {
  name: 'frozen thread',
  weight: 4,
  lastsMs: [20, 1000],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    cluster.freeze(id);
    return () => cluster.thaw(id);
  },
};

const slowDisk: Fault = {
  name: 'slow disk',
  weight: 3,
  lastsMs: [100, 1500],
  inject(cluster, prng) {
    const disk = cluster.disks.get(victim(cluster, prng));
    const slownessUs = prng.between(20_000, 700_000);
    if (disk !== undefined) disk.slownessUs += slownessUs;
    return () => {
      if (disk !== undefined) disk.slownessUs -= slownessUs;
    };
  },
};

// Only so many that the others are a quorum: what more than a minority has lost, nobody can give back.
const damagedLog: Fault = {
  name: 'damaged log',
  weight: 1,
  lastsMs: [0, 500],
  inject(cluster, prng) {
    const id = victim(cluster, prng);
    const damagedCount = cluster.voters.filter((voter) => cluster.disks.get(voter)?.mayVote === false).length;
    cluster.crash(id);
    if (damagedCount + 1 <= (cluster.voters.length - 1) / 2) {
      cluster.disks.get(id)?.damage();
      cluster.marks.hit('disk damaged');
    }
    return () => cluster.start(id);
  },
};

export const FAULTS: readonly Fault[] = [
  crash,
  crashBetweenEffects,
  crashAfterEffect,
  strandedLeader,
  flicker,
  restartAll,
  cutLink,
  partition,
  silence,
  freeze,
  slowDisk,
  damagedLog,
];
