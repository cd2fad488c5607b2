/** All metrics as `mntr` and `monitor` name them: one line or member each, a summary as several (zookeeper-facts 11.2). */

import type { Summary } from '../../../core/server/summary.ts';
import { type Json, JsonDouble } from '../json.ts';
import type { ReplicaView } from '../replica-view.ts';
import { COUNTED_METRICS } from './counted-metrics.ts';
import type { Metric } from './metric.ts';
import { STATE_METRICS } from './state-metrics.ts';

const METRICS: readonly Metric[] = [...STATE_METRICS, ...COUNTED_METRICS];

const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

/** Names without `zk_`, in order. */
export function* monitorEntries(view: ReplicaView): Generator<readonly [name: string, value: Json], void, undefined> {
  for (const metric of METRICS) {
    switch (metric.kind) {
      case 'summary':
        yield* summaryEntries(metric.name, metric.read(view), []);
        break;
      case 'detailed':
        yield* summaryEntries(metric.name, metric.read(view), QUANTILES);
        break;
      case 'double': {
        const value = metric.read(view);
        if (value !== null) yield [metric.name, new JsonDouble(value)];
        break;
      }
      default: {
        const value = metric.read(view);
        if (value !== null) yield [metric.name, value];
      }
    }
  }
}

function* summaryEntries(
  name: string,
  summary: Summary,
  quantiles: readonly (readonly [name: string, share: number])[],
): Generator<readonly [name: string, value: Json], void, undefined> {
  yield [`avg_${name}`, new JsonDouble(summary.average)];
  yield [`min_${name}`, summary.min];
  yield [`max_${name}`, summary.max];
  yield [`cnt_${name}`, summary.count];
  yield [`sum_${name}`, summary.sum];
  for (const [quantile, share] of quantiles) yield [`${quantile}_${name}`, summary.quantile(share)];
}
