/**
 * A thread that sends numbered frames over a link and checks those that it receives: the number of a frame, then
 * filling that depends on it. Ends as it is told to.
 */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openPortLink } from '../../runtime/bus/port-link.ts';

export interface LinkWorkerData {
  readonly port: MessagePort;
  readonly frames: number;
  /** Frames sent in one turn. */
  readonly burst: number;
  readonly windowBytes: number;
}

export type LinkWorkerReport =
  | { readonly type: 'done'; readonly received: number; readonly batches: number; readonly queuedMax: number }
  | { readonly type: 'wrong'; readonly at: number }
  | { readonly type: 'down'; readonly reason: string; readonly received: number };

const { port, frames, burst, windowBytes }: LinkWorkerData = workerData;
const link = openPortLink(port, { windowBytes, writableBytes: 4 * windowBytes });
let sent = 0;
let received = 0;
let batches = 0;
let queuedMax = 0;

function report(message: LinkWorkerReport): void {
  parentPort?.postMessage(message);
}

function finishIfDone(): void {
  if (received === frames && sent === frames) report({ type: 'done', received, batches, queuedMax });
}

function sendBurst(): void {
  for (let count = 0; count < burst && sent < frames && link.writable; count++) {
    const writer = link.beginFrame();
    writer.writeInt(sent);
    const size = (sent * 7919) % 300;
    for (let index = 0; index < size; index++) writer.writeByte(sent & 0xff);
    link.endFrame();
    sent += 1;
  }
  link.flush();
  queuedMax = Math.max(queuedMax, link.queuedBytes);
  if (sent === frames) finishIfDone();
  else if (link.writable) setImmediate(sendBurst);
}

link.onWritable(sendBurst);
link.onFrames((bytes, start, end) => {
  const number = bytes.readInt32BE(start);
  const size = (number * 7919) % 300;
  const isWhole = end - start === 4 + size && bytes.subarray(start + 4, end).every((byte) => byte === (number & 0xff));
  if (number !== received || !isWhole) report({ type: 'wrong', at: received });
  received += 1;
});
link.onBatchEnd(() => {
  batches += 1;
  finishIfDone();
});
link.onDown((reason) => report({ type: 'down', reason, received }));

parentPort?.on('message', (order: 'send' | 'exit' | 'throw' | 'spin' | 'close' | 'stop') => {
  if (order === 'send') sendBurst();
  else if (order === 'throw') throw new Error('told to');
  else if (order === 'close') link.close();
  else if (order === 'spin') for (;;) Math.sqrt(2);
  else if (order === 'exit') {
    for (let count = 0; count < 3; count++)
      link.send(Buffer.from([0, 0, 0, count, ...new Array((count * 7919) % 300).fill(count)]));
    link.flush();
    process.exit(0);
  } else {
    link.close();
    parentPort?.close();
  }
});
