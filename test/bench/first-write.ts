/** Waits for the first write a starting ensemble acknowledges, knocking on all its servers in turn every 2 ms. */

import { FrameRing } from './load/frame-ring.ts';
import { createFrame } from './load/frames.ts';
import { PipelinedConnection } from './load/pipelined-connection.ts';
import type { RunningSide } from './sides/side.ts';

const DEADLINE_MS = 60_000;
const WATCH_EVERY_MS = 100;

/**
 * @returns performance.now() of the acknowledgement
 * @throws when none comes within a minute, or a process ended before
 */
export async function firstAcknowledgedWrite({ servers, pids, ready }: RunningSide): Promise<number> {
  const processCount = pids().length;
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
  let watch: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    const deadlineMs = performance.now() + DEADLINE_MS;
    watch = setInterval(() => {
      // The side itself knows best why.
      if (pids().length < processCount)
        ready().then(() => reject(new Error('a server ended before the write')), reject);
      if (performance.now() > deadlineMs) reject(new Error(`no write was acknowledged within ${DEADLINE_MS} ms`));
    }, WATCH_EVERY_MS);
  });
  try {
    await Promise.race([failed, writeOnce(connection)]);
    if (outcome !== 0) throw new Error(`the first write failed with error ${outcome}`);
    return performance.now();
  } finally {
    clearInterval(watch);
    await connection.close();
  }
}

async function writeOnce(connection: PipelinedConnection): Promise<void> {
  await connection.open();
  connection.begin(new FrameRing([createFrame('/first-write', Buffer.alloc(0))]), 1);
  connection.allow(1);
  await connection.drained();
}
