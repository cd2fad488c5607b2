import { ConfigError } from '../../../../core/errors.ts';
import { formatServer, parseConnectString } from '../../../../runtime/client/connect-string.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/connect-string');

t('servers are separated by commas, and the port may be left out', () => {
  assert.equal(parseConnectString('a:1, b ,c:65535'), {
    servers: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2181 },
      { host: 'c', port: 65_535 },
    ],
    chroot: '',
  });
});

t('the chroot follows the last server; the root is none', () => {
  assert.is(parseConnectString('a,b:1/app/x').chroot, '/app/x');
  assert.is(parseConnectString('a/').chroot, '');
});

t('an IPv6 address stands in brackets, and is printed so', () => {
  const { servers } = parseConnectString('[::1]:2182,[fe80::1]');
  assert.equal(servers, [
    { host: '::1', port: 2182 },
    { host: 'fe80::1', port: 2181 },
  ]);
  assert.equal(servers.map(formatServer), ['[::1]:2182', '[fe80::1]:2181']);
});

t('anything else is refused by name', () => {
  for (const text of ['', 'a,', 'a:0', 'a:65536', 'a:x', 'a:1:2', '::1', 'a b', 'a/x/', 'a/x//y', '/x']) {
    const error = assert.throws(() => parseConnectString(text), ConfigError, `"${text}"`);
    assert.match(String(error), 'connect string');
  }
});

t.run();
