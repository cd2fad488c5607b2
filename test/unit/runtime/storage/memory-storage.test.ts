import { toEpoch, toZxid } from '../../../../core/zxid.ts';
import { openMemoryStorage } from '../../../../runtime/storage/memory-storage.ts';
import { assert, suite } from '../../../support/suite.ts';
import { createEntry } from '../../../support/txn-entries.ts';

const memory = suite('storage/memory-storage');

function open(start: 'first' | 'restart' = 'first') {
  const told: number[] = [];
  const storage = openMemoryStorage({
    start,
    listener: { onDurable: (zxid) => void told.push(zxid), onFenced: () => assert.unreachable() },
  });
  return { storage, told };
}

memory('starts empty', () => {
  const { tree, ...state } = open().storage.recover();
  assert.is(tree.lastProcessedZxid, 0);
  assert.is(state.lastZxid, 0);
  assert.is(state.currentEpoch, 0);
});

memory('calls entries durable after the turn that flushed them, all at once and once', async () => {
  const { storage, told } = open();
  storage.append(toZxid(1), createEntry(1));
  storage.append(toZxid(2), createEntry(2));
  storage.flush();
  storage.flush();
  assert.equal(told, []);
  await Promise.resolve();
  assert.equal(told, [2]);
  storage.flush();
  await Promise.resolve();
  assert.equal(told, [2]);
});

memory('goes on from where it was cut or installed', async () => {
  const { storage, told } = open();
  storage.append(toZxid(5), createEntry(5));
  await new Promise((resolve) => storage.truncate(toZxid(3), resolve));
  storage.append(toZxid(4), createEntry(4));
  storage.flush();
  await Promise.resolve();
  const sink = storage.beginInstall(toZxid(9));
  sink.write(Buffer.from('ZKSN'));
  assert.is(await new Promise((resolve) => sink.commit(resolve)), null);
  storage.append(toZxid(10), createEntry(10));
  storage.flush();
  await Promise.resolve();
  assert.equal(told, [5, 4, 10]);
});

memory('has a vote at its first start, and after a restart only once it is in step again', () => {
  assert.ok(open().storage.mayVote);
  const { storage } = open('restart');
  assert.not.ok(storage.mayVote);
  storage.saveAcceptedEpoch(toEpoch(1));
  storage.completeResync();
  assert.ok(storage.mayVote);
});

memory('tells nothing after it was closed', async () => {
  const { storage, told } = open();
  storage.append(toZxid(1), createEntry(1));
  storage.flush();
  await storage.close();
  await Promise.resolve();
  assert.equal(told, []);
});

memory.run();
