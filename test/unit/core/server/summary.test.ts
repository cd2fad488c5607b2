import { Summary } from '../../../../core/server/summary.ts';
import { assert, suite } from '../../../support/suite.ts';

const summing = suite('server/summary');

function summaryOf(values: readonly number[]): Summary {
  const summary = new Summary();
  for (const value of values) summary.record(value);
  return summary;
}

summing('without measurements everything is 0', () => {
  const { count, sum, min, max, average } = new Summary();
  assert.equal([count, sum, min, max, average, new Summary().quantile(0.99)], [0, 0, 0, 0, 0, 0]);
});

summing('count, sum, least, greatest and average are exact', () => {
  const { count, sum, min, max, average } = summaryOf([7, 3, 1000, 2]);
  assert.equal([count, sum, min, max, average], [4, 1012, 2, 1000, 253]);
});

summing('a quantile is never below the true one and at most an eighth above, over the whole range', () => {
  for (const scale of [1, 10, 1000, 100_000, 2_000_000]) {
    const values = Array.from({ length: 999 }, (_, index) => (index + 1) * scale);
    const summary = summaryOf(values);
    for (const share of [0, 0.001, 0.5, 0.95, 0.99, 0.999, 1]) {
      const exact = values[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
      const told = summary.quantile(share);
      assert.ok(told >= exact && told <= exact * 1.125, `${share} of ${scale}: ${told} for ${exact}`);
    }
  }
});

summing('small values are told exactly, and what is too large for 31 bits counts as that', () => {
  const summary = summaryOf([0, 0, 5, 15]);
  assert.equal([summary.quantile(0.5), summary.quantile(0.75), summary.quantile(1)], [0, 5, 15]);
  assert.is(summaryOf([2 ** 40]).quantile(0.5), 2 ** 31 - 1);
});

summing('a reset forgets all of it', () => {
  const summary = summaryOf([5, 6]);
  summary.reset();
  summary.record(9);
  assert.equal([summary.count, summary.min, summary.max, summary.quantile(0.5)], [1, 9, 9, 9]);
});

summing.run();
