/** The page that Prometheus scrapes: ZooKeeper's metrics under its names without `zk_`, then ours. */

import type { ReplicaView } from '../replica-view.ts';
import { COUNTED_METRICS } from './counted-metrics.ts';
import { type Family, formatFamily, summarySamples } from './family.ts';
import type { Metric } from './metric.ts';
import { ownFamilies } from './own-families.ts';
import type { RuntimeReport } from './runtime-report.ts';
import { STATE_METRICS } from './state-metrics.ts';

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** @param runtime  what the main thread said; null: it did not answer */
export function* prometheusText(view: ReplicaView, runtime: RuntimeReport | null): Generator<string, void, undefined> {
  for (const metric of [...STATE_METRICS, ...COUNTED_METRICS]) {
    const family = familyOf(metric, view);
    if (family !== null) yield formatFamily(family);
  }
  for (const family of ownFamilies(view, runtime)) if (family.samples.length > 0) yield formatFamily(family);
}

/** Texts have no place there: roles and versions are labels of a metric of our own. */
function familyOf(metric: Metric, view: ReplicaView): Family | null {
  const { name, help } = metric;
  switch (metric.kind) {
    case 'text':
      return null;
    case 'summary':
    case 'detailed':
      return { name, help, type: 'summary', samples: summarySamples(metric.read(view)) };
    default: {
      const value = metric.read(view);
      const type = metric.kind === 'counter' ? 'counter' : 'gauge';
      return value === null ? null : { name, help, type, samples: [{ value }] };
    }
  }
}
