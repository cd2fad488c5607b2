import { EnsembleError, errorFromZkCode } from '../../../../../core/errors.ts';
import { makeSessionId } from '../../../../../core/ids.ts';
import { CommandError, describeFailure } from '../../../../../runtime/cli/shell/command-error.ts';
import {
  formatAcl,
  formatHexDump,
  formatList,
  formatStat,
  formatWatchedEvent,
} from '../../../../../runtime/cli/shell/output.ts';
import { makeStat } from '../../../../support/scripted-servers.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('cli/output');

t('a Stat is eleven lines, with dates as Java prints them', () => {
  const block = formatStat(
    makeStat({ czxid: 0x100000002, mzxid: 10, pzxid: 255, version: 3, ephemeralOwner: makeSessionId(-1, 5), ctime: 0 }),
  );
  const lines = block.split('\n');
  assert.is(lines.length, 11);
  assert.is(lines[0], 'cZxid = 0x100000002');
  assert.match(lines[1] ?? '', /^ctime = [A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{2}:00:00 \S+ (1969|1970)$/);
  assert.is(lines[2], 'mZxid = 0xa');
  assert.is(lines[4], 'pZxid = 0xff');
  assert.is(lines[6], 'dataVersion = 3');
  assert.is(lines[8], 'ephemeralOwner = 0xffffffff00000005');
});

t('lists, ACLs and watch events read as zkCli prints them', () => {
  assert.is(formatList(['a', 'b']), '[a, b]');
  assert.is(formatList([]), '[]');
  const acl = [
    { perms: 31, scheme: 'world', id: 'anyone' },
    { perms: 5, scheme: 'digest', id: 'u:x' },
  ];
  assert.is(formatAcl(acl), "'world,'anyone\n: cdrwa\n'digest,'u:x\n: cr");
  assert.is(
    formatWatchedEvent({ type: 'nodeDataChanged', path: '/a', zxid: 12 }),
    '\nWATCHER::\n\nWatchedEvent state:SyncConnected type:NodeDataChanged path:/a zxid: 12',
  );
});

t('a hex dump shows sixteen bytes a line', () => {
  const lines = formatHexDump(Buffer.from('0123456789abcdef\nxy')).split('\n');
  assert.is(lines[3], '|00000000| 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 |0123456789abcdef|');
  assert.is(lines[4], '|00000010| 0a 78 79                                        |.xy             |');
  assert.is(new Set(lines.slice(2).map((line) => line.length)).size, 1);
});

t("failures read in zkCli's words, and others as its exceptions", () => {
  const texts: readonly [number, string][] = [
    [-101, 'Node does not exist: /p'],
    [-110, 'Node already exists: /p'],
    [-111, 'Node not empty: /p'],
    [-108, 'Ephemerals cannot have children: /p'],
    [-102, 'Insufficient permission : /p'],
    [-114, 'Acl is not valid : /p'],
    [-8, 'Arguments are not valid : /p'],
    [-103, 'version No is not valid : /p'],
    [-125, 'Quota has exceeded : /p'],
    [-119, 'Not a read-only call: /p'],
    [-4, 'KeeperErrorCode = ConnectionLoss for /p'],
    [-6, 'KeeperErrorCode = Unimplemented for /p'],
    [-112, 'KeeperErrorCode = Session expired for /p'],
    [-115, 'KeeperErrorCode = AuthFailed for /p'],
    [-121, 'KeeperErrorCode = No such watcher for /p'],
    [-123, 'KeeperErrorCode = Reconfig is disabled for /p'],
    [-14, 'Another reconfiguration is in progress -- concurrent reconfigs not supported (yet)'],
  ];
  for (const [zkCode, text] of texts) {
    assert.equal(describeFailure(errorFromZkCode(zkCode, '/p')), { message: text, shown: text, exitCode: 1 });
  }
});

t('a malformed path is told as such', () => {
  assert.is(describeFailure(new EnsembleError('BAD_ARGUMENTS', 'a')).message, 'Path must start with / character');
});

t('an error that is no outcome is not swallowed', () => {
  assert.throws(() => describeFailure(new TypeError('bug')), TypeError);
  assert.is(describeFailure(new CommandError('usage', { exitCode: 127 })).exitCode, 127);
});

t.run();
