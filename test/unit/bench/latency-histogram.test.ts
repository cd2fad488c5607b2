import { LatencyHistogram } from '../../bench/load/latency-histogram.ts';
import { assert, suite } from '../../support/suite.ts';

const histogram = suite('bench/latency-histogram');

histogram('gives every percentile within 1.6 % of the sorted list, over seven decades', () => {
  const under = new LatencyHistogram();
  const all: number[] = [];
  for (let step = 0; step < 20_000; step++) {
    const ms = 0.001 * 10 ** ((step * 7) / 20_000); // 1 microsecond to 10 seconds
    all.push(ms);
    under.add(ms);
  }
  for (const share of [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
    const exact = all[Math.ceil(share * all.length) - 1] ?? 0;
    const allowed = exact * 0.016 + 0.001; // and the microsecond that is the smallest unit
    assert.ok(
      Math.abs(under.percentileMs(share) - exact) <= allowed,
      `p${share * 100}: ${under.percentileMs(share)} for ${exact}`,
    );
  }
});

histogram('never shows a percentile above the largest value', () => {
  const under = new LatencyHistogram();
  under.add(1000.5);
  assert.is(under.percentileMs(0.99), 1000.5);
  assert.is(under.maxMs, 1000.5);
});

histogram('says 0 when nothing was counted', () => {
  assert.is(new LatencyHistogram().percentileMs(0.5), 0);
});

histogram.run();
