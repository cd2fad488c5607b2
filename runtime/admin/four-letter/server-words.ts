/** Words about the server as a whole: srvr, mntr, conf, envi, dirs, isro, srst, trace masks (zookeeper-facts 11.1). */

import type { SizeStatistics } from '../../../core/server/statistics.ts';
import { formatZxid } from '../../../core/zxid.ts';
import { formatDouble, signedLong } from '../java-text.ts';
import { JsonDouble } from '../json.ts';
import { directorySizes, environmentFacts } from '../machine-facts.ts';
import { monitorEntries } from '../metrics/monitor.ts';
import { type ReplicaView, serverState } from '../replica-view.ts';
import { serverVersion } from '../server-version.ts';

export function* srvr(view: ReplicaView): Generator<string, void, undefined> {
  yield* headLines(view);
  yield* statisticsLines(view);
}

/** As `stat` has them too. */
export function* headLines(view: ReplicaView): Generator<string, void, undefined> {
  yield `Zookeeper version: ${serverVersion()}\n`;
  if (serverState(view) === 'read-only') yield 'READ-ONLY mode; serving only read-only clients\n';
}

/** From `Latency` on, as `stat` has them too. */
export function* statisticsLines(view: ReplicaView): Generator<string, void, undefined> {
  const { replica } = view;
  const { latency, counts, proposalSizes } = replica.statistics;
  const state = serverState(view);
  yield `Latency min/avg/max: ${latency.min}/${formatDouble(latency.average)}/${latency.max}\n`;
  yield `Received: ${counts.packetsReceived}\n`;
  yield `Sent: ${counts.packetsSent}\n`;
  yield `Connections: ${replica.connectionCount}\n`;
  yield `Outstanding: ${replica.outstandingCount}\n`;
  yield `Zxid: ${formatZxid(replica.tree.lastProcessedZxid)}\n`;
  yield `Mode: ${state}\n`;
  yield `Node count: ${replica.tree.znodeCount}\n`;
  if (state === 'leader') yield `Proposal sizes last/min/max: ${formatSizes(proposalSizes)}\n`;
}

export function* mntr(view: ReplicaView): Generator<string, void, undefined> {
  for (const [name, value] of monitorEntries(view)) {
    yield `zk_${name}\t${value instanceof JsonDouble ? formatDouble(value.value) : value}\n`;
  }
}

export function* envi(): Generator<string, void, undefined> {
  yield 'Environment:\n';
  for (const [name, value] of environmentFacts(serverVersion())) yield `${name}=${value}\n`;
}

export function* dirs({ history }: ReplicaView): Generator<string, void, undefined> {
  const { snapshots, logs } = directorySizes(history);
  yield `datadir_size: ${snapshots}\n`;
  yield `logdir_size: ${logs}\n`;
}

export function* hash({ replica }: ReplicaView): Generator<string, void, undefined> {
  for (const { zxid, digest } of replica.digests.log.entries) yield `${zxid.toString(16)}: ${signedLong(digest)}\n`;
}

export function isro(view: ReplicaView): string[] {
  const state = serverState(view);
  return [state === null ? 'null' : state === 'read-only' ? 'ro' : 'rw'];
}

export function srst(view: ReplicaView): string[] {
  view.replica.statistics.reset();
  view.meters.reset();
  return ['Server stats reset.\n'];
}

export function gtmk({ meters }: ReplicaView): string[] {
  return [String(meters.traceMask)];
}

export function stmk({ meters }: ReplicaView, mask: bigint): string[] {
  meters.traceMask = mask;
  return [String(mask)];
}

function formatSizes({ last, min, max }: SizeStatistics): string {
  return `${last}/${min}/${max}`;
}
