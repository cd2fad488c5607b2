/** A replica as its admin side sees it, without a thread around it: for tests of what is told. */
import type { PeerId } from '../../core/ids.ts';
import type { Replica } from '../../core/server/replica.ts';
import type { ReplicaView } from '../../runtime/admin/replica-view.ts';
import { ENSEMBLE_DEFAULTS } from '../../runtime/config/defaults.ts';
import { ReplicaMeters } from '../../runtime/replica/replica-meters.ts';
import { readAuthSettings } from '../../runtime/security/auth-settings.ts';

export function replicaViewOf(
  replica: Replica,
  options: Partial<ReplicaView> & { readonly voters: readonly PeerId[] },
): ReplicaView {
  return {
    id: replica.id,
    observers: [],
    host: '127.0.0.1',
    settings: {
      ...ENSEMBLE_DEFAULTS,
      initLimitMs: 20_000,
      minSessionTimeoutMs: 4000,
      maxSessionTimeoutMs: 40_000,
      auth: readAuthSettings(ENSEMBLE_DEFAULTS),
      tls: null,
    },
    ports: { client: 2181, secureClient: null, admin: null, metrics: null },
    history: null,
    replica,
    meters: new ReplicaMeters(),
    storageProblem: null,
    clock: { nowMs: replica.statistics.nowMs, wallMs: 0 },
    loop: { utilization: () => ({ active: 0, idle: 0 }), delay: null },
    connections: () => [],
    links: () => [],
    takeSnapshot: () => Promise.reject(new Error('there is no disk')),
    askRuntime: () => Promise.resolve(null),
    ...options,
  };
}
