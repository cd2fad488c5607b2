/**
 * An ensemble of replica threads in this process: checks what it needs before anything is touched, starts it, and gives
 * out clients and its state.
 */

import net from 'node:net';
import { ConfigError } from '../core/errors.ts';
import { type PeerId, toPeerId } from '../core/ids.ts';
import { NO_PIPELINES, type PipelinesReport } from './admin/metrics/runtime-report.ts';
import { busTransport } from './bus-transport.ts';
import type { Client } from './client/client.ts';
import type { ClientOptions } from './client/options.ts';
import { monotonicMs, wallMs } from './clock.ts';
import { adminPortAt } from './config/admin-settings.ts';
import type { EnsembleConfig } from './config/types.ts';
import { type DataDirectories, openDirectories } from './data-directories.ts';
import type { Log } from './logger.ts';
import { type SupervisedReplica, Supervisor, type SupervisorOptions } from './replica/supervisor.ts';
import type { AdminPlace, ReplicaStatus } from './replica/thread-messages.ts';
import { readSecurity, type SecuritySettings } from './security/read-security.ts';
import {
  isSessionSecretExposed,
  makeSessionSecret,
  openSessionSecret,
  readSessionSecret,
  SESSION_SECRET_FILE,
  type SessionSecret,
} from './storage/session-secret.ts';
import { storageSettings } from './storage/storage-settings.ts';

/** How long replicas may take to drain and sync at a stop. */
const STOP_GRACE_MS = 10_000;

export interface EnsembleState {
  readonly replicas: readonly SupervisedReplica[];
  /** The active leader, if there is one. */
  readonly leader: PeerId | null;
  readonly epoch: number | null;
}

/** What a client over the bus sees of the ensemble. */
export interface BusReach {
  /** The one replica that it may use. Default: all. */
  readonly replica?: PeerId | undefined;
  /** Path that it takes for the root, as in a connect string. Default: none. */
  readonly chroot?: string | undefined;
}

export interface Ensemble {
  /** Client ports by replica, in order. */
  readonly clientPorts: readonly number[];
  /** `host:port,…` of all replicas, for any ZooKeeper client. */
  readonly connectString: string;
  /** Client ports for TLS, likewise; empty where there are none. */
  readonly secureClientPorts: readonly number[];
  /** From the call of `startEnsemble` until every replica served, milliseconds. */
  readonly startMs: number;
  readonly state: EnsembleState;
  /** Called after every change of `state`, from then on. @returns how to stop that */
  onChange(listener: (state: EnsembleState) => void): () => void;
  /** Makes a client that reaches the replicas over the bus; `make` is the constructor of the client that you want. */
  connect<Made extends Client>(
    make: new (connectString: string, options: ClientOptions) => Made,
    options?: ClientOptions,
    reach?: BusReach,
  ): Made;
  /** Says what pipelines there are, whenever metrics are read; until then there are none. */
  describePipelines(describe: () => PipelinesReport): void;
  /** What the replicas say of themselves; those without a thread say nothing. */
  inspect(): Promise<ReplicaStatus[]>;
  /** Fault injection: ends a replica's thread as a crash would. A new one takes its place. */
  kill(replica: PeerId): Promise<void>;
  /** Fault injection: blocks a replica's thread. Resolves when it moves again, or was replaced. */
  freeze(replica: PeerId, ms: number): Promise<void>;
  /** Stops all replicas in order: hang up, sync, end. Idempotent. */
  close(): Promise<void>;
}

/**
 * Resolves once every replica listens and serves.
 * @throws ConfigError for a port that is taken; DataDirectoryError and its kin for a directory that cannot be used;
 *   nothing has been changed then. Any other error: a replica failed to start, and all of them have been stopped
 */
export async function startEnsemble(config: EnsembleConfig, log: Log): Promise<Ensemble> {
  const startedAtMs = monotonicMs();
  const { servers } = config;
  const ids = servers.map(({ id }) => toPeerId(id));
  const security = await readSecurity(config);
  await requireFreePorts(config);
  const directories = config.inMemory ? null : openDirectories(config, log);
  const sessionSecret = openSecret(config, directories, log);
  const listeners = new Set<(state: EnsembleState) => void>();
  let closing: Promise<void> | null = null;
  let describePipelines = (): PipelinesReport => NO_PIPELINES;
  const { supervisor, ready } = supervise({
    config,
    log,
    security,
    sessionSecret,
    replicas: servers.map(({ id, role, host, clientPort }, index) => ({
      id: toPeerId(id),
      isVoter: role === 'participant',
      host,
      clientPort,
      secureClientPort: securePortOf(config, index),
      admin: adminPlace(config, host, index),
      place: directories === null ? null : directories.placeOf(toPeerId(id)),
    })),
    describePipelines: () => describePipelines(),
    onChange: () => {
      for (const listener of listeners) listener(stateOf(supervisor));
    },
  });
  const close = (): Promise<void> => {
    closing ??= supervisor.stop(STOP_GRACE_MS).finally(() => directories?.release());
    return closing;
  };
  try {
    await ready;
  } catch (error) {
    await close();
    throw error;
  }
  const clientPorts = supervisor.replicas.map(({ clientPort }) => clientPort ?? 0);
  return {
    clientPorts,
    secureClientPorts: supervisor.replicas.flatMap(({ secureClientPort }) => secureClientPort ?? []),
    connectString: clientPorts.map((port, index) => `${reachableHost(servers[index]?.host)}:${port}`).join(','),
    startMs: monotonicMs() - startedAtMs,
    get state() {
      return stateOf(supervisor);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connect(make, options = {}, { replica, chroot = '' } = {}) {
      const servers = (replica === undefined ? ids : [replica]).map((id) => `replica:${id}`).join(',');
      const openTransport = busTransport((replica) => supervisor.openClientPort(toPeerId(replica)));
      return new make(servers + chroot, { ...options, openTransport });
    },
    describePipelines(describe) {
      describePipelines = describe;
    },
    inspect: () => inspectAll(supervisor),
    kill: (replica) => supervisor.kill(replica),
    freeze: (replica, ms) => freeze(supervisor, replica, ms),
    close,
  };
}

interface Supervision {
  readonly config: EnsembleConfig;
  readonly log: Log;
  readonly security: SecuritySettings;
  readonly sessionSecret: SessionSecret | null;
  readonly replicas: SupervisorOptions['replicas'];
  readonly describePipelines: () => PipelinesReport;
  readonly onChange: () => void;
}

function supervise(supervision: Supervision): {
  supervisor: Supervisor;
  ready: Promise<void>;
} {
  const { config, log, security, sessionSecret, replicas, describePipelines, onChange } = supervision;
  let resolve: () => void;
  let reject: (error: Error) => void;
  const ready = new Promise<void>((onReady, onFailure) => {
    resolve = onReady;
    reject = onFailure;
  });
  const supervisor: Supervisor = new Supervisor({
    replicas,
    sessionSecret,
    settings: { ...config, ...security, initLimitMs: config.initLimitTicks * config.tickTimeMs },
    storage: storageSettings(config),
    log,
    describePipelines,
    onChange: () => {
      if (supervisor.isReady) resolve();
      onChange();
    },
    onStartFailure: (error) => reject(error),
  });
  return { supervisor, ready };
}

/** Who listens on all addresses is reached on this one; an address of IPv6 stands in brackets. */
function reachableHost(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function openSecret(config: EnsembleConfig, directories: DataDirectories | null, log: Log): SessionSecret | null {
  const isAskedFor = config.sessionPasswords === 'secret';
  if (directories === null) return isAskedFor ? makeSessionSecret(wallMs()) : null;
  try {
    const secret = isAskedFor ? openSessionSecret(config.dataDir, wallMs()) : readSessionSecret(config.dataDir);
    if (isSessionSecretExposed(config.dataDir)) {
      log(
        'warn',
        `others can read ${config.dataDir}/${SESSION_SECRET_FILE}, and take over sessions: make its mode 600`,
      );
    }
    return secret;
  } catch (error) {
    directories.release();
    throw error;
  }
}

/** Where the replica at `index` is reached by HTTP: beside its clients, if nothing else is said. */
function adminPlace(config: EnsembleConfig, host: string, index: number): AdminPlace {
  return {
    host: config.adminHost ?? host,
    adminPort: adminPortAt(config.adminPort, index),
    metricsPort: adminPortAt(config.metricsPort, index),
  };
}

/** 0: any port that is free; null: there is none for TLS. */
function securePortOf({ secureClientPort }: EnsembleConfig, index: number): number | null {
  return secureClientPort === null || secureClientPort === 0 ? secureClientPort : secureClientPort + index;
}

/** Looks before anything is started, so that a port in use is told with nothing touched. */
async function requireFreePorts(config: EnsembleConfig): Promise<void> {
  const wanted = config.servers.flatMap(({ host, clientPort }, index) => {
    const admin = adminPlace(config, host, index);
    return [
      { key: 'ensemble.clientPort', host, port: clientPort },
      { key: 'ensemble.secureClientPort', host: config.secureHost ?? host, port: securePortOf(config, index) ?? 0 },
      { key: 'ensemble.adminPort', host: admin.host, port: admin.adminPort ?? 0 },
      { key: 'ensemble.metricsPort', host: admin.host, port: admin.metricsPort ?? 0 },
    ];
  });
  const failures = await Promise.all(wanted.filter(({ port }) => port !== 0).map(portProblem));
  const problems = failures.filter((problem) => problem !== null);
  if (problems.length > 0) throw new ConfigError(problems);
}

interface WantedPort {
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

function portProblem({ key, host, port }: WantedPort): Promise<ConfigError['problems'][number] | null> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const found =
        error.code === 'EADDRINUSE' ? `${host}:${port}, which is in use` : `${host}:${port} (${error.message})`;
      resolve({ origin: 'ensemble', key, expected: 'free ports for all replicas', found });
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

async function freeze(supervisor: Supervisor, replica: PeerId, ms: number): Promise<void> {
  try {
    await (await supervisor.control(replica)).call('freeze', ms);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'CONTROL_DOWN';
    if (!isGone) throw error;
  }
}

function stateOf(supervisor: Supervisor): EnsembleState {
  const { replicas } = supervisor;
  const leading = replicas.find(({ role }) => role.state === 'leading' && role.active);
  return { replicas, leader: leading?.id ?? null, epoch: leading?.role.epoch ?? null };
}

/** Of the replicas that answer: one may end while it is asked. */
async function inspectAll(supervisor: Supervisor): Promise<ReplicaStatus[]> {
  const alive = supervisor.replicas.filter(({ isAlive }) => isAlive);
  const answers = await Promise.allSettled(alive.map(async ({ id }) => (await supervisor.control(id)).call('inspect')));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}
