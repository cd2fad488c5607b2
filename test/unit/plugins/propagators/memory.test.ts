import type { CloudEvent } from '../../../../core/events/envelope.ts';
import memory from '../../../../plugins/propagators/memory.ts';
import { makeBench, makePropagator } from '../../../support/plugin-bench.ts';
import { assert, suite } from '../../../support/suite.ts';

const propagator = suite('plugins/memory');

const NEVER = new AbortController().signal;

function events(count: number, from = 0): readonly CloudEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    specversion: '1.0',
    id: String(from + index),
    source: '/t',
    type: 't',
    partitionkey: `k${index % 3}`,
  }));
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

propagator('deliveries come in order, with offsets from 0, and no more than asked for', async () => {
  const topic = await makePropagator(memory, undefined, makeBench());
  const group = topic.subscribe('g');
  await topic.publish(events(5), NEVER);
  const first = await group.pull(3);
  const second = await group.pull(3);
  assert.equal(
    [...(first ?? []), ...(second ?? [])].map(({ offset, event }) => [offset, event.id]),
    [
      [0, '0'],
      [1, '1'],
      [2, '2'],
      [3, '3'],
      [4, '4'],
    ],
  );
});

propagator('publishing waits while a group is full, until it has settled', async () => {
  const topic = await makePropagator(memory, { capacity: 4 }, makeBench());
  const group = topic.subscribe('g');
  await topic.publish(events(2), NEVER);
  await topic.publish(events(2), NEVER);
  const third = topic.publish(events(2), NEVER);
  assert.ok(await isPending(third));
  const pulled = (await group.pull(4)) ?? [];
  // Pulled is not settled: the room is still taken.
  assert.ok(await isPending(third));
  await group.settle(pulled.slice(0, 2));
  await third;
});

propagator('a publisher that gives up leaves nothing behind and lets the next one in', async () => {
  const topic = await makePropagator(memory, { capacity: 2 }, makeBench());
  const group = topic.subscribe('g');
  await topic.publish(events(1, 0), NEVER);
  await topic.publish(events(1, 1), NEVER);
  const abort = new AbortController();
  const given = topic.publish(events(1, 50), abort.signal);
  const after = topic.publish(events(1, 2), NEVER);
  await isPending(given);
  abort.abort(new Error('gave up'));
  await assert.rejects(given, /gave up/);
  await group.settle((await group.pull(2)) ?? []);
  await after;
  assert.equal(
    (await group.pull(10))?.map(({ event }) => event.id),
    ['2'],
  );
});

propagator('every group sees every event; a second member of a group is refused', async () => {
  const topic = await makePropagator(memory, undefined, makeBench());
  const groups = [topic.subscribe('a'), topic.subscribe('b')];
  assert.throws(() => topic.subscribe('a'), /group a has its one member already/);
  await topic.publish(events(2), NEVER);
  for (const group of groups) assert.is((await group.pull(10))?.length, 2);
});

propagator('a topic that nobody consumes keeps nothing and never waits', async () => {
  const topic = await makePropagator(memory, { capacity: 2 }, makeBench());
  for (let round = 0; round < 10; round += 1) await topic.publish(events(1), NEVER);
  const late = topic.subscribe('late');
  assert.ok(await isPending(late.pull(1)));
  await topic.close();
});

propagator('closing answers an open pull with null and lets waiting publishers go', async () => {
  const topic = await makePropagator(memory, { capacity: 2 }, makeBench());
  const full = topic.subscribe('full');
  const open = topic.subscribe('open');
  const waiting = open.pull(1);
  await topic.publish(events(1), NEVER);
  await waiting;
  const next = open.pull(1);
  await topic.publish(events(1), NEVER);
  await next;
  const held = topic.publish(events(1), NEVER);
  const last = open.pull(1);
  await full.close();
  await open.close();
  assert.is(await last, null);
  await held;
  assert.is(await full.pull(1), null);
});

propagator('events of a key share a partition', async () => {
  const topic = await makePropagator(memory, { partitions: 4 }, makeBench());
  const group = topic.subscribe('g');
  await topic.publish(events(30), NEVER);
  const partitions = new Map<string | null, Set<number>>();
  for (const { key, partition } of (await group.pull(100)) ?? []) {
    partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
  }
  assert.is(partitions.size, 3);
  for (const used of partitions.values()) assert.is(used.size, 1);
});

propagator.run();
