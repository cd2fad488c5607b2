import { appendRecord, LOG_HEADER_SIZE, LogScanner, scanLog, writeLogHeader } from '../../../../core/jute/txn-log.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { assert, suite } from '../../../support/suite.ts';
import { createEntries, createEntry } from '../../../support/txn-entries.ts';

const txnLog = suite('jute/txn-log');
const BATCH = 4 << 20;

/** The log that ZooKeeper 3.9.5 wrote for createSession, create, a failed multi, setData and closeSession. */
const GOLDEN = [
  '5a4b4c47 00000002 0000000000000000',
  '00000000b801097d 00000030 0100003f99b50000 00000000 0000000000000001 000001a204631852 fffffff6',
  '00002710 00000002 0000000051c6d660 42',
  '00000000bb840b9d 00000058 0100003f99b50000 00000002 0000000000000002 000001a2046318b8 00000001',
  '000000022f61 000000026869 00000001 0000001f 00000005776f726c64 00000006616e796f6e65 00 00000001',
  '00000002 00000000e5642b76 42',
  '00000000ab7815cd 0000005a 0100003f99b50000 00000003 0000000000000003 000001a2046318dc 0000000e',
  '00000003 0000000d 0000000a 000000022f61 00000001 ffffffff 00000004 ffffff9b ffffffff 00000004 fffffffe',
  '00000002 00000000e5642b76 42',
  '00000000b4420635 0000003b 0100003f99b50000 00000004 0000000000000004 000001a2046318e4 00000005',
  '000000022f61 0000000178 00000001 00000002 00000000619b0e7b 42',
  '00000000c1560923 00000030 0100003f99b50000 00000005 0000000000000005 000001a2046318ef fffffff5',
  '00000000 00000002 00000000619b0e7b 42',
];
const golden = Buffer.from(GOLDEN.join('').replaceAll(' ', ''), 'hex');

function logOf(entries: readonly Uint8Array[]): Buffer {
  const writer = new JuteWriter(1024);
  writeLogHeader(writer);
  for (const entry of entries) appendRecord(writer, entry);
  return Buffer.from(writer.copy());
}

function offsetOf(file: Buffer, index: number): number {
  const record = scanLog(file, BATCH).records[index];
  if (record === undefined) throw new Error(`no record ${index}`);
  return record.offset;
}

function verdictOf(file: Buffer): string {
  const { verdict, records } = scanLog(file, BATCH);
  return `${verdict} after ${records.length}`;
}

function zeroed(file: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.from(file);
  copy.fill(0, from, to);
  return copy;
}

function flipped(file: Buffer, at: number, mask = 0x10): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

txnLog('reads the log that ZooKeeper wrote, and writes the same bytes again', () => {
  const { records, verdict, end } = scanLog(golden, BATCH);
  assert.equal(
    records.map((record) => record.zxid),
    [1, 2, 3, 4, 5],
  );
  assert.is(verdict, 'clean');
  assert.is(end, golden.length);
  assert.ok(logOf(records.map((record) => record.entry)).equals(golden));
});

txnLog('ends cleanly at zeros, at the end of the file and behind the header', () => {
  assert.is(verdictOf(golden), 'clean after 5');
  assert.is(verdictOf(Buffer.concat([golden, Buffer.alloc(5000)])), 'clean after 5');
  assert.is(verdictOf(golden.subarray(0, LOG_HEADER_SIZE)), 'clean after 0');
  assert.is(verdictOf(Buffer.concat([golden.subarray(0, LOG_HEADER_SIZE), Buffer.alloc(100)])), 'clean after 0');
});

txnLog('refuses a file with another header', () => {
  assert.throws(() => scanLog(flipped(golden, 0), BATCH), RangeError);
  assert.throws(() => scanLog(golden.subarray(0, 15), BATCH), RangeError);
});

txnLog('gives the same entries however the file is cut into pieces', () => {
  for (const piece of [1, 7, 64, 1000]) {
    const scanner = new LogScanner(golden.length);
    const zxids: number[] = [];
    for (let at = LOG_HEADER_SIZE; at < golden.length; at += piece) {
      scanner.push(golden.subarray(at, at + piece));
      while (scanner.next() !== null) zxids.push(scanner.lastZxid);
    }
    assert.equal(zxids, [1, 2, 3, 4, 5]);
    assert.is(scanner.stop, 'end');
    assert.is(scanner.offset, golden.length);
  }
});

txnLog('takes a last record that was cut off at any byte for torn', () => {
  const last = offsetOf(golden, 4);
  for (let cut = last + 1; cut < golden.length; cut++) {
    // Cut before the first byte that is not 0, nothing of the record is left.
    const left = cut <= last + 4 ? 'clean' : 'torn';
    assert.is(verdictOf(golden.subarray(0, cut)), `${left} after 4`);
    assert.is(verdictOf(zeroed(golden, cut, golden.length)), `${left} after 4`, `zeros from ${cut}`);
  }
});

txnLog('never takes a flipped bit for a torn write, wherever it is in a record', () => {
  const file = Buffer.concat([golden, Buffer.alloc(600)]);
  for (let at = LOG_HEADER_SIZE; at < golden.length; at++) {
    for (const mask of [0x01, 0x80]) {
      const { verdict } = scanLog(flipped(file, at, mask), BATCH);
      assert.is(verdict, 'corrupt', `bit ${mask} of byte ${at}`);
    }
  }
});

txnLog('takes a record for torn when one of its sectors never landed, though its end did', () => {
  const file = logOf([createEntry(1), createEntry(2, 4000)]);
  const start = offsetOf(file, 1);
  for (let sector = 512; sector + 512 < file.length; sector += 512) {
    const torn = zeroed(file, Math.max(sector, start), sector + 512);
    assert.is(verdictOf(torn), 'torn after 1', `sector ${sector}`);
  }
});

txnLog('takes a batch for torn when an early sector never landed but later records did', () => {
  const file = logOf(createEntries(1, 40));
  const second = offsetOf(file, 3);
  const firstSectorEnd = 512;
  assert.is(verdictOf(zeroed(file, second, firstSectorEnd)), 'torn after 3');
  assert.is(verdictOf(zeroed(file, 1024, 2048)), `torn after ${countBelow(file, 1024)}`);
});

txnLog('refuses a hole that is no whole sector when records follow it', () => {
  const file = logOf(createEntries(1, 40));
  const hole = offsetOf(file, 20);
  assert.is(verdictOf(zeroed(file, hole, hole + 60)), 'corrupt after 20');
});

txnLog('refuses a hole when more follows than one batch can hold', () => {
  const file = logOf(createEntries(1, 40));
  const torn = zeroed(file, 512, 1024);
  assert.is(scanLog(torn, file.length).verdict, 'torn');
  assert.is(scanLog(torn, 1000).verdict, 'corrupt');
});

txnLog('takes garbage behind the last record for torn', () => {
  let seed = 1;
  for (let round = 0; round < 300; round++) {
    const garbage = Buffer.alloc(1 + (round % 97));
    for (let index = 0; index < garbage.length; index++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      garbage[index] = seed >>> 24 || 1;
    }
    assert.is(verdictOf(Buffer.concat([golden, garbage])), 'torn after 5');
  }
});

txnLog('refuses zxids that do not ascend, and entries that are no txns', () => {
  assert.is(verdictOf(logOf([createEntry(2), createEntry(2)])), 'corrupt after 1');
  assert.is(verdictOf(logOf([createEntry(2), createEntry(1)])), 'corrupt after 1');
  assert.is(verdictOf(logOf([createEntry(2), Buffer.from('no txn')])), 'corrupt after 1');
});

function countBelow(file: Buffer, limit: number): number {
  return scanLog(file, BATCH).records.filter((record) => record.offset + record.entry.length + 13 <= limit).length;
}

txnLog.run();
