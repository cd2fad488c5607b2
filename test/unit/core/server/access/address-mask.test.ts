import { hostAddress, isValidAddressMask, matchesAddress } from '../../../../../core/server/access/address-mask.ts';
import { assert, suite } from '../../../../support/suite.ts';

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

masks('IPv6 addresses match in whatever form they are written, and never IPv4 ones', () => {
  assert.ok(matchesAddress('2001:db8::1', '2001:DB8:0:0:0:0:0:1'));
  assert.ok(matchesAddress('2001:db8::/33', '2001:db8:7fff::5'));
  assert.not.ok(matchesAddress('2001:db8::/33', '2001:db8:8000::5'));
  assert.ok(matchesAddress('::/0', '::1'));
  assert.not.ok(matchesAddress('::/0', '10.1.2.3'));
  assert.not.ok(matchesAddress('0.0.0.0/0', '::1'));
});

masks('numbers are read as Java reads them', () => {
  assert.ok(matchesAddress('010.+1.002.3/+8', '10.9.9.9'));
  assert.ok(matchesAddress('1::-1', '1::ffff'));
});

masks('an address is shown in the form of Java', () => {
  assert.is(hostAddress('10.1.2.3'), '10.1.2.3');
  assert.is(hostAddress('::1'), '0:0:0:0:0:0:0:1');
  assert.is(hostAddress('fe80::a:0b%eth0'), 'fe80:0:0:0:0:0:a:b');
  assert.is(hostAddress(''), '');
});

masks('what is no IPv6 mask is refused', () => {
  for (const mask of [
    ':',
    ':::',
    '1:2',
    '1::2::3',
    '::12345',
    '::g',
    '::/129',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:7::8',
    '::1%eth0',
  ]) {
    assert.not.ok(isValidAddressMask(mask), mask);
  }
});

masks('what is no IPv4 mask is refused', () => {
  for (const mask of [
    '',
    '10.1.2',
    '10.1.2.3.4',
    '10.1.2.256',
    '10.1.2.3/33',
    '10.1.2.3/-1',
    '10.1.2.',
    '10.1.2.3.',
    '10.1.2.3/',
    '10.1.2.3/1/2',
    'a.b.c.d',
  ]) {
    assert.not.ok(isValidAddressMask(mask), mask);
  }
});

masks.run();
