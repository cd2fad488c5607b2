import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { scanLog } from '../../core/jute/txn-log.ts';
import {
  EpochFileError,
  ForeignFileError,
  isDamage,
  LogCorruptionError,
  SnapshotUnusableError,
} from '../../runtime/storage/errors.ts';
import { nodeFileSystem } from '../../runtime/storage/file-system.ts';
import { recoverDirectory } from '../../runtime/storage/recovery.ts';
import { inOnePlace } from '../../runtime/storage/replica-place.ts';
import { ReplicaDirectory, TestReplica } from '../support/storage.ts';
import { assert, suite } from '../support/suite.ts';

const torn = suite('faults/storage: what a crash or a bad disk leaves of a log', { timeoutMs: 30_000 });
let directory = new ReplicaDirectory();
torn.before.each(() => {
  directory.remove();
  directory = new ReplicaDirectory();
});
torn.after(() => directory.remove());

/** Three runs of a replica: log.1 with 1 … 5, log.6 with 6 … 10, log.b with 11 … 15. */
async function threeLogs(): Promise<void> {
  for (const last of [5, 10, 15]) {
    const replica = new TestReplica(directory);
    await replica.log(replica.state.lastZxid + 1, last);
    await replica.storage.close();
  }
}

function recover() {
  return recoverDirectory(nodeFileSystem, inOnePlace(directory.version2));
}

function lastRecord(bytes: Buffer): number {
  return scanLog(bytes, 1 << 20).records.at(-1)?.offset ?? -1;
}

torn('a last record cut off or left zero from any byte on is dropped, and the next one takes its place', async () => {
  await threeLogs();
  const whole = directory.read('log.b');
  const start = lastRecord(whole);
  for (let cut = start; cut < whole.length; cut++) {
    const padded = Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut + 300)]);
    for (const bytes of [whole.subarray(0, cut), padded]) {
      directory.write('log.b', bytes);
      const state = recover();
      assert.is(state.lastZxid, 14, `cut at ${cut}`);
      assert.is(directory.read('log.b').length, start, 'the torn bytes are gone from the disk');
    }
  }
  const replica = new TestReplica(directory);
  await replica.log(15, 16);
  await replica.storage.close();
  assert.is(recover().lastZxid, 16);
});

torn('garbage behind the last record is dropped, whatever it is', async () => {
  await threeLogs();
  const whole = directory.read('log.b');
  let seed = 7;
  for (let round = 0; round < 200; round++) {
    const garbage = Buffer.alloc(1 + ((round * 37) % 2000));
    for (let index = 0; index < garbage.length; index++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      garbage[index] = seed >>> 24;
    }
    directory.write('log.b', Buffer.concat([whole, garbage]));
    const state = recover();
    assert.is(state.lastZxid, 15);
    assert.is(directory.read('log.b').length, whole.length);
  }
});

torn('a flipped byte anywhere in any log is refused, and nothing is changed', async () => {
  await threeLogs();
  for (const name of ['log.1', 'log.6', 'log.b']) {
    const whole = directory.read(name);
    for (let at = 16; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      directory.write(name, damaged);
      const error = assert.throws(recover, LogCorruptionError);
      assert.ok(isDamage(error) && error instanceof LogCorruptionError && error.path.endsWith(name));
      assert.ok(directory.read(name).equals(damaged));
    }
    directory.write(name, whole);
  }
});

torn('a log file that is missing between others is noticed', async () => {
  await threeLogs();
  unlinkSync(directory.file('log.6'));
  const error = assert.throws(recover, LogCorruptionError);
  assert.match(String(error), 'txn 0xb follows 0x5: records between them are missing');
});

torn('an older log cut short is noticed when newer ones follow', async () => {
  await threeLogs();
  const whole = directory.read('log.6');
  directory.write('log.6', whole.subarray(0, lastRecord(whole)));
  assert.throws(recover, LogCorruptionError);
});

torn('a newest log that is empty, partly a header, all zeros or a header only is no harm', async () => {
  await threeLogs();
  const header = directory.read('log.b').subarray(0, 16);
  for (const bytes of [Buffer.alloc(0), header.subarray(0, 9), Buffer.alloc(4096), header]) {
    directory.write('log.10', bytes);
    assert.is(recover().lastZxid, 15);
    const replica = new TestReplica(directory);
    await replica.log(16);
    await replica.storage.close();
    assert.is(recover().lastZxid, 16);
  }
});

torn('a log with a foreign header is refused', async () => {
  await threeLogs();
  directory.write('log.b', 'this is no log at all, but somebody named it so');
  assert.throws(recover, ForeignFileError);
});

torn('logs without any snapshot are refused', async () => {
  await threeLogs();
  unlinkSync(directory.file('snapshot.0'));
  assert.throws(recover, SnapshotUnusableError);
});

torn('a damaged newest snapshot is passed over when the log reaches back far enough', async () => {
  await threeLogs();
  directory.write(
    'snapshot.c',
    Buffer.concat([directory.read('snapshot.0').subarray(0, 300), Buffer.from('000000012f', 'hex')]),
  );
  directory.write('snapshot.e', 'ZKSN');
  const state = recover();
  assert.is(state.lastZxid, 15);
  assert.equal(state.report.skippedSnapshots, ['snapshot.e', 'snapshot.c']);
});

torn('a damaged newest snapshot is fatal when the log does not reach as far as it did', async () => {
  await threeLogs();
  directory.write('snapshot.20', directory.read('snapshot.0').subarray(0, 300));
  assert.match(String(assert.throws(recover, SnapshotUnusableError)), 'the log ends at 0xf, but had reached 0x20');
});

torn('an installation that a crash interrupted is finished, before and after the old files went', async () => {
  await threeLogs();
  const tree = directory.read('snapshot.0');
  writeFileSync(directory.file('install.3'), tree);
  assert.is(recover().lastZxid, 3);
  assert.equal(readdirSync(directory.version2), ['snapshot.3']);
  unlinkSync(directory.file('snapshot.3'));
  writeFileSync(directory.file('install.4'), tree);
  assert.is(recover().lastZxid, 4);
});

torn('a snapshot that a crash interrupted is removed', async () => {
  await threeLogs();
  directory.write('snapshot.f.tmp', 'ZKSN and not much more');
  directory.write('install.f.tmp', 'ZKSN and not much more');
  assert.is(recover().lastZxid, 15);
  assert.not.ok(readdirSync(directory.version2).some((name) => name.endsWith('.tmp')));
});

torn(
  'epoch files: missing ones follow the log, an interrupted update is completed, contradictions are refused',
  async () => {
    const replica = new TestReplica(directory);
    await replica.log(2 * 2 ** 32 + 1, 2 * 2 ** 32 + 2);
    await replica.storage.close();
    assert.equal([recover().acceptedEpoch, recover().currentEpoch], [2, 2]);
    directory.write('acceptedEpoch', '5');
    directory.write('currentEpoch', '1\n');
    assert.equal([recover().acceptedEpoch, recover().currentEpoch], [5, 2]);
    assert.is(directory.read('currentEpoch').toString(), '2');
    directory.write('acceptedEpoch', '1');
    assert.throws(recover, EpochFileError);
    directory.write('acceptedEpoch', 'seven');
    assert.throws(recover, EpochFileError);
  },
);

torn.run();
