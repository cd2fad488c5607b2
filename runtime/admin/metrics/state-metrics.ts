/** Gauges of a replica's present state: the first block of `mntr`, in zookeeper-facts 11.2's order. */

import type { ServerMode } from '../../../core/server/server-mode.ts';
import type { LearnerReport } from '../../../core/zab/learner-handler.ts';
import { maxFileDescriptors, openFileDescriptors } from '../machine-facts.ts';
import { isStandalone, type ReplicaView, serverState } from '../replica-view.ts';
import { serverVersion } from '../server-version.ts';
import type { Metric } from './metric.ts';

const PEER_STATES: Readonly<Record<ServerMode, string | null>> = {
  standalone: null,
  leader: 'leading - broadcast',
  follower: 'following - broadcast',
  observer: 'observing - broadcast',
  'read-only': 'looking - election',
};

function peerState(view: ReplicaView): string | null {
  const state = serverState(view);
  return state === null ? null : PEER_STATES[state];
}

/** Numbers that only a leader of others has. */
function ofLeader(read: (view: ReplicaView) => number): (view: ReplicaView) => number | null {
  return (view) => (serverState(view) === 'leader' ? read(view) : null);
}

function countLocalSessions(view: ReplicaView): number {
  let count = 0;
  for (const { connection } of view.connections()) if (connection.isLocal) count += 1;
  return count;
}

function countLearners({ replica }: ReplicaView, isMeant: (learner: LearnerReport) => boolean): number {
  let count = 0;
  for (const learner of replica.peer.learners) if (isMeant(learner)) count += 1;
  return count;
}

function proposalSize(which: 'last' | 'min' | 'max'): (view: ReplicaView) => number | null {
  return ofLeader(({ replica }) => replica.statistics.proposalSizes[which]);
}

export const STATE_METRICS: readonly Metric[] = [
  { name: 'version', kind: 'text', help: 'Version of the server', read: serverVersion },
  { name: 'server_state', kind: 'text', help: 'Role of the server', read: serverState },
  { name: 'peer_state', kind: 'text', help: 'Role in the ensemble and phase of its protocol', read: peerState },
  {
    name: 'ephemerals_count',
    kind: 'gauge',
    help: 'Ephemeral znodes',
    read: ({ replica }) => replica.tree.ephemeralCount,
  },
  {
    name: 'num_alive_connections',
    kind: 'gauge',
    help: 'Client connections of this server, those of this process included',
    read: ({ replica }) => replica.connectionCount,
  },
  {
    name: 'avg_latency',
    kind: 'double',
    help: 'Mean time from request to reply, in milliseconds',
    read: ({ replica }) => replica.statistics.latency.average,
  },
  {
    name: 'min_latency',
    kind: 'gauge',
    help: 'Least time from request to reply, in milliseconds',
    read: ({ replica }) => replica.statistics.latency.min,
  },
  {
    name: 'max_latency',
    kind: 'gauge',
    help: 'Greatest time from request to reply, in milliseconds',
    read: ({ replica }) => replica.statistics.latency.max,
  },
  {
    name: 'outstanding_requests',
    kind: 'gauge',
    help: 'Requests of clients that are not answered yet',
    read: ({ replica }) => replica.outstandingCount,
  },
  {
    name: 'znode_count',
    kind: 'gauge',
    help: 'Znodes, the root twice',
    read: ({ replica }) => replica.tree.znodeCount,
  },
  {
    name: 'watch_count',
    kind: 'gauge',
    help: 'Watches set over connections to this server',
    read: ({ replica }) => replica.tree.watches.count,
  },
  {
    name: 'global_sessions',
    kind: 'gauge',
    help: 'Sessions of the whole ensemble',
    read: ({ replica }) => replica.tree.sessions.size,
  },
  {
    name: 'local_sessions',
    kind: 'gauge',
    help: 'Sessions that only this server knows, as it gives them while there is no quorum',
    read: countLocalSessions,
  },
  {
    name: 'approximate_data_size',
    kind: 'gauge',
    help: 'Bytes of all paths and data',
    read: ({ replica }) => replica.tree.approximateDataSize,
  },
  {
    name: 'open_file_descriptor_count',
    kind: 'gauge',
    help: 'File descriptors open in this process, -1 where that is not told',
    read: openFileDescriptors,
  },
  {
    name: 'max_file_descriptor_count',
    kind: 'gauge',
    help: 'File descriptors that this process may have, -1 where that is not told',
    read: maxFileDescriptors,
  },
  {
    name: 'packets_received',
    kind: 'counter',
    help: 'Packets from clients',
    read: ({ replica }) => replica.statistics.counts.packetsReceived,
  },
  {
    name: 'packets_sent',
    kind: 'counter',
    help: 'Packets to clients',
    read: ({ replica }) => replica.statistics.counts.packetsSent,
  },
  {
    name: 'uptime',
    kind: 'gauge',
    help: 'Milliseconds since this server started',
    read: ({ replica }) => replica.statistics.nowMs - replica.statistics.startedAtMs,
  },
  {
    name: 'last_client_response_size',
    kind: 'gauge',
    help: 'Bytes of the last packet to a client',
    read: ({ replica }) => replica.statistics.responseSizes.last,
  },
  {
    name: 'min_client_response_size',
    kind: 'gauge',
    help: 'Bytes of the smallest packet to a client',
    read: ({ replica }) => replica.statistics.responseSizes.min,
  },
  {
    name: 'max_client_response_size',
    kind: 'gauge',
    help: 'Bytes of the largest packet to a client',
    read: ({ replica }) => replica.statistics.responseSizes.max,
  },
  {
    name: 'connection_drop_probability',
    kind: 'double',
    help: 'Share of new connections that throttling turns away',
    read: ({ replica }) => replica.statistics.connectionDropProbability,
  },
  { name: 'outstanding_tls_handshake', kind: 'gauge', help: 'TLS handshakes under way', read: () => 0 },
  {
    name: 'auth_failed_count',
    kind: 'gauge',
    help: 'Identities refused',
    read: ({ replica }) => replica.statistics.counts.authFailures,
  },
  {
    name: 'non_mtls_remote_conn_count',
    kind: 'gauge',
    help: 'Connections without a certificate from other machines, where those are counted',
    read: () => 0,
  },
  {
    name: 'non_mtls_local_conn_count',
    kind: 'gauge',
    help: 'Connections without a certificate from this machine, where those are counted',
    read: () => 0,
  },
  {
    name: 'quorum_size',
    kind: 'gauge',
    help: 'Servers with a vote',
    read: (view) => (isStandalone(view) ? null : view.voters.length),
  },
  {
    name: 'learners',
    kind: 'gauge',
    help: 'Servers that follow this leader or are about to',
    read: ofLeader((view) => countLearners(view, () => true)),
  },
  {
    name: 'synced_followers',
    kind: 'gauge',
    help: 'Followers that are up to date with this leader',
    read: ofLeader((view) => countLearners(view, ({ isVoter, phase }) => isVoter && phase === 'following')),
  },
  {
    name: 'synced_non_voting_followers',
    kind: 'gauge',
    help: 'Followers that are up to date and have no vote',
    read: ofLeader(() => 0),
  },
  {
    name: 'synced_observers',
    kind: 'gauge',
    help: 'Observers that are up to date with this leader',
    read: ofLeader((view) => countLearners(view, ({ isVoter, phase }) => !isVoter && phase === 'following')),
  },
  {
    name: 'pending_syncs',
    kind: 'gauge',
    help: 'Syncs and re-attachments that wait for what was proposed before them',
    read: ofLeader(({ replica }) => replica.leading?.waitingCount ?? 0),
  },
  {
    name: 'leader_uptime',
    kind: 'gauge',
    help: 'Milliseconds since this server leads',
    read: ofLeader(({ replica }) => replica.statistics.leaderUptimeMs ?? 0),
  },
  { name: 'last_proposal_size', kind: 'gauge', help: 'Bytes of the last proposal', read: proposalSize('last') },
  { name: 'min_proposal_size', kind: 'gauge', help: 'Bytes of the smallest proposal', read: proposalSize('min') },
  { name: 'max_proposal_size', kind: 'gauge', help: 'Bytes of the largest proposal', read: proposalSize('max') },
  {
    name: 'observer_master_id',
    kind: 'gauge',
    help: 'The server that this observer follows',
    read: (view) => (serverState(view) === 'observer' ? view.replica.role.leader : null),
  },
];
