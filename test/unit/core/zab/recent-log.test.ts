import type { LogEntry } from '../../../../core/zab/peer.ts';
import { RecentLog } from '../../../../core/zab/recent-log.ts';
import { ZXID_ZERO, type Zxid } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';
import { zxid } from './driver.ts';

const recentLog = suite('zab/recent-log');

const GENEROUS = { count: 500, bytes: 1_000_000 };

function entry(text: string, size = 1): LogEntry {
  return { zxid: zxid(text), entry: Buffer.alloc(size) };
}

function list(log: RecentLog, after = '0:0', limit = '9:9'): string[] {
  return [...log.between(zxid(after), zxid(limit))].map(
    (found) => `${Math.floor(found.zxid / 2 ** 32)}:${found.zxid % 2 ** 32}`,
  );
}

recentLog('begins before its first entry where that one’s predecessor is known, else with it', () => {
  assert.is(new RecentLog([entry('1:3'), entry('1:4')], zxid('1:4'), GENEROUS).baseZxid, zxid('1:2'));
  assert.is(new RecentLog([entry('2:1'), entry('2:2')], zxid('2:2'), GENEROUS).baseZxid, zxid('2:1'));
  assert.is(new RecentLog([], zxid('2:2'), GENEROUS).baseZxid, zxid('2:2'));
});

recentLog('refuses a tail that does not end where the log ends', () => {
  assert.throws(() => new RecentLog([entry('1:3')], zxid('1:4'), GENEROUS), /ends where the log ends/);
});

recentLog('drops the oldest beyond its count, but only what is committed', () => {
  const log = new RecentLog([], ZXID_ZERO, { count: 2, bytes: 1000 });
  for (const text of ['1:1', '1:2', '1:3', '1:4']) log.append(zxid(text), Buffer.alloc(1));
  log.trim(zxid('1:1'));
  assert.equal(list(log), ['1:2', '1:3', '1:4']);
  log.trim(zxid('1:4'));
  assert.equal(list(log), ['1:3', '1:4']);
  assert.is(log.baseZxid, zxid('1:2'));
});

recentLog('drops the oldest beyond its bytes', () => {
  const log = new RecentLog([], ZXID_ZERO, { count: 500, bytes: 25 });
  for (const text of ['1:1', '1:2', '1:3']) log.append(zxid(text), Buffer.alloc(10));
  log.trim(zxid('1:3'));
  assert.equal(list(log), ['1:2', '1:3']);
});

recentLog('a cut below what is in memory leaves nothing but the zxid of the cut', () => {
  const log = new RecentLog([entry('1:3'), entry('1:4')], zxid('1:4'), GENEROUS);
  log.truncateAfter(zxid('1:1'));
  assert.is(log.lastZxid, zxid('1:1'));
  assert.is(log.length, 0);
});

// Against a plain array, for every cut and every look-up.
recentLog('finds, cuts and lists as a plain list would', () => {
  const texts = ['1:2', '1:3', '3:1', '3:2', '4:1'];
  const asked = ['1:1', '1:2', '1:3', '1:9', '2:0', '3:1', '3:2', '3:7', '4:1', '5:1'];
  for (const cut of ['9:9', ...texts]) {
    const log = new RecentLog(
      texts.map((text) => entry(text)),
      zxid('4:1'),
      GENEROUS,
    );
    log.truncateAfter(zxid(cut));
    const left = texts.map(zxid).filter((found) => found <= zxid(cut));
    assert.is(log.lastZxid, left.at(-1));
    for (const text of asked) {
      const at = zxid(text);
      const held: readonly Zxid[] = [zxid('1:1'), ...left];
      assert.is(log.holds(at), held.includes(at), `holds ${text} after a cut at ${cut}`);
      assert.is(
        log.floor(at),
        held.findLast((found) => found <= at),
        `floor of ${text} after a cut at ${cut}`,
      );
      assert.equal(
        [...log.between(at, zxid('9:9'))].map((found) => found.zxid),
        left.filter((found) => found > at),
      );
    }
  }
});

recentLog.run();
