/** Waits for the first write a starting ensemble acknowledges, knocking on all its servers in turn every 2 ms. */

import { FrameRing } from './load/frame-ring.ts';
import { createFrame } from './load/frames.ts';
import { PipelinedConnection } from './load/pipelined-connection.ts';

const DEADLINE_MS = 60_000;

/** @returns performance.now() of the acknowledgement */
export async function firstAcknowledgedWrite(servers: readonly string[]): Promise<number> {
  let outcome = 0;
  const connection = new PipelinedConnection({
    servers: servers.map((server) => {
      const [host = '', port] = server.split(':');
      return { host, port: Number(port) };
    }),
    firstServer: 0,
    sink: {
      onAcksArrived() {},
      onReconnect() {},
      onAck(_latencyMs, err) {
        outcome = err;
      },
    },
  });
  const late = setTimeout(() => {
    throw new Error(`no write was acknowledged within ${DEADLINE_MS} ms`);
  }, DEADLINE_MS);
  await connection.open();
  connection.begin(new FrameRing([createFrame('/first-write', Buffer.alloc(0))]), 1);
  connection.allow(1);
  await connection.drained();
  const atMs = performance.now();
  clearTimeout(late);
  await connection.close();
  if (outcome !== 0) throw new Error(`the first write failed with error ${outcome}`);
  return atMs;
}
