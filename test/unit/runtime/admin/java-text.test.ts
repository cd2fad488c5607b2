import { makeSessionId } from '../../../../core/ids.ts';
import { formatDate, formatDouble, signedLong } from '../../../../runtime/admin/java-text.ts';
import { formatBuildDate, serverVersion } from '../../../../runtime/admin/server-version.ts';
import { assert, suite } from '../../../support/suite.ts';

const formatting = suite('admin/java-text');

formatting('doubles have one to four digits behind the point', () => {
  assert.equal([0, 80 / 7, 64 / 3, 100, 0.00001].map(formatDouble), ['0.0', '11.4286', '21.3333', '100.0', '0.0']);
});

formatting('a date is that of Java, in UTC, its day with two digits', () => {
  assert.is(formatDate(Date.parse('2026-11-22T22:40:22Z')), 'Sun Nov 22 22:40:22 UTC 2026');
  assert.is(formatDate(Date.parse('2026-01-02T03:04:05Z')), 'Fri Jan 02 03:04:05 UTC 2026');
});

formatting('a session id in JSON is a signed number of 64 bits, to the last of them', () => {
  assert.is(signedLong(makeSessionId(0x010000ce, 0x87b20000)), 0x010000ce87b20000n);
  assert.is(signedLong(makeSessionId(-1, -2)), -2n);
});

formatting('the version satisfies the parsers that are known to look at it', () => {
  const version = serverVersion();
  // kazoo, and whoever compares numbers.
  assert.match(version, /^3\.9\.\d+-threadkeeper-\d+\.\d+\.\d+/);
  // go-zookeeper's expression for srvr.
  assert.match(
    `Zookeeper version: ${version}`,
    /^Zookeeper version: ([A-Za-z0-9.-]+), built on (\d\d\/\d\d\/\d\d\d\d \d\d:\d\d [A-Za-z0-9:+-]+)$/,
  );
  assert.is(formatBuildDate(Date.parse('2026-01-02T03:04:05Z')), '01/02/2026 03:04 UTC');
});

formatting.run();
