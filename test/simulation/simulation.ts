/**
 * One run: a seed makes a world, the ensemble works under faults, the faults stop, the ensemble settles. Checkers watch
 * every step. The result is a value, so that one process runs thousands.
 */

import { AgreementChecker } from './checkers/agreement.ts';
import { settle } from './checkers/liveness.ts';
import { ProbeChecker } from './checkers/probes.ts';
import { PromiseChecker } from './checkers/promises.ts';
import { RarePathWatcher } from './checkers/rare-paths.ts';
import { StepChecker } from './checkers/steps.ts';
import { Cluster } from './cluster.ts';
import { FaultSchedule } from './faults/schedule.ts';
import type { Marks } from './marks.ts';
import { Prng } from './prng.ts';
import { Requests } from './workloads/requests.ts';
import { createWorld, type WorldLimits } from './world.ts';
import { ZabHost } from './zab-host.ts';

export interface SimulationOptions extends WorldLimits {
  readonly seed: number;
  /** Keeps a transcript; costs several times the run. Default untraced. */
  readonly traced?: 'traced' | 'untraced';
}

export interface SimulationResult {
  readonly seed: number;
  readonly failure: Error | null;
  readonly marks: Marks;
  readonly transcript: readonly string[];
  readonly committedCount: number;
  readonly actionCount: number;
  /** Virtual time at the end. */
  readonly endMs: number;
}

export function simulate({ seed, traced = 'untraced', ...limits }: SimulationOptions): SimulationResult {
  const prng = new Prng(seed);
  const world = createWorld(prng.fork(), limits);
  const { voters, observers, peer } = world;
  const cluster = new Cluster(
    world,
    prng.fork(),
    (environment, id) => new ZabHost({ ...peer, id, voters, observers }, environment),
    traced,
  );
  const agreement = new AgreementChecker(cluster);
  cluster.watch([
    new StepChecker(cluster),
    agreement,
    new PromiseChecker(cluster, agreement),
    new ProbeChecker(cluster),
    new RarePathWatcher(cluster, world.lateJoiner),
  ]);
  const requests = new Requests(cluster, prng.fork());
  const faults = new FaultSchedule(cluster, prng.fork());
  let failure: Error | null = null;
  try {
    for (const id of cluster.everybody) if (id !== world.lateJoiner) cluster.start(id);
    requests.start();
    cluster.runFor(400);
    faults.start();
    cluster.runFor(world.faultyMs / 2);
    if (world.lateJoiner !== null) cluster.start(world.lateJoiner);
    cluster.runFor(world.faultyMs / 2);
    faults.stop();
    cluster.runFor(300);
    requests.stop();
    settle(cluster, requests, agreement);
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
