import { NO_SESSION } from '../../../../../core/ids.ts';
import { OPEN_ACL } from '../../../../../core/jute/acl.ts';
import { OpCode } from '../../../../../core/jute/op-code.ts';
import type { Txn } from '../../../../../core/jute/txn.ts';
import { REAPER_DEFAULTS, Reaper, type ReaperSettings } from '../../../../../core/server/writes/reaper.ts';
import { DataTree } from '../../../../../core/tree/data-tree.ts';
import { SnapshotReader } from '../../../../../core/tree/snapshot-reader.ts';
import { SnapshotWriter } from '../../../../../core/tree/snapshot-writer.ts';
import { TreeState } from '../../../../../core/tree/tree-state.ts';
import { toZxid } from '../../../../../core/zxid.ts';
import { assert, suite } from '../../../../support/suite.ts';

const reaper = suite('server/reaper');

const CREATED_MS = 1_700_000_000_000;
const INTERVAL_MS = 1000;
const common = { data: null, acl: OPEN_ACL, parentCVersion: -1 };

function apply(tree: DataTree, txn: Txn, time = CREATED_MS): void {
  const zxid = toZxid(tree.lastProcessedZxid + 1);
  tree.apply({ clientId: NO_SESSION, cxid: 0, zxid, time, type: txn.type }, txn, false);
}

function container(tree: DataTree, path: string, state: 'unused' | 'in use' | 'used up' = 'used up'): void {
  apply(tree, { type: OpCode.createContainer, path, ...common });
  if (state === 'unused') return;
  apply(tree, { type: OpCode.create, path: `${path}/child`, ...common, ephemeral: false });
  if (state === 'used up') apply(tree, { type: OpCode.delete, path: `${path}/child` });
}

function setUp(settings: Partial<ReaperSettings> = {}): { tree: DataTree; reaper: Reaper } {
  const tree = new DataTree(new TreeState({ extendedTypes: true }));
  const all = { ...REAPER_DEFAULTS, containerCheckIntervalMs: INTERVAL_MS, ...settings };
  return { tree, reaper: new Reaper(tree, all, 0) };
}

reaper('names containers whose children are all gone, and no others', () => {
  const { tree, reaper } = setUp();
  container(tree, '/unused', 'unused');
  container(tree, '/used', 'in use');
  container(tree, '/over');
  apply(tree, { type: OpCode.create, path: '/plain', ...common, ephemeral: false });
  assert.equal(reaper.onTick(INTERVAL_MS - 1, CREATED_MS), []);
  assert.equal(reaper.onTick(INTERVAL_MS, CREATED_MS), ['/over']);
  assert.equal(reaper.onTick(INTERVAL_MS + 1, CREATED_MS), [], 'not before the next search');
  assert.equal(reaper.onTick(2 * INTERVAL_MS, CREATED_MS), ['/over'], 'nobody has removed it');
});

reaper('a container that never had a child goes once it is older than the set time', () => {
  const { tree, reaper } = setUp({ containerMaxNeverUsedMs: 5000 });
  container(tree, '/unused', 'unused');
  assert.equal(reaper.onTick(INTERVAL_MS, CREATED_MS + 5000), []);
  assert.equal(reaper.onTick(2 * INTERVAL_MS, CREATED_MS + 5001), ['/unused']);
});

reaper('a TTL znode goes once nobody has written to it for longer than its time, if it has no children', () => {
  const { tree, reaper } = setUp();
  for (const path of ['/idle', '/written', '/parent']) {
    apply(tree, { type: OpCode.createTTL, path, ...common, ttl: 3000 });
  }
  apply(tree, { type: OpCode.create, path: '/parent/child', ...common, ephemeral: false }, CREATED_MS + 1);
  apply(tree, { type: OpCode.setData, path: '/written', data: null, version: 1 }, CREATED_MS + 2);
  assert.equal(reaper.onTick(INTERVAL_MS, CREATED_MS + 3000), []);
  assert.equal(reaper.onTick(2 * INTERVAL_MS, CREATED_MS + 3002), ['/idle']);
  assert.equal(reaper.onTick(3 * INTERVAL_MS, CREATED_MS + 3003), ['/idle', '/written']);
});

reaper('no more are named than the minute allows, and none is forgotten', () => {
  const { tree, reaper } = setUp({ containerMaxPerMinute: 600 });
  const paths = Array.from({ length: 25 }, (_, index) => `/c${index}`);
  for (const path of paths) container(tree, path);
  const named: string[] = [];
  const remove = (nowMs: number): number => {
    const due = reaper.onTick(nowMs, CREATED_MS);
    for (const path of due) apply(tree, { type: OpCode.deleteContainer, path });
    named.push(...due);
    return due.length;
  };
  // A second's worth at first, then one every tenth of a second.
  assert.is(remove(INTERVAL_MS), 10);
  assert.is(remove(INTERVAL_MS + 50), 0);
  for (let nowMs = INTERVAL_MS + 100; nowMs < INTERVAL_MS + 1600; nowMs += 100) assert.is(remove(nowMs), 1);
  assert.equal(named, paths);
  assert.is(tree.reapables.size, 0);
});

reaper('a search through many goes on tick by tick', () => {
  const { tree, reaper } = setUp();
  for (let index = 0; index < 25_000; index++) container(tree, `/c${index}`, 'unused');
  container(tree, '/last');
  const named = [0, 1, 2].map((tick) => reaper.onTick(INTERVAL_MS + tick, CREATED_MS));
  assert.equal(named, [[], [], ['/last']]);
});

reaper('what a snapshot brings is found too', () => {
  const { tree } = setUp();
  container(tree, '/over');
  apply(tree, { type: OpCode.createTTL, path: '/idle', ...common, ttl: 1 });
  const reader = new SnapshotReader('file', { extendedTypes: true });
  const writer = new SnapshotWriter(tree, 'file');
  for (let chunk = writer.next(1000); chunk !== null; chunk = writer.next(1000)) reader.push(chunk);
  const loaded = reader.finish(tree.lastProcessedZxid);
  const later = new Reaper(loaded, REAPER_DEFAULTS, 0);
  const found = later.onTick(REAPER_DEFAULTS.containerCheckIntervalMs, CREATED_MS + 2);
  assert.equal(found.toSorted(), ['/idle', '/over']);
});

reaper.run();
