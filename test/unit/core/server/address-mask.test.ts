import { isValidAddressMask, matchesAddress } from '../../../../core/server/address-mask.ts';
import { assert, suite } from '../../../support/suite.ts';

const masks = suite('server/address-mask');

masks('an address without a prefix length matches itself only', () => {
  assert.ok(matchesAddress('10.1.2.3', '10.1.2.3'));
  assert.not.ok(matchesAddress('10.1.2.3', '10.1.2.4'));
});

masks('a prefix length frees the bits behind it', () => {
  assert.ok(matchesAddress('10.1.0.0/16', '10.1.255.7'));
  assert.not.ok(matchesAddress('10.1.0.0/16', '10.2.0.1'));
  assert.ok(matchesAddress('192.168.7.9/0', '8.8.8.8'));
  assert.ok(matchesAddress('255.255.255.255/1', '128.0.0.1'));
});

masks('what is no IPv4 mask is refused', () => {
  for (const mask of [
    '',
    '10.1.2',
    '10.1.2.3.4',
    '10.1.2.256',
    '10.1.2.3/33',
    '10.1.2.3/',
    '10.1.2.3/1/2',
    'a.b.c.d',
  ]) {
    assert.not.ok(isValidAddressMask(mask), mask);
  }
});

masks.run();
