/**
 * What a metric is: a name, what it means, and how it is read off a replica. The same table serves `mntr`, the
 * AdminServer's `monitor` and Prometheus (ZooKeeper's MetricsProvider).
 */

import type { Summary } from '../../../core/server/summary.ts';
import type { ReplicaView } from '../replica-view.ts';

interface Named {
  /** As in ZooKeeper, without `zk_`. */
  readonly name: string;
  readonly help: string;
}

/** `null`: it has no meaning in the replica's present role, and is left out. */
export type Metric = Named &
  (
    | { readonly kind: 'text'; readonly read: (view: ReplicaView) => string | null }
    /** `double`: shows a point even where it is whole. */
    | { readonly kind: 'gauge' | 'double'; readonly read: (view: ReplicaView) => number | null }
    | { readonly kind: 'counter'; readonly read: (view: ReplicaView) => number | null }
    /** `detailed`: monitors are told quantiles as well. */
    | { readonly kind: 'summary' | 'detailed'; readonly read: (view: ReplicaView) => Summary }
  );
