/**
 * What a million small znodes cost in a tree: memory, time to load, read, snapshot and restore.
 * Run: node --expose-gc dist/test/bench/znode-memory.js [count]. Prints; asserts nothing.
 */
import { performance } from 'node:perf_hooks';
import { NO_SESSION } from '../../core/ids.ts';
import { OPEN_ACL } from '../../core/jute/acl.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotReader } from '../../core/tree/snapshot-reader.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import { toZxid, type Zxid } from '../../core/zxid.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const DIRECTORIES = 1000;
const SLICE_BYTES = 1 << 18;
const data = Buffer.from('sixteen bytes ok');

function timed<Value>(what: string, operations: number, body: () => Value): Value {
  const start = performance.now();
  const value = body();
  const ms = performance.now() - start;
  console.log(
    `${what.padEnd(36)} ${ms.toFixed(0).padStart(7)} ms ${((ms * 1e6) / operations).toFixed(0).padStart(7)} ns each`,
  );
  return value;
}

function memory(what: string, znodes: number, tree: DataTree | null): void {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const held = tree === null ? '' : `, held by the tree ${(tree.bytesHeld / znodes).toFixed(1)} B a znode`;
  console.log(`${what}: rss ${(rss / 2 ** 20).toFixed(0)} MiB, heap ${(heapUsed / 2 ** 20).toFixed(1)} MiB${held}`);
}

function pathOf(index: number): string {
  return `/directory-${index % DIRECTORIES}/n${index}`;
}

function apply(tree: DataTree, path: string, parentCVersion: number): void {
  const zxid = toZxid(tree.lastProcessedZxid + 1);
  const header = { clientId: NO_SESSION, cxid: 0, zxid, time: 1_700_000_000_000, type: OpCode.create };
  const txn = { type: OpCode.create, path, data, acl: OPEN_ACL, ephemeral: false, parentCVersion };
  tree.apply(header, txn, false);
}

function setData(tree: DataTree, path: string, version: number): void {
  const zxid = toZxid(tree.lastProcessedZxid + 1);
  const header = { clientId: NO_SESSION, cxid: 0, zxid, time: 1_700_000_000_000, type: OpCode.setData };
  tree.apply(header, { type: OpCode.setData, path, data, version }, false);
}

const tree = new DataTree();
memory('empty tree', 1, null);
let longestNs = 0n;
timed('create', count, () => {
  for (let index = 0; index < DIRECTORIES; index++) apply(tree, `/directory-${index}`, -1);
  for (let index = 0; index < count; index++) {
    const start = process.hrtime.bigint();
    apply(tree, pathOf(index), -1);
    const took = process.hrtime.bigint() - start;
    if (took > longestNs) longestNs = took;
  }
});
console.log(`longest single create: ${(Number(longestNs) / 1e6).toFixed(2)} ms`);
memory(`${count} znodes`, count, tree);

const READS = 1_000_000;
timed('find at random', READS, () => {
  let found = 0;
  for (let step = 0; step < READS; step++) found += tree.find(pathOf((step * 7919) % count)) >= 0 ? 1 : 0;
  return found;
});
timed('find and write data and stat, 1000 hot', READS, () => {
  const writer = new JuteWriter(4096);
  const paths = Array.from({ length: 1000 }, (_, index) => pathOf(index));
  for (let step = 0; step < READS; step++) {
    const row = tree.find(paths[step % 1000] ?? '/');
    tree.writeData(writer.reset(), row);
    tree.writeStat(writer, row);
  }
});
timed('setData, 1000 hot', READS, () => {
  const paths = Array.from({ length: 1000 }, (_, index) => pathOf(index));
  for (let step = 0; step < READS; step++) setData(tree, paths[step % 1000] ?? '/', step);
});
timed('setData and digest, 1000 hot', 200_000, () => {
  const paths = Array.from({ length: 1000 }, (_, index) => pathOf(index));
  let lo = 0;
  for (let step = 0; step < 200_000; step++) {
    setData(tree, paths[step % 1000] ?? '/', step);
    lo ^= tree.digest.lo;
  }
  return lo;
});

const chunks: Uint8Array[] = [];
let longestSliceMs = 0;
timed('snapshot', count, () => {
  const writer = new SnapshotWriter(tree, 'file');
  for (;;) {
    const start = performance.now();
    const chunk = writer.next(SLICE_BYTES);
    longestSliceMs = Math.max(longestSliceMs, performance.now() - start);
    if (chunk === null) return;
    chunks.push(chunk);
  }
});
const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
console.log(
  `snapshot ${(size / 2 ** 20).toFixed(0)} MiB in ${chunks.length} slices, the longest ${longestSliceMs.toFixed(1)} ms`,
);
const restored = timed('restore', count, () => {
  const reader = new SnapshotReader('file');
  for (const chunk of chunks) reader.push(chunk);
  return reader.finish(tree.lastProcessedZxid satisfies Zxid);
});
const digests = timed('digest of all', count, () => [restored.digest, tree.digest]);
console.log(`digests ${digests.map((digest) => `${digest.hi.toString(16)}:${digest.lo.toString(16)}`).join(' = ')}`);
