import type { MessagePort } from 'node:worker_threads';
import type { Link, LinkDownReason, LinkOptions } from '../../../../runtime/bus/message-bus.ts';
import { makeLinkPorts, openPortLink } from '../../../../runtime/bus/port-link.ts';
import { eventually } from '../../../support/eventually.ts';
import { assert, suite } from '../../../support/suite.ts';

const bus = suite('bus/port-link');

interface Pair {
  readonly a: Link;
  readonly b: Link;
  readonly ports: readonly [MessagePort, MessagePort];
  /** Frames that b received, as text. */
  readonly got: string[];
  /** Posts that b received. */
  readonly batches: number[];
  readonly downA: LinkDownReason[];
  readonly downB: LinkDownReason[];
}

let pairs: Pair[] = [];
bus.after.each(() => {
  for (const pair of pairs) {
    pair.a.close();
    pair.b.close();
  }
  pairs = [];
});

function makePair(options: Partial<LinkOptions> = {}): Pair {
  const { port1, port2 } = makeLinkPorts();
  const a = openPortLink(port1, options);
  const b = openPortLink(port2, options);
  const pair: Pair = { a, b, ports: [port1, port2], got: [], batches: [], downA: [], downB: [] };
  let count = 0;
  a.onFrames(() => {});
  b.onFrames((bytes, start, end) => {
    count += 1;
    pair.got.push(bytes.toString('latin1', start, end));
  });
  b.onBatchEnd(() => {
    pair.batches.push(count);
    count = 0;
  });
  a.onDown((reason) => void pair.downA.push(reason));
  b.onDown((reason) => void pair.downB.push(reason));
  pairs.push(pair);
  return pair;
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

bus('delivers frames in order, empty and large ones too', async () => {
  const { a, got } = makePair();
  const sent = ['', 'one', 'x'.repeat(3_000_000), '', 'last'];
  for (const text of sent) a.send(Buffer.from(text));
  await eventually(() => got.length === sent.length);
  assert.ok(got.every((text, index) => text === sent[index]));
});

bus('packs what is sent in one turn into one post', async () => {
  const { a, got, batches } = makePair();
  for (const text of numbers(1, 100)) a.send(Buffer.from(text));
  await eventually(() => got.length === 100);
  assert.equal(batches, [100]);
  assert.equal(got, numbers(1, 100));
});

bus('lets a frame be written in place, whatever size it grows to', async () => {
  const { a, got } = makePair();
  for (const size of [0, 10, 5000, 100_000]) {
    const writer = a.beginFrame();
    for (let index = 0; index < size; index++) writer.writeByte(0x61);
    a.endFrame();
  }
  await eventually(() => got.length === 4);
  assert.equal(
    got.map((text) => text.length),
    [0, 10, 5000, 100_000],
  );
});

bus('lends bytes that later batches never overwrite', async () => {
  const { a, b } = makePair();
  const kept: Buffer[] = [];
  b.onFrames((bytes, start, end) => void kept.push(bytes.subarray(start, end)));
  a.send(Buffer.from('first'));
  await eventually(() => kept.length === 1);
  a.send(Buffer.alloc(50_000, 'z'));
  await eventually(() => kept.length === 2);
  assert.is(kept[0]?.toString(), 'first');
});

bus('keeps at most a window under way to a peer that takes nothing, and queues the rest here', async () => {
  const { a, b, got } = makePair({ windowBytes: 10_000, writableBytes: 50_000 });
  b.pause();
  for (let index = 0; index < 100; index++) {
    a.send(Buffer.alloc(1000));
    a.flush();
  }
  assert.not.ok(a.writable);
  const queued = a.queuedBytes;
  await new Promise(setImmediate);
  assert.is(a.queuedBytes, queued, 'nothing was taken');
  let told = 0;
  a.onWritable(() => {
    told += 1;
  });
  b.resume();
  await eventually(() => got.length === 100);
  await eventually(() => a.writable && told === 1);
  await eventually(() => a.queuedBytes < 10_000);
});

bus('goes down as slow rather than queue without bound', async () => {
  const { a, b, downA, downB } = makePair({ queueBytesMax: 100_000, windowBytes: 10_000 });
  b.pause();
  let sent = 0;
  while (a.isUp && sent < 1000) {
    a.send(Buffer.alloc(1000));
    sent += 1;
  }
  assert.ok(sent <= 100, `went down after ${sent} frames of 1000 bytes`);
  assert.is(a.queuedBytes, 0);
  await eventually(() => downA.length === 1);
  b.resume();
  await eventually(() => downB.length === 1);
  assert.equal([downA, downB], [['slow'], ['peer']]);
});

bus('delivers what was sent before a close, then tells both ends once', async () => {
  const { a, got, downA, downB } = makePair();
  for (const text of numbers(1, 10)) a.send(Buffer.from(text));
  a.close();
  a.close();
  a.send(Buffer.from('too late'));
  await eventually(() => downB.length === 1 && downA.length === 1);
  assert.equal(got, numbers(1, 10));
  assert.equal([downA, downB], [['closed'], ['peer']]);
});

bus('delivers what a pause held back before it tells of the end', async () => {
  const { a, b, got, downB } = makePair();
  b.pause();
  a.send(Buffer.from('held'));
  a.close();
  await eventually(() => !a.isUp);
  await new Promise(setImmediate);
  assert.equal([got.length, downB.length], [0, 0]);
  b.resume();
  await eventually(() => downB.length === 1);
  assert.equal(got, ['held']);
});

bus('tells of a link that was down before anybody listened', async () => {
  const { port1 } = makeLinkPorts();
  const link = openPortLink(port1);
  link.close();
  assert.is(await new Promise((resolve) => link.onDown(resolve)), 'closed');
});

bus('tells of a peer that was gone before this end was opened', async () => {
  const { port1, port2 } = makeLinkPorts();
  port1.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const link = openPortLink(port2);
  link.onFrames(() => {});
  assert.is(await new Promise((resolve) => link.onDown(resolve)), 'peer');
});

bus('cut: goes down at once on both ends', async () => {
  const { a, downA, downB } = makePair();
  a.inject({ type: 'cut' });
  await eventually(() => downB.length === 1);
  assert.equal([downA, downB], [['cut'], ['peer']]);
});

bus('freeze: holds everything in order until it heals', async () => {
  const { a, got } = makePair();
  a.inject({ type: 'freeze' });
  for (const text of numbers(1, 5)) {
    a.send(Buffer.from(text));
    a.flush();
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(got.length, 0);
  a.heal();
  a.send(Buffer.from('6'));
  await eventually(() => got.length === 6);
  assert.equal(got, numbers(1, 6));
});

bus('delay: delivers late and in order, also what is sent after it heals', async () => {
  const { a, got } = makePair();
  a.inject({ type: 'delay', ms: 30 });
  const start = performance.now();
  a.send(Buffer.from('1'));
  a.flush();
  await eventually(() => got.length === 1, { everyMs: 2 });
  assert.ok(performance.now() - start >= 29);
  a.send(Buffer.from('2'));
  a.flush();
  a.heal();
  a.send(Buffer.from('3'));
  await eventually(() => got.length === 3);
  assert.equal(got, ['1', '2', '3']);
});

bus('drop: a link that lost something never carries again', async () => {
  const { a, got, downA, downB } = makePair();
  a.inject({ type: 'drop' });
  a.send(Buffer.from('lost'));
  a.flush();
  await new Promise(setImmediate);
  assert.ok(a.isUp);
  a.heal();
  a.send(Buffer.from('after the gap'));
  await eventually(() => downB.length === 1);
  assert.equal([got, downA, downB], [[], ['lossy'], ['peer']]);
});

bus('drop: does no harm when nothing was lost', async () => {
  const { a, got } = makePair();
  a.inject({ type: 'drop' });
  a.heal();
  a.send(Buffer.from('fine'));
  await eventually(() => got.length === 1);
});

bus.run();
