/**
 * Counters and summaries under ZooKeeper's names (ServerMetrics), as far as they mean the same here. What only its
 * pipeline of threads has (queues of request processors, the commit processor, Netty, the JVM) is left out.
 */

import type { ServerCounts } from '../../../core/server/statistics.ts';
import type { Metric } from './metric.ts';

const COUNTERS: readonly (readonly [name: string, count: keyof ServerCounts, help: string])[] = [
  ['proposal_count', 'proposals', 'Proposals made as the leader'],
  ['commit_count', 'commits', 'Proposals committed as the leader'],
  ['learner_proposal_received_count', 'learnerProposals', 'Proposals received as a learner'],
  ['learner_commit_received_count', 'learnerCommits', 'Commits received as a learner, one for each txn'],
  ['looking_count', 'elections', 'Elections entered'],
  ['diff_count', 'diffs', 'Learners brought up to date by what they lacked'],
  ['snap_count', 'snapshotsSent', 'Learners brought up to date by a snapshot'],
  ['connection_request_count', 'connectionRequests', 'Sessions asked for, new ones and known ones'],
  ['connection_revalidate_count', 'connectionRevalidations', 'Sessions asked for that were known'],
  ['connection_drop_count', 'connectionDrops', 'Connections that clients ended without closing their session'],
  [
    'sessionless_connections_expired',
    'sessionlessConnectionsExpired',
    'Connections ended because they asked for nothing in time',
  ],
  ['request_throttle_wait_count', 'requestsThrottled', 'Requests that waited for their turn'],
  ['throttled_ops', 'requestsThrottledOut', 'Requests refused because their turn did not come in time'],
  ['large_requests_rejected', 'largeRequestsRejected', 'Large requests for which there was no room'],
  ['stale_sessions_expired', 'sessionsExpired', 'Sessions expired by this leader'],
  ['digest_mismatches_count', 'digestMismatches', 'Times that the tree was found to differ from that of the leader'],
  ['bytes_received_count', 'bytesReceived', 'Bytes from clients'],
  ['response_bytes', 'bytesSent', 'Bytes to clients'],
];

export const COUNTED_METRICS: readonly Metric[] = [
  ...COUNTERS.map(
    ([name, count, help]): Metric => ({
      name,
      kind: 'counter',
      help,
      read: ({ replica }) => replica.statistics.counts[count],
    }),
  ),
  {
    name: 'connection_rejected',
    kind: 'counter',
    help: 'Connections beyond a limit: for their address, or on how many begin at a time',
    read: ({ replica, meters }) => meters.rejectedConnectionCount + replica.statistics.counts.connectionsThrottled,
  },
  {
    name: 'readlatency',
    kind: 'detailed',
    help: 'Milliseconds from a read to its reply',
    read: ({ replica }) => replica.statistics.readLatency,
  },
  {
    name: 'updatelatency',
    kind: 'detailed',
    help: 'Milliseconds from a write to its reply',
    read: ({ replica }) => replica.statistics.updateLatency,
  },
  {
    name: 'fsynctime',
    kind: 'summary',
    help: 'Milliseconds that a sync of the log took',
    read: ({ meters }) => meters.syncTime,
  },
  {
    name: 'snapshottime',
    kind: 'summary',
    help: 'Milliseconds that a snapshot took',
    read: ({ meters }) => meters.snapshotTime,
  },
  {
    name: 'dbinittime',
    kind: 'summary',
    help: 'Milliseconds that reading back the disk took',
    read: ({ meters }) => meters.loadTime,
  },
  {
    name: 'startup_txns_loaded',
    kind: 'summary',
    help: 'Txns replayed from the log at the start',
    read: ({ meters }) => meters.loadedTxns,
  },
  {
    name: 'election_time',
    kind: 'summary',
    help: 'Milliseconds from looking for a leader to having one',
    read: ({ replica }) => replica.statistics.electionTime,
  },
  {
    name: 'unavailable_time',
    kind: 'summary',
    help: 'Milliseconds from losing the service to having it again',
    read: ({ replica }) => replica.statistics.unavailableTime,
  },
];
