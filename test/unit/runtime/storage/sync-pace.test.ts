import { SyncPace } from '../../../../runtime/storage/sync-pace.ts';
import { assert, suite } from '../../../support/suite.ts';

const pacing = suite('storage/sync-pace');

function inlineOf(pace: SyncPace, count: number): number {
  return Array.from({ length: count }, () => pace.isInline()).filter(Boolean).length;
}

pacing('waits in the thread for a disk that is fast', () => {
  const pace = new SyncPace();
  for (let sync = 0; sync < 100; sync++) pace.record(0.3);
  assert.is(inlineOf(pace, 100), 100);
});

pacing('a single slow sync changes nothing', () => {
  const pace = new SyncPace();
  for (let sync = 0; sync < 100; sync++) pace.record(0.3);
  pace.record(5);
  assert.ok(pace.isInline());
});

pacing('leaves a slow disk to the pool but for one sync in a hundred, and comes back when that is fast', () => {
  const pace = new SyncPace();
  for (let sync = 0; sync < 20; sync++) pace.record(10);
  assert.is(inlineOf(pace, 300), 3);
  for (let sync = 0; sync < 30; sync++) pace.record(0.2);
  assert.is(inlineOf(pace, 100), 100);
});

pacing.run();
