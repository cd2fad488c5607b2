/** Commands about the server as a whole (zookeeper-facts 11.3). */

import type { SizeStatistics } from '../../../core/server/statistics.ts';
import { DIGEST_VERSION } from '../../../core/tree/digest.ts';
import { configurationFacts, zooCfgText } from '../configuration.ts';
import { signedLong } from '../java-text.ts';
import { type Json, JsonDouble, JsonList } from '../json.ts';
import { directorySizes, environmentFacts, lastSnapshot } from '../machine-facts.ts';
import { monitorEntries } from '../metrics/monitor.ts';
import { type ReplicaView, serverState } from '../replica-view.ts';
import { serverVersion } from '../server-version.ts';
import { type AdminCommand, DONE } from './command.ts';

export const SERVER_COMMANDS: readonly AdminCommand[] = [
  { names: ['ruok'], needsService: true, run: () => DONE },
  {
    names: ['configuration', 'conf', 'config'],
    needsService: true,
    run: (view) => ({ members: configurationFacts(view) }),
  },
  {
    names: ['initial_configuration', 'icfg'],
    needsService: true,
    run: (view) => ({ members: { initial_configuration: zooCfgText(view) } }),
  },
  {
    names: ['dirs'],
    needsService: true,
    run: ({ history }) => {
      const { snapshots, logs } = directorySizes(history);
      return { members: { datadir_size: snapshots, logdir_size: logs } };
    },
  },
  {
    names: ['environment', 'env', 'envi'],
    needsService: false,
    run: () => ({ members: Object.fromEntries(environmentFacts(serverVersion())) }),
  },
  {
    names: ['system_properties', 'sysp'],
    needsService: false,
    run: () => ({ members: systemProperties() }),
  },
  {
    names: ['get_trace_mask', 'gtmk'],
    needsService: false,
    run: ({ meters }) => ({ members: { tracemask: meters.traceMask } }),
  },
  { names: ['set_trace_mask', 'stmk'], needsService: false, run: (view, { query }) => setTraceMask(view, query) },
  { names: ['hash'], needsService: true, run: (view) => ({ members: { digests: new JsonList(loggedDigests(view)) } }) },
  {
    names: ['is_read_only', 'isro'],
    needsService: true,
    run: (view) => ({ members: { read_only: isReadOnly(view) } }),
  },
  {
    names: ['last_snapshot', 'lsnp'],
    needsService: true,
    run: ({ history }) => {
      const { zxid, timestamp } = lastSnapshot(history);
      return { members: { zxid: hexOf(zxid), timestamp } };
    },
  },
  {
    names: ['monitor', 'mntr'],
    needsService: true,
    run: (view) => ({ members: Object.fromEntries(monitorEntries(view)) }),
  },
  { names: ['server_stats', 'srvr'], needsService: true, run: (view) => ({ members: serverStatistics(view) }) },
  {
    names: ['stat_reset', 'srst'],
    needsService: true,
    run: ({ replica, meters }) => {
      replica.statistics.reset();
      meters.reset();
      return DONE;
    },
  },
];

/** As `stats` has it too. */
export function serverStatistics(view: ReplicaView): Record<string, Json> {
  const { replica, meters, history } = view;
  const { statistics } = replica;
  const { latency, counts } = statistics;
  const files = directorySizes(history);
  const state = serverState(view);
  return {
    version: serverVersion(),
    read_only: isReadOnly(view),
    server_stats: {
      packets_sent: counts.packetsSent,
      packets_received: counts.packetsReceived,
      fsync_threshold_exceed_count: meters.slowSyncCount,
      client_response_stats: bufferSizes(statistics.responseSizes),
      data_dir_size: files.snapshots,
      log_dir_size: files.logs,
      provider_null: false,
      server_state: state ?? '',
      last_processed_zxid: replica.tree.lastProcessedZxid,
      outstanding_requests: replica.outstandingCount,
      avg_latency: new JsonDouble(latency.average),
      max_latency: latency.max,
      min_latency: latency.min,
      num_alive_client_connections: replica.connectionCount,
      uptime: statistics.nowMs - statistics.startedAtMs,
      auth_failed_count: counts.authFailures,
      non_mtlsremote_conn_count: 0,
      non_mtlslocal_conn_count: 0,
    },
    client_response: bufferSizes(statistics.responseSizes),
    ...(state === 'leader' ? { proposal_stats: bufferSizes(statistics.proposalSizes) } : {}),
    node_count: replica.tree.znodeCount,
  };
}

function isReadOnly(view: ReplicaView): boolean {
  return serverState(view) === 'read-only';
}

function bufferSizes({ last, min, max }: SizeStatistics): Record<string, Json> {
  return { last_buffer_size: last, min_buffer_size: min, max_buffer_size: max };
}

function setTraceMask({ meters }: ReplicaView, query: URLSearchParams) {
  const text = query.get('traceMask');
  if (text === null || !/^-?\d{1,19}$/.test(text)) {
    return { members: {}, error: 'setTraceMask requires long traceMask argument' };
  }
  meters.traceMask = BigInt.asIntN(64, BigInt(text));
  return { members: { tracemask: meters.traceMask } };
}

function* loggedDigests({ replica }: ReplicaView): Generator<Json, void, undefined> {
  for (const { zxid, digest } of replica.digests.log.entries) {
    yield { zxid, digest_version: DIGEST_VERSION, digest: signedLong(digest) };
  }
}

/** Hex digits alone; -1 as Java has it. */
function hexOf(value: number): string {
  return value < 0 ? BigInt.asUintN(64, BigInt(value)).toString(16) : value.toString(16);
}

/** Of Node's process what a Java would have as properties. Neither arguments nor environment: they may hold secrets. */
function systemProperties(): Record<string, Json> {
  return {
    'file.separator': process.platform === 'win32' ? '\\' : '/',
    'line.separator': process.platform === 'win32' ? '\r\n' : '\n',
    'node.version': process.version,
    ...Object.fromEntries(environmentFacts(serverVersion()).filter(([name]) => /^(os|user)\.\w+$/.test(name))),
  };
}
