/** Faults of connections between clients and replicas, as a table beside that of the ensemble. */

import type { PeerId } from '../../../core/ids.ts';
import type { SimClient } from '../clients/sim-client.ts';
import type { Fault } from './fault.ts';

export function createClientFaults(clients: readonly SimClient[], maxTimeoutMs: number): readonly Fault[] {
  return [
    {
      name: 'client connection dropped',
      weight: 9,
      lastsMs: [0, 0],
      inject(_cluster, prng) {
        prng.pick(clients).disconnect(prng.pick(['in order', 'at once', 'late', 'late']), prng.skewed(0, 300));
        return () => undefined;
      },
    },
    {
      name: 'client connection silent',
      weight: 3,
      lastsMs: [0, 0],
      inject(_cluster, prng) {
        prng.pick(clients).stall();
        return () => undefined;
      },
    },
    {
      name: 'client away until its session expires',
      weight: 3,
      lastsMs: [0, 0],
      inject(_cluster, prng) {
        prng.pick(clients).disconnect('in order', maxTimeoutMs * 2 + 500);
        return () => undefined;
      },
    },
    {
      name: 'a replica loses its leader and finds it again',
      weight: 9,
      lastsMs: [0, 60],
      inject(cluster, prng) {
        const leader = cluster.running.find(({ view }) => view.active && view.state === 'leading');
        const followers = cluster.everybody.filter((id) => id !== leader?.id);
        if (leader === undefined) return () => undefined;
        const { id } = leader;
        const follower = prng.pick(followers);
        // The others acknowledge late, so that what was asked for before the cut is committed after it.
        const slow = followers.filter((other) => other !== follower && prng.chance(0.5));
        for (const other of slow) cluster.network.stall(other, id);
        cluster.cut(follower, id);
        cluster.scheduler.after(prng.skewed(0, 20_000), () => cluster.mend(follower, id));
        return () => {
          for (const other of slow) cluster.network.resume(other, id);
        };
      },
    },
    {
      // What a client asked for at the first replica must not be done there after what it did at the second.
      name: 'clients of a cut-off replica go on elsewhere, then the leader changes',
      weight: 9,
      lastsMs: [150, 500],
      inject(cluster, prng) {
        const others = (id: PeerId): PeerId[] => cluster.everybody.filter((other) => other !== id);
        const visited = clients.map(({ target }) => target).filter((target) => target !== null);
        if (visited.length === 0) return () => undefined;
        const id = prng.pick(visited);
        for (const other of others(id)) cluster.cut(id, other);
        cluster.scheduler.after(prng.between(10_000, 60_000), () => {
          for (const client of clients) if (client.target === id) client.disconnect('late');
        });
        return () => {
          const leader = cluster.running.find(({ view }) => view.active && view.state === 'leading');
          for (const other of others(id)) cluster.mend(id, other);
          if (leader === undefined || leader.id === id) return;
          cluster.crash(leader.id);
          cluster.scheduler.after(200_000, () => cluster.start(leader.id));
        };
      },
    },
    {
      // Only patient clients hold out, and their sessions expire meanwhile.
      name: 'a replica with clients cut off for long',
      weight: 3,
      lastsMs: [500, 1200],
      inject(cluster, prng) {
        const visited = clients.map(({ target }) => target).filter((target) => target !== null);
        if (visited.length === 0) return () => undefined;
        const id = prng.pick(visited);
        const others = cluster.everybody.filter((other) => other !== id);
        for (const other of others) cluster.cut(id, other);
        return () => {
          for (const other of others) cluster.mend(id, other);
        };
      },
    },
    {
      name: 'all clients of a replica dropped',
      weight: 1,
      lastsMs: [0, 0],
      inject(cluster, prng) {
        const id = prng.pick(cluster.everybody);
        for (const client of clients) if (client.target === id) client.disconnect('late', prng.skewed(0, 50));
        return () => undefined;
      },
    },
    {
      // What it alone has logged is in its tree when it starts again, and is cut while clients wait at it.
      name: 'stranded leader dies and comes back, with clients ahead of its peers',
      weight: 3,
      lastsMs: [250, 500],
      inject(cluster, prng) {
        const leader = cluster.running.find(({ view }) => view.active && view.state === 'leading');
        if (leader === undefined) return () => undefined;
        const { id } = leader;
        const others = cluster.everybody.filter((other) => other !== id);
        for (const other of others) cluster.network.stall(id, other);
        let isOver = false;
        let isCut = false;
        cluster.scheduler.after(prng.between(20_000, 90_000), () => {
          if (isOver) return;
          cluster.crash(id);
          for (const other of others) cluster.cut(id, other);
          isCut = true;
        });
        cluster.scheduler.after(prng.between(120_000, 200_000), () => {
          if (isOver) return;
          cluster.start(id);
          for (const client of clients) client.disconnect('at once');
        });
        return () => {
          isOver = true;
          for (const other of others) cluster.network.resume(id, other);
          if (isCut) for (const other of others) cluster.mend(id, other);
          cluster.start(id);
        };
      },
    },
    {
      name: 'client leaves as the leader crashes',
      weight: 4,
      lastsMs: [0, 500],
      inject(cluster, prng) {
        const leader = cluster.running.find(({ view }) => view.active && view.state === 'leading');
        if (leader === undefined) return () => undefined;
        prng.pick(clients).disconnect(prng.pick(['at once', 'late']));
        let isOver = false;
        cluster.scheduler.after(prng.between(0, 30_000), () => {
          if (!isOver) cluster.crash(leader.id);
        });
        return () => {
          isOver = true;
          cluster.start(leader.id);
        };
      },
    },
  ];
}
