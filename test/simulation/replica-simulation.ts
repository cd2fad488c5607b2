/**
 * One run of a whole ensemble: replicas with trees, sessions and clients, in the scheduler, network and disks of the
 * simulation of consensus, under its faults and those of client connections. Then the faults stop, every client gets what
 * it still wants, and all replicas must show what the history says.
 */

import { InvariantViolation } from '../../core/assert.ts';
import type { PeerId } from '../../core/ids.ts';
import type { ReplicaOptions } from '../../core/server/replica.ts';
import type { SessionPasswords } from '../../core/server/sessions/session-password.ts';
import { AUTH_DEFAULTS } from '../support/auth-policy.ts';
import { AgreementChecker } from './checkers/agreement.ts';
import { ClientPromises } from './checkers/client-promises.ts';
import { PromiseChecker } from './checkers/promises.ts';
import { ReplicaStateChecker } from './checkers/replica-state.ts';
import { StepChecker } from './checkers/steps.ts';
import { SimClient } from './clients/sim-client.ts';
import { Workload } from './clients/workload.ts';
import { Cluster } from './cluster.ts';
import { createClientFaults } from './faults/client-faults.ts';
import { FAULTS } from './faults/fault.ts';
import { FaultSchedule } from './faults/schedule.ts';
import { Prng } from './prng.ts';
import { Proposals } from './proposals.ts';
import { ReplicaHost } from './replica-host.ts';
import type { SimulationOptions, SimulationResult } from './simulation.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';
import { createWorld, type World } from './world.ts';

const WALL_MS = 1_700_000_000_000;
/** Not ZooKeeper's, so that nothing in the core relies on those. */
const PASSWORDS: SessionPasswords = {
  given: ({ hi, lo }) =>
    Uint8Array.from({ length: 16 }, (_, at) => ((at % 2 === 0 ? hi : lo) >>> (at % 4)) ^ (at * 37)),
  alsoAccepted: () => [],
  idsFromMs: 0,
};
const WEATHER_US = 20_000;
const SETTLE_STEP_MS = 50;
/** Long against any timeout of the world, so that only a standstill reaches it. */
const SETTLE_MS_MAX = 15_000;

interface ReplicaWorld {
  readonly world: World;
  readonly server: Pick<
    ReplicaOptions,
    | 'tickMs'
    | 'minSessionTimeoutMs'
    | 'maxSessionTimeoutMs'
    | 'readOnlyMode'
    | 'limits'
    | 'snapCount'
    | 'electionHoldMs'
    | 'writes'
  >;
  readonly sliceBytes: number;
  readonly clientCount: number;
  readonly pipelineMax: number;
  readonly clientDelayUs: readonly [number, number];
  readonly clientTurnMs: readonly [number, number];
}

function createReplicaWorld(prng: Prng, options: SimulationOptions): ReplicaWorld {
  const { peers } = options;
  // The history begins with what these clients do.
  const world: World = { ...createWorld(prng, peers === undefined ? {} : { peers }), initialZxid: null };
  return {
    world,
    server: {
      tickMs: prng.pick([50, 100, 300]),
      minSessionTimeoutMs: 300,
      maxSessionTimeoutMs: 2000,
      snapCount: prng.pick([10, 40, 100_000]),
      // No client here asks for it: it must change nothing for the others.
      readOnlyMode: prng.chance(0.5),
      limits: { requestThrottleLimit: prng.pick([0, 0, 1, 4]), globalOutstandingLimit: prng.pick([1000, 2]) },
      electionHoldMs: prng.pick([50, 300, 3000]),
      writes: {
        extendedTypes: true,
        containerCheckIntervalMs: prng.pick([40, 300]),
        containerMaxPerMinute: prng.pick([600, 100_000]),
      },
    },
    sliceBytes: prng.pick([200, 1000, 100_000]),
    clientCount: prng.between(2, 5),
    pipelineMax: prng.pick([1, 4, 12]),
    clientDelayUs: prng.pick([[20, 200] as const, [50, 5_000] as const, [100, 20_000] as const]),
    clientTurnMs: prng.pick([[1, 10] as const, [5, 40] as const]),
  };
}

export function simulateReplicas(options: SimulationOptions): SimulationResult {
  const { seed, traced = 'untraced' } = options;
  const prng = new Prng(seed);
  const { world, server, ...rest } = createReplicaWorld(prng.fork(), options);
  const { voters, observers } = world;
  const proposals = new Proposals();
  const shelves = new Map<PeerId, SnapshotShelf>();
  const cluster: Cluster = new Cluster(
    world,
    prng.fork(),
    (environment, id) => {
      const shelf = shelves.get(id) ?? new SnapshotShelf(environment.disk, cluster.marks);
      shelves.set(id, shelf);
      const clock = (): { nowMs: number; wallMs: number } => {
        const { nowMs } = cluster.scheduler;
        return { nowMs, wallMs: WALL_MS + nowMs };
      };
      const replica = {
        ...world.peer,
        ...server,
        sessionPasswords: PASSWORDS,
        auth: AUTH_DEFAULTS,
        id,
        voters,
        observers,
        snapPhase: id / 10,
        snapSizeLimitBytes: 1 << 30,
      };
      const { sliceBytes } = rest;
      return new ReplicaHost(replica, environment, { clock, shelf, proposals, marks: cluster.marks, sliceBytes });
    },
    traced,
  );
  const agreement = new AgreementChecker(cluster);
  const promises = new ClientPromises(agreement, cluster.marks);
  const state = new ReplicaStateChecker(cluster, promises);
  cluster.watch([new StepChecker(cluster), agreement, new PromiseChecker(cluster, agreement), state]);
  const clients = createClients(cluster, prng.fork(), rest, promises);
  const faults = new FaultSchedule(cluster, prng.fork(), [
    ...FAULTS,
    ...createClientFaults(clients, server.maxSessionTimeoutMs),
  ]);
  let failure: Error | null = null;
  try {
    for (const id of cluster.everybody) if (id !== world.lateJoiner) cluster.start(id);
    for (const client of clients) client.start();
    cluster.runFor(400);
    faults.start();
    cluster.runFor(world.faultyMs / 2);
    if (world.lateJoiner !== null) cluster.start(world.lateJoiner);
    cluster.runFor(world.faultyMs / 2);
    faults.stop();
    watchWeather(cluster, promises);
    cluster.runFor(300);
    for (const client of clients) client.rest();
    settle(cluster, clients, agreement);
    // Sessions without a client expire.
    cluster.runFor(server.maxSessionTimeoutMs + 2 * server.tickMs + 1500);
    settle(cluster, clients, agreement);
    state.requireModel();
    promises.requireReaped(WALL_MS + cluster.scheduler.nowMs);
    promises.requireSettled(clients.map(({ session }) => session?.key ?? ''));
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  return {
    seed,
    failure,
    marks: cluster.marks,
    transcript: cluster.transcript.lines,
    committedCount: agreement.committed.length,
    actionCount: cluster.scheduler.ranCount,
    endMs: cluster.scheduler.nowMs,
  };
}

function createClients(
  cluster: Cluster,
  prng: Prng,
  world: Omit<ReplicaWorld, 'world' | 'server'>,
  promises: ClientPromises,
): readonly SimClient[] {
  return Array.from({ length: world.clientCount }, (_, index) => {
    const name = `c${index + 1}`;
    const workload = new Workload(name, prng.fork(), prng.chance(0.5));
    const timeoutMs = prng.pick([300, 800, 2000]);
    const options = {
      timeoutMs,
      patience: timeoutMs === 300 ? prng.pick([2 / 3, 5]) : 2 / 3,
      pipelineMax: world.pipelineMax,
      delayUs: world.clientDelayUs,
      turnMs: world.clientTurnMs,
    };
    return new SimClient(name, cluster, prng.fork(), options, promises, workload);
  });
}

function watchWeather(cluster: Cluster, promises: ClientPromises): void {
  const [first] = cluster.running;
  const epoch = first?.view.epoch ?? null;
  const isCalm = cluster.running.every(({ view }) => view.active && view.epoch === epoch);
  promises.onWeather(isCalm, cluster.scheduler.nowUs);
  cluster.scheduler.after(WEATHER_US, () => watchWeather(cluster, promises));
}

/** I25: every replica serves, every client gets an answer to a write, a sync and a read, everybody has applied the same. */
function settle(cluster: Cluster, clients: readonly SimClient[], agreement: AgreementChecker): void {
  const startMs = cluster.scheduler.nowMs;
  for (const client of clients) client.obligeAll();
  while (cluster.scheduler.nowMs - startMs < SETTLE_MS_MAX) {
    cluster.runFor(SETTLE_STEP_MS);
    if (clients.every((client) => client.isConnected && !client.hasDuties) && isEven(cluster, agreement)) return;
  }
  const describe = ({ name, isConnected, hasDuties, target }: SimClient): string =>
    `${name} ${isConnected ? 'connected' : 'not connected'} to ${target}${hasDuties ? ', waits for answers' : ''}`;
  throw new InvariantViolation('I25: without faults every client is served and all replicas agree', {
    committed: agreement.committed.length,
    replicas: cluster.running
      .map(
        ({ id, view, applied }) => `${id}: ${view.state}${view.active ? '' : ' inactive'}, applied ${applied.length}`,
      )
      .join('; '),
    clients: clients.map(describe).join('; '),
  });
}

function isEven({ running, everybody }: Cluster, { committed }: AgreementChecker): boolean {
  if (running.length !== everybody.length) return false;
  return running.every(
    ({ applied, disk, view }) =>
      view.active && applied.length === committed.length && disk.isIdle && disk.history.length === committed.length,
  );
}
