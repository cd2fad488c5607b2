import { readdirSync, statSync } from 'node:fs';
import { SnapshotWriter } from '../../../../core/tree/snapshot-writer.ts';
import { toEpoch, toZxid } from '../../../../core/zxid.ts';
import { LogFencedError, StorageWriteError, TruncateImpossibleError } from '../../../../runtime/storage/errors.ts';
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

storage('fences a log whose pending entries exceed their bound', () => {
  const replica = new TestReplica(directory, { pendingBytesMax: 1000 });
  assert.throws(() => replica.append(1, 100), LogFencedError);
});

storage.run();
