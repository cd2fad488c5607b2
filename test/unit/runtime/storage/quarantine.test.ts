import { existsSync, mkdirSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { toEpoch } from '../../../../core/zxid.ts';
import { isDamage } from '../../../../runtime/storage/errors.ts';
import { nodeFileSystem } from '../../../../runtime/storage/file-system.ts';
import { quarantine } from '../../../../runtime/storage/quarantine.ts';
import { ReplicaDirectory, TestReplica } from '../../../support/storage.ts';
import { assert, suite } from '../../../support/suite.ts';

const resync = suite('storage/quarantine');
let directory = new ReplicaDirectory();
resync.before.each(async () => {
  directory.remove();
  directory = new ReplicaDirectory();
  const replica = new TestReplica(directory);
  replica.storage.saveAcceptedEpoch(toEpoch(4));
  replica.storage.saveCurrentEpoch(toEpoch(3));
  await replica.log(1, 5);
  await replica.storage.close();
});
resync.after(() => directory.remove());

function place() {
  return { fileSystem: nodeFileSystem, replicaPath: directory.path, logPath: directory.path };
}

resync('a damaged history is put aside, and the replica starts empty, without a vote', () => {
  const bytes = directory.read('log.1');
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  directory.write('log.1', bytes);
  const error = assert.throws(() => new TestReplica(directory));
  assert.ok(isDamage(error));
  assert.is(quarantine(place()), `${directory.version2}.damaged-1`);
  const { storage, state } = new TestReplica(directory);
  assert.not.ok(storage.mayVote);
  assert.is(state.lastZxid, 0);
  assert.equal(readdirSync(`${directory.version2}.damaged-1`).sort(), [
    'acceptedEpoch',
    'currentEpoch',
    'log.1',
    'snapshot.0',
  ]);
});

resync('keeps the promise of its accepted epoch, and no claim to have been part of an epoch', () => {
  quarantine(place());
  const { state } = new TestReplica(directory);
  assert.is(state.acceptedEpoch, 4);
  assert.is(state.currentEpoch, 0);
});

resync('may vote again once it is in step, and not before, however often it is restarted', async () => {
  quarantine(place());
  const replica = new TestReplica(directory);
  await replica.log(1, 5);
  await replica.storage.close();
  const restarted = new TestReplica(directory);
  assert.not.ok(restarted.storage.mayVote);
  restarted.storage.completeResync();
  assert.ok(restarted.storage.mayVote);
  assert.ok(new TestReplica(directory).storage.mayVote);
});

resync('can be repeated from wherever a crash stopped it', () => {
  // After the mark: version-2 is still the damaged one.
  writeFileSync(`${directory.path}/resync`, '4');
  assert.not.ok(new TestReplica(directory).storage.mayVote);
  // After the move: there is no version-2.
  renameSync(directory.version2, `${directory.version2}.damaged-1`);
  const moved = new TestReplica(directory);
  assert.not.ok(moved.storage.mayVote);
  assert.is(moved.state.acceptedEpoch, 4);
  // After version-2 was made, before it got its epoch.
  unlinkSync(directory.file('acceptedEpoch'));
  assert.is(new TestReplica(directory).state.acceptedEpoch, 4);
  assert.is(quarantine(place()), `${directory.version2}.damaged-2`);
});

resync('an unreadable accepted epoch is no obstacle: the mark is enough', () => {
  directory.write('acceptedEpoch', '\u0000\u0000');
  quarantine(place());
  const { storage, state } = new TestReplica(directory);
  assert.not.ok(storage.mayVote);
  assert.is(state.acceptedEpoch, 0);
  assert.ok(existsSync(`${directory.path}/resync`));
});

resync('an undamaged replica votes', () => {
  assert.ok(new TestReplica(directory).storage.mayVote);
  mkdirSync(`${directory.version2}.damaged-1`);
  assert.ok(new TestReplica(directory).storage.mayVote, 'what was put aside once and mended has no say');
});

resync.run();
