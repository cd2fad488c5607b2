import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { makeLinkPorts, openPortLink } from '../../../../runtime/bus/port-link.ts';
import type { LinkWorkerData, LinkWorkerReport } from '../../../support/link-worker.ts';
import { assert, suite } from '../../../support/suite.ts';

const bus = suite('bus/port-link between threads', { timeoutMs: 20_000 });
const SOURCE = new URL('../../../support/link-worker.js', import.meta.url);

function start(data: LinkWorkerData): Worker {
  const worker = new Worker(SOURCE, { workerData: data, transferList: [data.port] });
  worker.on('error', () => {});
  return worker;
}

async function nextReport(worker: Worker): Promise<LinkWorkerReport> {
  const [report] = await once(worker, 'message');
  return report;
}

bus('carries frames both ways at once, in order and whole, within its window', async () => {
  const { port1, port2 } = makeLinkPorts();
  const frames = 60_000;
  const windowBytes = 32 << 10;
  const a = start({ port: port1, frames, burst: 500, windowBytes });
  const b = start({ port: port2, frames, burst: 33, windowBytes });
  const reports = Promise.all([nextReport(a), nextReport(b)]);
  a.postMessage('send');
  b.postMessage('send');
  for (const report of await reports) {
    assert.is(report.type, 'done');
    if (report.type !== 'done') continue;
    assert.is(report.received, frames);
    assert.ok(report.batches < frames / 10, `${report.batches} batches`);
    assert.ok(report.queuedMax < 8 * windowBytes, `${report.queuedMax} bytes queued at most`);
  }
  const ends = [once(a, 'exit'), once(b, 'exit')];
  a.postMessage('stop');
  b.postMessage('stop');
  await Promise.all(ends);
});

for (const how of ['terminate', 'throw', 'spin', 'close'] as const) {
  bus(`tells the peer that a thread has ended, though nobody sends or asks anything: ${how}`, async () => {
    const { port1, port2 } = makeLinkPorts();
    const a = start({ port: port1, frames: 0, burst: 1, windowBytes: 1 << 20 });
    const b = start({ port: port2, frames: 0, burst: 1, windowBytes: 1 << 20 });
    await Promise.all([once(a, 'online'), once(b, 'online')]);
    const down = nextReport(b);
    if (how === 'spin') a.postMessage('spin');
    if (how === 'terminate' || how === 'spin') void a.terminate();
    else a.postMessage(how);
    assert.is((await down).type, 'down');
    await Promise.all([a.terminate(), b.terminate()]);
  });
}

bus('delivers what a thread had flushed before it exited, and only then tells of the end', async () => {
  const { port1, port2 } = makeLinkPorts();
  const a = start({ port: port1, frames: 0, burst: 1, windowBytes: 1 << 20 });
  const link = openPortLink(port2);
  const order: string[] = [];
  link.onFrames((bytes, begin) => void order.push(`frame ${bytes.readInt32BE(begin)}`));
  const down = new Promise<void>((resolve) => {
    link.onDown((reason) => {
      order.push(reason);
      resolve();
    });
  });
  a.postMessage('exit');
  await down;
  assert.equal(order, ['frame 0', 'frame 1', 'frame 2', 'peer']);
});

bus.run();
