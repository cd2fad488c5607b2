import { Summary } from '../../../../../core/server/summary.ts';
import { formatFamily, summarySamples } from '../../../../../runtime/admin/metrics/family.ts';
import { parsePrometheusText } from '../../../../support/prometheus-text.ts';
import { assert, suite } from '../../../../support/suite.ts';

const formatting = suite('admin/metrics/family');

formatting('labels and help with awkward characters survive', () => {
  const text = formatFamily({
    name: 'threadkeeper_pipeline_handled_total',
    help: 'Events\nhandled \\o/',
    type: 'counter',
    samples: [{ labels: { pipeline: 'a"b\\c\nd', topic: 't' }, value: 1e21 }],
  });
  const family = parsePrometheusText(text).get('threadkeeper_pipeline_handled_total');
  assert.is(family?.help, 'Events\\nhandled \\\\o/');
  assert.equal(
    [...(family?.samples ?? [])],
    [['threadkeeper_pipeline_handled_total{pipeline="a\\"b\\\\c\\nd",topic="t"}', 1e21]],
  );
});

formatting('a summary has quantiles, sum and count; without measurements the quantiles are no numbers', () => {
  const summary = new Summary();
  const read = () => {
    const text = formatFamily({ name: 'fsynctime', help: 'h', type: 'summary', samples: summarySamples(summary) });
    return parsePrometheusText(text).get('fsynctime')?.samples;
  };
  assert.ok(Number.isNaN(read()?.get('fsynctime{quantile="0.5"}')));
  for (const value of [1, 2, 3]) summary.record(value);
  const samples = read();
  assert.equal(
    ['fsynctime{quantile="0.5"}', 'fsynctime{quantile="0.99"}', 'fsynctime_sum', 'fsynctime_count'].map((name) =>
      samples?.get(name),
    ),
    [2, 3, 6, 3],
  );
});

formatting.run();
