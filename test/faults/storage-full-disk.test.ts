import { toEpoch, toZxid } from '../../core/zxid.ts';
import { LogFencedError, StorageWriteError } from '../../runtime/storage/errors.ts';
import { eventually } from '../support/eventually.ts';
import { faultyDisk, ReplicaDirectory, TestReplica } from '../support/storage.ts';
import { assert, suite } from '../support/suite.ts';

const full = suite('faults/storage: a disk that is full or fails');
let directory = new ReplicaDirectory();
full.before.each(() => {
  directory.remove();
  directory = new ReplicaDirectory();
});
full.after(() => directory.remove());

full(
  'at whatever byte the disk becomes full, nothing unsaid is acknowledged and nothing acknowledged is lost',
  async () => {
    for (let room = 0; room < 600; room += 13) {
      directory.remove();
      directory = new ReplicaDirectory();
      const disk = faultyDisk();
      const replica = new TestReplica(directory, { fileSystem: disk.fileSystem });
      await replica.log(1, 3);
      disk.faults.room = room;
      replica.append(4, 9);
      replica.storage.flush();
      await eventually(() => replica.fences.length === 1 || replica.durable === 9, { everyMs: 1 });
      // A crash now: what the next start finds is what was acknowledged, or all of the batch if it was written whole.
      const found = new TestReplica(directory).state.lastZxid;
      assert.is(found, replica.durable, `with room for ${room} bytes`);
      await replica.storage.close();
    }
  },
);

full('refuses writes once too much waits, and goes on where it stopped when there is room again', async () => {
  const disk = faultyDisk();
  const replica = new TestReplica(directory, { fileSystem: disk.fileSystem, pendingBytesMax: 2000 });
  await replica.log(1, 2);
  disk.faults.room = 50;
  replica.append(3, 4);
  replica.storage.flush();
  assert.is(replica.fences.length, 1);
  const { fenced } = replica.storage;
  assert.instance(fenced, LogFencedError);
  assert.equal([fenced?.systemCode, fenced?.retryable], ['ENOSPC', true]);
  let zxid = 5;
  assert.throws(() => {
    for (; zxid < 100; zxid++) replica.append(zxid);
  }, LogFencedError);
  replica.storage.flush();
  disk.faults.room = 100;
  replica.storage.retryFenced();
  assert.is(replica.fences.length, 2, 'a failed retry is told again');
  assert.is(replica.durable, 2);
  disk.faults.room = Number.POSITIVE_INFINITY;
  replica.storage.retryFenced();
  await replica.durableUpTo(zxid - 1);
  assert.is(replica.storage.fenced, null);
  await replica.log(zxid);
  await replica.storage.close();
  assert.is(new TestReplica(directory).state.lastZxid, zxid);
});

full('a disk too full for the very first file loses nothing either', async () => {
  const disk = faultyDisk();
  for (const room of [0, 100, 478, 485, 500, 600]) {
    disk.faults.room = room;
    const replica = new TestReplica(directory, { fileSystem: disk.fileSystem });
    const first = replica.state.lastZxid + 1;
    replica.append(first);
    replica.storage.flush();
    await eventually(() => replica.fences.length === 1 || replica.durable === first, { everyMs: 1 });
    disk.faults.room = Number.POSITIVE_INFINITY;
    replica.storage.retryFenced();
    await replica.durableUpTo(first);
    await replica.storage.close();
  }
  assert.is(new TestReplica(directory).state.lastZxid, 6);
});

full(
  'a failed sync fences for good: the batch is cut off again, and a restart finds what was acknowledged',
  async () => {
    const disk = faultyDisk();
    const replica = new TestReplica(directory, { fileSystem: disk.fileSystem });
    await replica.log(1, 4);
    disk.faults.sync = 'EIO';
    replica.append(5, 6);
    replica.storage.flush();
    await eventually(() => replica.fences.length === 1, { everyMs: 1 });
    assert.equal([replica.fences[0]?.systemCode, replica.fences[0]?.retryable], ['EIO', false]);
    disk.faults.sync = null;
    replica.storage.retryFenced();
    assert.is(replica.durable, 4);
    await replica.storage.close();
    assert.is(new TestReplica(directory).state.lastZxid, 4);
  },
);

full('an epoch or a snapshot that does not fit is an error that leaves the old one in place', async () => {
  const disk = faultyDisk();
  const replica = new TestReplica(directory, { fileSystem: disk.fileSystem });
  replica.storage.saveAcceptedEpoch(toEpoch(3));
  await replica.log(1);
  disk.faults.room = 0;
  assert.throws(() => replica.storage.saveAcceptedEpoch(toEpoch(4)), StorageWriteError);
  const sink = replica.storage.beginSnapshot(toZxid(1));
  assert.throws(() => sink.write(Buffer.from('ZKSN')), StorageWriteError);
  assert.instance(await new Promise((resolve) => sink.commit(resolve)), StorageWriteError);
  const { state } = new TestReplica(directory);
  assert.equal([state.acceptedEpoch, state.lastZxid, state.report.snapshot], [3, 1, 'snapshot.0']);
  await replica.storage.close();
});

full.run();
