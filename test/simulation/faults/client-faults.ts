/** Faults of connections between clients and replicas, as a table beside that of the ensemble. */

import type { SimClient } from '../clients/sim-client.ts';
import type { Fault } from './fault.ts';

export function createClientFaults(clients: readonly SimClient[], maxTimeoutMs: number): readonly Fault[] {
  return [
    {
      name: 'client connection dropped',
      weight: 6,
      lastsMs: [0, 0],
      inject(_cluster, prng) {
        prng.pick(clients).disconnect(prng.pick(['in order', 'at once', 'late']), prng.skewed(0, 300));
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
      name: 'client leaves as the leader crashes',
      weight: 4,
      lastsMs: [0, 500],
      inject(cluster, prng) {
        const leader = cluster.running.find(({ view }) => view.active && view.state === 'leading');
        if (leader === undefined) return () => undefined;
        prng.pick(clients).disconnect(prng.pick(['at once', 'late']));
        cluster.scheduler.after(prng.between(0, 30_000), () => cluster.crash(leader.id));
        return () => cluster.start(leader.id);
      },
    },
  ];
}
