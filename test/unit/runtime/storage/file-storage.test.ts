import { readdirSync, rmSync, statSync } from 'node:fs';
import { adler32 } from '../../../../core/jute/adler32.ts';
import { SnapshotWriter } from '../../../../core/tree/snapshot-writer.ts';
import { toEpoch, toZxid } from '../../../../core/zxid.ts';
import {
  LogFencedError,
  SnapshotUnusableError,
  StorageWriteError,
  TruncateImpossibleError,
} from '../../../../runtime/storage/errors.ts';
import type { RecoveredState, SnapshotSink } from '../../../../runtime/storage/replica-storage.ts';
import { faultyDisk, ReplicaDirectory, TestReplica } from '../../../support/storage.ts';
import { assert, suite } from '../../../support/suite.ts';

const storage = suite('storage/file-storage');
let directory = new ReplicaDirectory();
storage.before.each(() => {
  directory.remove();
  directory = new ReplicaDirectory();
});
storage.after(() => directory.remove());

function hasZnodes(state: RecoveredState, from: number, to: number): boolean {
  for (let zxid = from; zxid <= to; zxid++) if (state.tree.find(`/n${zxid}`) < 0) return false;
  return state.tree.find(`/n${to + 1}`) < 0;
}

function snapshot(replica: TestReplica, zxid: number): Promise<Error | null> {
  const state = replica.storage.recover();
  return writeTree(replica.storage.beginSnapshot(toZxid(zxid)), state);
}

function writeTree(sink: SnapshotSink, state: RecoveredState): Promise<Error | null> {
  const writer = new SnapshotWriter(state.tree, 'file');
  for (let part = writer.next(1000); part !== null; part = writer.next(1000)) sink.write(part);
  return new Promise((resolve) => sink.commit(resolve));
}

storage('starts a fresh directory at zxid 0 and writes nothing into it', () => {
  const { state } = new TestReplica(directory);
  assert.is(state.lastZxid, 0);
  assert.is(state.currentEpoch, 0);
  assert.is(state.acceptedEpoch, 0);
  assert.equal(readdirSync(directory.version2), []);
});

storage('puts the snapshot of an empty tree beneath the first log, byte for byte as ZooKeeper does', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1);
  await replica.storage.close();
  assert.equal(readdirSync(directory.version2).sort(), ['log.1', 'snapshot.0']);
  assert.is(directory.read('snapshot.0').length, 478);
});

storage('finds everything again that it reported durable, in the tree and among the recent entries', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1, 700);
  await replica.storage.close();
  const { state } = new TestReplica(directory);
  assert.is(state.lastZxid, 700);
  assert.ok(hasZnodes(state, 1, 700));
  assert.is(state.recent.length, 500);
  assert.is(state.recent[0]?.zxid, 201);
  assert.is(state.recent[499]?.zxid, 700);
  assert.is(state.report.replayedCount, 700);
});

storage('writes what was appended during a sync as one batch with one sync', async () => {
  const disk = faultyDisk();
  const replica = new TestReplica(directory, { fileSystem: disk.fileSystem });
  await replica.log(1);
  disk.calls.length = 0;
  replica.append(2);
  replica.storage.flush();
  for (let zxid = 3; zxid <= 50; zxid++) {
    replica.append(zxid);
    replica.storage.flush();
  }
  await replica.durableUpTo(50);
  assert.equal(disk.calls, ['write log.1', 'sync log.1', 'write log.1', 'sync log.1']);
  await replica.storage.close();
});

storage('begins a new file at every start, named by its first zxid', async () => {
  for (const zxid of [1, 2, 18]) {
    const replica = new TestReplica(directory);
    await replica.log(replica.state.lastZxid + 1, zxid);
    await replica.storage.close();
  }
  assert.equal(readdirSync(directory.version2).sort(), ['log.1', 'log.2', 'log.3', 'snapshot.0']);
  assert.is(new TestReplica(directory).state.lastZxid, 18);
});

storage('preallocates with zeros while a file is open and gives them back when it is closed', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1);
  assert.is(statSync(directory.file('log.1')).size, 64 << 10);
  await replica.storage.close();
  assert.ok(statSync(directory.file('log.1')).size < 200);
});

storage('splits what exceeds a batch, and a record larger than a batch goes alone', async () => {
  const replica = new TestReplica(directory);
  replica.append(1, 9, 900_000);
  replica.append(10, 10, 6_000_000);
  replica.storage.flush();
  await replica.durableUpTo(10);
  await replica.storage.close();
  assert.ok(hasZnodes(new TestReplica(directory).state, 1, 10));
});

storage('survives writes that the system takes in small pieces', async () => {
  const disk = faultyDisk();
  disk.faults.writeMax = 7;
  const replica = new TestReplica(directory, { fileSystem: disk.fileSystem });
  await replica.log(1, 20);
  await replica.storage.close();
  assert.ok(hasZnodes(new TestReplica(directory).state, 1, 20));
});

storage('keeps epochs, and they are there again after a restart', () => {
  const replica = new TestReplica(directory);
  replica.storage.saveAcceptedEpoch(toEpoch(7));
  replica.storage.saveCurrentEpoch(toEpoch(6));
  assert.is(directory.read('acceptedEpoch').toString(), '7');
  const { state } = new TestReplica(directory);
  assert.is(state.acceptedEpoch, 7);
  assert.is(state.currentEpoch, 6);
});

storage('cuts the log after a zxid, files and all, and goes on from there', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1, 10);
  await replica.storage.close();
  const second = new TestReplica(directory);
  second.append(11, 15);
  assert.is(await second.truncate(7), null);
  assert.is(second.durable, 15, 'what was appended before a truncation is written before it');
  assert.is(second.storage.recover().lastZxid, 7);
  await second.log(8, 9);
  await second.storage.close();
  const { state } = new TestReplica(directory);
  assert.is(state.lastZxid, 9);
  assert.equal(state.report.logs, ['log.1', 'log.8']);
});

storage('cuts to the zxid of a snapshot, and removes the snapshots that know more', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1, 10);
  assert.is(await snapshot(replica, 10), null);
  await replica.log(11, 12);
  assert.is(await replica.truncate(4), null);
  assert.equal(readdirSync(directory.version2).sort(), ['log.1', 'snapshot.0']);
  assert.is(replica.storage.recover().lastZxid, 4);
  await replica.storage.close();
});

storage('refuses to cut below its oldest snapshot and changes nothing', async () => {
  const replica = new TestReplica(directory, { settings: { autopurgeSnapRetainCount: 1 } });
  await replica.log(1, 10);
  assert.is(await snapshot(replica, 10), null);
  await replica.log(11, 12);
  assert.instance(await replica.truncate(4), TruncateImpossibleError);
  assert.is(replica.storage.recover().lastZxid, 12);
  await replica.storage.close();
});

storage('keeps the newest snapshots and the logs that the oldest of them needs', async () => {
  const replica = new TestReplica(directory, { settings: { autopurgeSnapRetainCount: 2 } });
  for (let round = 1; round <= 4; round++) {
    await replica.log(round * 10 - 9, round * 10);
    await snapshot(replica, round * 10);
  }
  await replica.log(41);
  await replica.storage.close();
  assert.equal(readdirSync(directory.version2).sort(), ['log.15', 'log.1f', 'log.29', 'snapshot.1e', 'snapshot.28']);
  assert.ok(hasZnodes(new TestReplica(directory).state, 1, 41));
});

storage('replaces everything by an installed snapshot, even a longer history of its own', async () => {
  const source = new ReplicaDirectory();
  const leader = new TestReplica(source);
  await leader.log(1, 5);
  const leaders = leader.storage.recover();
  const replica = new TestReplica(directory);
  await replica.log(1, 20);
  replica.append(21);
  assert.is(await writeTree(replica.storage.beginInstall(toZxid(5)), leaders), null);
  assert.equal(readdirSync(directory.version2), ['snapshot.5']);
  await replica.log(6);
  await replica.storage.close();
  await leader.storage.close();
  source.remove();
  const { state } = new TestReplica(directory);
  assert.is(state.lastZxid, 6);
  assert.ok(hasZnodes(state, 1, 6));
});

storage('aborts a snapshot in progress when the history is cut', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1, 3);
  const state = replica.storage.recover();
  const sink = replica.storage.beginSnapshot(toZxid(3));
  assert.is(await replica.truncate(2), null);
  assert.throws(() => sink.write(Buffer.from('late')), StorageWriteError);
  assert.instance(await new Promise((resolve) => sink.commit(resolve)), StorageWriteError);
  const other = replica.storage.beginSnapshot(toZxid(2));
  const written = writeTree(other, state);
  assert.is(await replica.truncate(1), null);
  assert.instance(await written, StorageWriteError);
  assert.equal(readdirSync(directory.version2).sort(), ['log.1', 'snapshot.0']);
  await replica.storage.close();
});

storage('begins a new log file once one has grown beyond its limit', async () => {
  const replica = new TestReplica(directory, { settings: { txnLogSizeLimitKiB: 1 } });
  for (let zxid = 1; zxid <= 30; zxid++) await replica.log(zxid, zxid, 100);
  await replica.storage.close();
  const logs = readdirSync(directory.version2).filter((name) => name.startsWith('log.'));
  assert.ok(logs.length >= 4, logs.join());
  for (const name of logs) assert.ok(statSync(directory.file(name)).size < 1500, name);
  assert.ok(hasZnodes(new TestReplica(directory).state, 1, 30));
});

storage('writes zeros ahead as far as it is told, or none', async () => {
  const replica = new TestReplica(directory, { settings: { preAllocKiB: 0 } });
  await replica.log(1, 3);
  const size = statSync(directory.file('log.1')).size;
  await replica.storage.close();
  assert.is(statSync(directory.file('log.1')).size, size);
  assert.ok(size < 1000);
});

storage('without forceSync nothing waits for the disk, and what is written is read back', async () => {
  const disk = faultyDisk();
  const replica = new TestReplica(directory, { fileSystem: disk.fileSystem, settings: { forceSync: false } });
  await replica.log(1, 10);
  assert.equal(
    disk.calls.filter((call) => call === 'sync log.1'),
    [],
  );
  await replica.storage.close();
  assert.is(new TestReplica(directory).state.lastZxid, 10);
});

storage(
  'removes nothing by itself where that is left to the clock or to nobody, and all that is old when asked',
  async () => {
    const replica = new TestReplica(directory, { settings: { autopurgeIntervalHours: 0 } });
    for (let round = 1; round <= 5; round++) {
      await replica.log(round * 10 - 9, round * 10);
      await snapshot(replica, round * 10);
    }
    assert.is(readdirSync(directory.version2).length, 11);
    replica.storage.purge();
    await replica.storage.close();
    assert.equal(readdirSync(directory.version2).sort(), [
      'log.15',
      'log.1f',
      'log.29',
      'snapshot.1e',
      'snapshot.28',
      'snapshot.32',
    ]);
  },
);

for (const compression of ['gz', 'snappy'] as const) {
  storage(`writes ${compression} snapshots and starts from them, and from older ones of another form`, async () => {
    const plain = new TestReplica(directory);
    await plain.log(1, 5);
    await snapshot(plain, 5);
    await plain.storage.close();
    const replica = new TestReplica(directory, { settings: { snapshotCompression: compression } });
    await replica.log(6, 10);
    await snapshot(replica, 10);
    await replica.log(11, 12);
    await replica.storage.close();
    assert.equal(
      readdirSync(directory.version2)
        .filter((name) => name.startsWith('snapshot'))
        .sort(),
      ['snapshot.0', 'snapshot.5', `snapshot.a.${compression}`],
    );
    const { state } = new TestReplica(directory);
    assert.is(state.report.snapshot, `snapshot.a.${compression}`);
    assert.ok(hasZnodes(state, 1, 12));
  });

  storage(
    `a ${compression} snapshot that ends early is passed over, and counts for nothing when old ones go`,
    async () => {
      const settings = { snapshotCompression: compression, autopurgeSnapRetainCount: 2 } as const;
      const replica = new TestReplica(directory, { settings });
      for (const round of [1, 2]) {
        await replica.log(round * 10 - 9, round * 10);
        await snapshot(replica, round * 10);
      }
      await replica.storage.close();
      // As one that was being written when ZooKeeper died.
      const name = `snapshot.14.${compression}`;
      directory.write(name, directory.read(name).subarray(0, -20));
      const second = new TestReplica(directory, { settings });
      assert.equal(second.state.report.skippedSnapshots, [name]);
      assert.ok(hasZnodes(second.state, 1, 20));
      second.storage.purge();
      await second.storage.close();
      assert.ok(hasZnodes(new TestReplica(directory).state, 1, 20));
    },
  );
}

storage(
  'notes the epoch of a log that is ahead of the current one, until that is saved, read back or cut away',
  async () => {
    const replica = new TestReplica(directory);
    replica.storage.saveAcceptedEpoch(toEpoch(2));
    replica.storage.saveCurrentEpoch(toEpoch(1));
    await replica.log(0x100000001, 0x100000003);
    const note = 'currentEpoch.tmp';
    const hasNote = (): boolean => readdirSync(directory.version2).includes(note);
    assert.not(hasNote());
    await replica.log(0x200000001);
    assert.is(directory.read(note).toString(), '2');
    assert.is(await replica.truncate(0x100000003), null);
    assert.not(hasNote());
    await replica.log(0x200000001);
    assert.ok(hasNote());
    replica.storage.saveCurrentEpoch(toEpoch(2));
    assert.not(hasNote());
    assert.is(directory.read('currentEpoch').toString(), '2');
    await replica.storage.close();
  },
);

storage('logs without a snapshot are refused, unless they are trusted', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1, 10);
  await replica.storage.close();
  rmSync(directory.file('snapshot.0'));
  assert.throws(() => new TestReplica(directory), SnapshotUnusableError);
  const { state } = new TestReplica(directory, { settings: { snapshotTrustEmpty: true } });
  assert.ok(hasZnodes(state, 1, 10));
});

storage('logs may be in a directory of their own, and everything still works', async () => {
  const logs = new ReplicaDirectory();
  const place = { replicaPath: directory.path, logPath: logs.path };
  const replica = new TestReplica(directory, { place });
  await replica.log(1, 10);
  await snapshot(replica, 10);
  await replica.log(11, 12);
  assert.is(await replica.truncate(11), null);
  await replica.storage.close();
  assert.equal(readdirSync(logs.version2).sort(), ['log.1', 'log.b']);
  assert.equal(readdirSync(directory.version2).sort(), ['snapshot.0', 'snapshot.a']);
  const { state, storage: second } = new TestReplica(directory, { place });
  assert.is(state.lastZxid, 11);
  assert.ok(hasZnodes(state, 1, 11));
  assert.is(await writeTree(second.beginInstall(toZxid(11)), state), null);
  assert.equal([...readdirSync(logs.version2), ...readdirSync(directory.version2)], ['snapshot.b']);
  await second.close();
  logs.remove();
});

storage('a digest that does not fit what is read is reported, with its txn', async () => {
  const replica = new TestReplica(directory);
  await replica.log(1, 10);
  await snapshot(replica, 10);
  await replica.storage.close();
  assert.is(new TestReplica(directory).state.report.mismatch, null);
  // Sealed anew, so that only the digest is wrong.
  const bytes = directory.read('snapshot.a');
  const tree = new TestReplica(directory).state.tree;
  const { digest } = tree;
  const at = bytes.indexOf(longOf(digest.hi, digest.lo));
  assert.ok(at > 0);
  bytes.writeUInt32BE((digest.lo ^ 1) >>> 0, at + 4);
  directory.write('snapshot.a', resealed(bytes, at + 8));
  const { mismatch } = new TestReplica(directory).state.report;
  assert.is(mismatch?.zxid, 10);
  assert.equal(mismatch?.found, digest);
});

function longOf(hi: number, lo: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(hi, 0);
  bytes.writeUInt32BE(lo, 4);
  return bytes;
}

/** The seals from `at` on with sums that are right again. */
function resealed(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt32BE(adler32(bytes, 0, at), at + 4);
  bytes.writeUInt32BE(adler32(bytes, 0, at + 13 + 8), at + 13 + 8 + 4);
  return bytes;
}

storage('fences a log whose pending entries exceed their bound', () => {
  const replica = new TestReplica(directory, { pendingBytesMax: 1000 });
  assert.throws(() => replica.append(1, 100), LogFencedError);
});

storage.run();
