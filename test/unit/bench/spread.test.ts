import { markdownTable, showSpread, spreadOf } from '../../bench/spread.ts';
import { assert, suite } from '../../support/suite.ts';

const spread = suite('bench/spread');

spread('takes the middle of an odd and the mean of the two middles of an even number', () => {
  assert.is(spreadOf([3, 100, 1])?.median, 3);
  assert.is(spreadOf([4, 1, 100, 2])?.median, 3);
  assert.is(spreadOf([]), undefined);
});

spread('shows a single measurement without a spread, because there is none', () => {
  assert.is(showSpread(spreadOf([1234]), 1000), '1.23');
  assert.is(showSpread(spreadOf([1000, 3000, 2000]), 1000), '2.00 [1.00–3.00]');
  assert.is(showSpread(undefined), '–');
});

spread('makes a table that Markdown knows', () => {
  assert.is(
    markdownTable([
      ['', 'ours'],
      ['read', '1'],
    ]),
    '|  | ours |\n| --- | --: |\n| read | 1 |',
  );
});

spread.run();
