/**
 * Offers requests at a steady rate whatever the servers do with them, so that two servers can be compared under equal
 * load: closed loops give the slower one less to do. Each request goes to the next connection, as different clients' would.
 */

import type { PipelinedConnection } from './pipelined-connection.ts';

const TICK_MS = 1;

/** @returns stops the pace */
export function pace(connections: readonly PipelinedConnection[], perSecond: number): () => void {
  const startedAtMs = performance.now();
  let offered = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) * perSecond) / 1000);
    for (; offered < due; offered++) connections[offered % connections.length]?.allow(1);
  }, TICK_MS);
  return () => clearInterval(timer);
}
