/**
 * The body of a replica's worker thread: opens the disk, then the client port, then runs the host until it is stopped
 * or fails. Its death, of whatever cause, is seen by the supervisor and the peers as the end of their ports.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../core/assert.ts';
import type { ReplicaOptions } from '../../core/server/replica.ts';
import { formatZxid } from '../../core/zxid.ts';
import { ReplicaAdmin } from '../admin/replica-admin.ts';
import { toPlainError } from '../bus/plain-error.ts';
import { openPortLink } from '../bus/port-link.ts';
import { createLog, describeError } from '../logger.ts';
import { serveLink } from '../net/link-carrier.ts';
import { chance } from '../random.ts';
import { authPolicy } from '../security/auth-settings.ts';
import { openClientPorts } from './client-ports.ts';
import { openStorage } from './open-storage.ts';
import { purgeEvery } from './purge-timer.ts';
import { ReplicaHost } from './replica-host.ts';
import { ReplicaMeters } from './replica-meters.ts';
import { sessionPasswords } from './session-passwords.ts';
import type { FromReplicaThread, ReplicaControl, ReplicaThreadData, ToReplicaThread } from './thread-messages.ts';

/** ZooKeeper's defaults of FastLeaderElection and of ZKDatabase. */
const ELECTION = { finalizeWaitMs: 200, notificationMinMs: 200, notificationMaxMs: 60_000 } as const;
const COMMIT_LOG = { commitLogCount: 500, commitLogBytes: 16 << 20 } as const;
/** Clients wait this long for a new leader before they are turned away: many times what an election takes. */
const ELECTION_HOLD_MS = 3000;

const data = workerData as ReplicaThreadData;
const log = createLog(`replica ${data.id}`);

function post(message: FromReplicaThread): void {
  parentPort?.postMessage(message);
}

function replicaOptions({ id, voters, observers, settings, sessionSecret }: ReplicaThreadData): ReplicaOptions {
  return {
    id,
    voters,
    observers,
    heartbeatIntervalMs: settings.heartbeatMs,
    syncLimitMs: settings.heartbeatTimeoutMs,
    initLimitMs: settings.initLimitMs,
    ...ELECTION,
    ...COMMIT_LOG,
    tickMs: settings.tickTimeMs,
    minSessionTimeoutMs: settings.minSessionTimeoutMs,
    maxSessionTimeoutMs: settings.maxSessionTimeoutMs,
    sessionPasswords: sessionPasswords(settings.sessionPasswords, sessionSecret),
    readOnlyMode: settings.readOnlyMode,
    auth: authPolicy(settings.auth),
    snapCount: settings.snapCount,
    snapSizeLimitBytes: settings.snapSizeLimitKiB * 1024,
    snapPhase: chance(),
    electionHoldMs: ELECTION_HOLD_MS,
    limits: settings,
    chance,
    writes: settings,
  };
}

function fail(error: unknown): void {
  log('error', `stopping: ${describeError(error)}`);
  post({ type: 'failed', error: toPlainError(error) });
  // The exit code tells the supervisor that this was no order of its own.
  process.exit(1);
}

async function run(): Promise<void> {
  const meters = new ReplicaMeters(
    data.storage.type === 'files' ? data.storage.settings.fsyncWarningThresholdMs : undefined,
  );
  const host = new ReplicaHost({
    replica: replicaOptions(data),
    log,
    meters,
    answerWord: (asked) => admin.answerWord(asked),
    clientLimits: data.settings,
    openStorage: (listener) => {
      const opened = openStorage({
        where: data.storage,
        isAlone: data.voters.length === 1 && data.voters.includes(data.id),
        tree: { extendedTypes: data.settings.extendedTypes, digestEnabled: data.settings.digestEnabled },
        listener,
        log,
        meters,
      });
      if (data.storage.type === 'files') purgeEvery(data.storage.settings.autopurgeIntervalHours, opened.storage);
      post({ type: 'recovered', mayVote: opened.storage.mayVote });
      return opened;
    },
    onRole: (role) => post({ type: 'role', role }),
    onFatal: fail,
  });
  const pulse = setInterval(() => Atomics.add(data.pulses, data.pulseIndex, 1), data.settings.heartbeatMs);
  parentPort?.on('message', (message: ToReplicaThread) => {
    if (message.type === 'members') return host.onMembers(message.members);
    if (message.type === 'report') return admin.onReport(message.report);
    const link = openPortLink(message.port);
    if (message.type === 'peer') host.addPeer(message.peer, link);
    else serveLink(link, host.clients.accept);
  });
  const { replica } = host;
  const admin = new ReplicaAdmin({ data, host, meters, askReport: () => post({ type: 'reportWanted' }) });
  const control: ReplicaControl = {
    inspect: () => ({
      id: data.id,
      role: replica.role,
      zxid: formatZxid(replica.tree.lastProcessedZxid),
      znodeCount: replica.tree.znodeCount,
      sessionCount: replica.tree.sessions.size,
      connectionCount: replica.connectionCount,
      watchCount: replica.tree.watches.count,
    }),
    stop: async () => {
      await host.close();
      await ports.close();
      await admin.close();
      clearInterval(pulse);
      // Not `exit`: the answer to this call has to leave first. Without these the thread has nothing to live for.
      parentPort?.close();
      setImmediate(() => data.control.close());
    },
    freeze: (ms) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    },
  };
  const ports = await openClientPorts(data, {
    log,
    accept: host.clients.accept,
    onAuthFailed: () => {
      replica.statistics.counts.authFailures += 1;
    },
  });
  const { adminPort, metricsPort } = await admin.open(ports);
  post({ type: 'listening', port: ports.port, securePort: ports.securePort, adminPort, metricsPort });
  // Only now: comlink takes longer to load than everything above, and calls wait in the port.
  const { exposeControl } = await import('../bus/control.ts');
  exposeControl(control, data.control);
}

invariant(parentPort !== null, 'a replica runs in a worker thread');
run().catch(fail);
