import { addUsage, formatUsage, parseLimits } from '../../../../core/tree/quota-text.ts';
import { assert, suite } from '../../../support/suite.ts';

const quotaText = suite('tree/quota-text');

const NONE = { count: -1, bytes: -1, countHardLimit: -1, byteHardLimit: -1 };

quotaText('reads soft limits, hard limits, and what is missing as -1', () => {
  assert.equal(parseLimits('count=5,bytes=-1'), { ...NONE, count: 5 });
  assert.equal(parseLimits('count=4,bytes=5=;byteHardLimit=10;countHardLimit=11'), {
    count: 4,
    bytes: 5,
    countHardLimit: 11,
    byteHardLimit: 10,
  });
  assert.equal(parseLimits(''), NONE);
  assert.equal(parseLimits(',;,bytes=7;;'), { ...NONE, bytes: 7 });
});

quotaText('what is no number counts as unset: any client may write it', () => {
  for (const text of ['count=,bytes', 'count=many', 'count=1e3', '=5', 'count= 5']) {
    assert.equal(parseLimits(text), NONE, text);
  }
});

quotaText('usage moves by differences, and what else stands in the text stays, in order', () => {
  assert.is(formatUsage({ count: 3, bytes: 12 }), 'count=3,bytes=12');
  assert.is(addUsage('count=3,bytes=12', { count: -1, bytes: 30 }), 'count=2,bytes=42');
  assert.is(addUsage('', { count: 1, bytes: 0 }), 'count=0,bytes=-1');
  assert.is(addUsage('zebra=1;count=1,ape=,bytes=2', { count: 1, bytes: 1 }), 'count=2,bytes=3=;ape=-1;zebra=1');
});

quotaText.run();
