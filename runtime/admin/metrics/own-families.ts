/**
 * Metrics that ZooKeeper does not have: of this replica's thread and its links, of the process, and, as far as the main
 * thread answered, of threads and pipelines. Times are in seconds and sizes in bytes, as Prometheus would have them.
 */

import { getHeapStatistics } from 'node:v8';
import { maxFileDescriptors, openFileDescriptors } from '../machine-facts.ts';
import { type ReplicaView, serverState } from '../replica-view.ts';
import { readVersion } from '../server-version.ts';
import type { Family, Labels, Sample } from './family.ts';
import type { RuntimeReport } from './runtime-report.ts';

const MS_PER_SECOND = 1000;
const US_PER_SECOND = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;
const DELAY_QUANTILES = [0.5, 0.9, 0.99] as const;

export function* ownFamilies(view: ReplicaView, runtime: RuntimeReport | null): Generator<Family, void, undefined> {
  yield* replicaFamilies(view);
  yield* storageFamilies(view);
  yield* threadFamilies(view);
  yield* processFamilies();
  if (runtime !== null) yield* runtimeFamilies(runtime);
}

function* replicaFamilies(view: ReplicaView): Generator<Family, void, undefined> {
  const { replica } = view;
  const labels = { version: readVersion(), replica: String(view.id), role: serverState(view) ?? replica.role.state };
  yield gauge('threadkeeper_info', 'Which replica this is, and in which role', [{ labels, value: 1 }]);
  yield gauge('threadkeeper_serving', 'Whether clients are served: 1 with a quorum, 0 without', [
    { value: replica.role.active ? 1 : 0 },
  ]);
  yield gauge('threadkeeper_epoch', 'Epoch of the last leader whose history this replica holds', [
    { value: replica.peer.currentEpoch },
  ]);
  yield gauge('threadkeeper_last_zxid', 'Last transaction that the tree shows: epoch and counter', [
    { value: replica.tree.lastProcessedZxid },
  ]);
  yield gauge('threadkeeper_tree_bytes', 'Memory held for znodes, outside the heap', [
    { value: replica.tree.bytesHeld },
  ]);
  yield gauge(
    'threadkeeper_link_queued_bytes',
    'Bytes sent to another replica that it has not taken yet',
    [...view.links()].map(({ peer, queuedBytes }) => ({ labels: { peer: String(peer) }, value: queuedBytes })),
  );
  yield gauge(
    'threadkeeper_link_up',
    'Whether the link to another replica is up',
    [...view.links()].map(({ peer, isUp }) => ({ labels: { peer: String(peer) }, value: isUp ? 1 : 0 })),
  );
  yield counter('threadkeeper_faulty_connections_total', 'Connections ended for what they sent, or for not reading', [
    { value: view.meters.faultyConnectionCount },
  ]);
}

function* storageFamilies({ meters, storageProblem }: ReplicaView): Generator<Family, void, undefined> {
  yield {
    name: 'threadkeeper_fsync_seconds',
    help: 'Time that syncs of the log took',
    type: 'summary',
    samples: [
      { suffix: '_sum', value: meters.syncTimeSumMs / MS_PER_SECOND },
      { suffix: '_count', value: meters.syncTime.count },
    ],
  };
  yield counter('threadkeeper_slow_fsyncs_total', 'Syncs of the log that took more than a second', [
    { value: meters.slowSyncCount },
  ]);
  yield counter('threadkeeper_failed_snapshots_total', 'Snapshots that could not be written', [
    { value: meters.failedSnapshotCount },
  ]);
  yield gauge('threadkeeper_storage_writable', 'Whether the disk takes writes', [
    { value: storageProblem === null ? 1 : 0 },
  ]);
}

function* threadFamilies({ loop }: ReplicaView): Generator<Family, void, undefined> {
  const { active, idle } = loop.utilization();
  yield counter('threadkeeper_thread_seconds_total', 'Time of the replica’s thread, by what it did', [
    { labels: { state: 'active' }, value: active / MS_PER_SECOND },
    { labels: { state: 'idle' }, value: idle / MS_PER_SECOND },
  ]);
  const { delay } = loop;
  if (delay !== null) {
    yield gauge(
      'threadkeeper_event_loop_delay_seconds',
      'How late the replica’s thread runs what is due',
      DELAY_QUANTILES.map((quantile) => ({
        labels: { quantile: String(quantile) },
        value: delay.percentile(quantile * 100) / NS_PER_SECOND,
      })),
    );
  }
  const heap = getHeapStatistics();
  yield gauge('threadkeeper_heap_used_bytes', 'JavaScript heap of the replica’s thread in use', [
    { value: heap.used_heap_size },
  ]);
  yield gauge('threadkeeper_heap_limit_bytes', 'JavaScript heap that the replica’s thread may use', [
    { value: heap.heap_size_limit },
  ]);
}

/** Under the names of Prometheus' own client libraries. They are the same at all replicas of a process. */
function* processFamilies(): Generator<Family, void, undefined> {
  const { user, system } = process.cpuUsage();
  yield counter('process_cpu_seconds_total', 'Processor time of the process', [
    { value: (user + system) / US_PER_SECOND },
  ]);
  yield gauge('process_resident_memory_bytes', 'Memory of the process', [{ value: process.memoryUsage.rss() }]);
  yield gauge('process_open_fds', 'File descriptors open', [{ value: openFileDescriptors() }]);
  yield gauge('process_max_fds', 'File descriptors allowed', [{ value: maxFileDescriptors() }]);
}

function* runtimeFamilies({ replicas, pipelines, topics }: RuntimeReport): Generator<Family, void, undefined> {
  const each = <Item>(items: readonly Item[], labels: (item: Item) => Labels, value: (item: Item) => number) =>
    items.map((item): Sample => ({ labels: labels(item), value: value(item) }));
  const replica = ({ id }: { readonly id: number }): Labels => ({ replica: String(id) });
  const pipeline = ({ name, topic }: { readonly name: string; readonly topic: string }): Labels => ({
    pipeline: name,
    topic,
  });
  const topic = ({ name }: { readonly name: string }): Labels => ({ topic: name });
  yield gauge(
    'threadkeeper_replica_up',
    'Whether the replica has a thread',
    each(replicas, replica, ({ isAlive }) => (isAlive ? 1 : 0)),
  );
  yield counter(
    'threadkeeper_replica_restarts_total',
    'Threads started in place of one that ended',
    each(replicas, replica, ({ restarts }) => restarts),
  );
  yield counter(
    'threadkeeper_pipeline_generated_total',
    'Events generated',
    each(pipelines, pipeline, ({ generated }) => generated),
  );
  yield counter(
    'threadkeeper_pipeline_handled_total',
    'Events handled',
    each(pipelines, pipeline, ({ handled }) => handled),
  );
  yield counter(
    'threadkeeper_pipeline_retried_total',
    'Events handled once more',
    each(pipelines, pipeline, ({ retried }) => retried),
  );
  yield gauge(
    'threadkeeper_pipeline_in_flight',
    'Events under way',
    each(pipelines, pipeline, ({ inFlight }) => inFlight),
  );
  yield gauge(
    'threadkeeper_pipeline_dead_letters',
    'Events given up and still known',
    each(pipelines, pipeline, ({ deadLetters }) => deadLetters),
  );
  yield counter(
    'threadkeeper_topic_published_total',
    'Events published',
    each(topics, topic, ({ published }) => published),
  );
  yield counter(
    'threadkeeper_topic_dropped_total',
    'Events that slow observers lost',
    each(topics, topic, ({ dropped }) => dropped),
  );
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'counter', samples };
}
