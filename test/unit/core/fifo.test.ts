import { Fifo } from '../../../core/fifo.ts';
import { assert, suite } from '../../support/suite.ts';

const fifo = suite('fifo');

fifo('gives back what went in, in order, however pushes and shifts alternate', () => {
  const queue = new Fifo<number>();
  let pushed = 0;
  let shifted = 0;
  for (let round = 0; round < 5000; round++) {
    for (let count = 0; count <= round % 3; count++) queue.push(pushed++);
    for (let count = 0; count <= round % 2 && queue.size > 0; count++) {
      assert.is(queue.peek(), shifted);
      assert.is(queue.shift(), shifted++);
    }
    assert.is(queue.size, pushed - shifted);
  }
  assert.is([...queue.items()][0], shifted);
  assert.is(queue.drain().length, pushed - shifted);
  assert.is(queue.shift(), undefined);
});

fifo('lets go of what was taken out although it is never empty', async () => {
  const queue = new Fifo<{ readonly bytes: Uint8Array }>();
  const before = process.memoryUsage().arrayBuffers;
  // Two gigabytes pass through; two items are in it at a time.
  queue.push({ bytes: new Uint8Array(1 << 20) });
  for (let count = 0; count < 2000; count++) {
    queue.push({ bytes: new Uint8Array(1 << 20) });
    queue.shift();
    if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 500 << 20);
});

fifo.run();
