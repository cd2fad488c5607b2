/**
 * I25: when faults have stopped, the ensemble settles within a bounded time: every peer serves the same epoch under the
 * same leader, a new txn asked for at each peer is committed, and everybody has applied the same.
 */

import { InvariantViolation } from '../../../core/assert.ts';
import { describeRole, describeZxid } from '../../../core/zab/describe.ts';
import type { Cluster } from '../cluster.ts';
import type { Host } from '../host.ts';
import type { Requests } from '../workloads/requests.ts';
import type { AgreementChecker } from './agreement.ts';
import { isSame } from './agreement.ts';

const STEP_MS = 50;
/** Long against any timeout of the world, so that only a standstill reaches it. */
const SETTLE_MS_MAX = 15_000;

/** Runs the cluster until it has settled. @throws InvariantViolation when it does not within 15 s of virtual time */
export function settle(cluster: Cluster, requests: Requests, agreement: AgreementChecker): void {
  const startMs = cluster.scheduler.nowMs;
  let committedBefore: number | null = null;
  while (cluster.scheduler.nowMs - startMs < SETTLE_MS_MAX) {
    cluster.runFor(STEP_MS);
    if (!isServing(cluster)) committedBefore = null;
    else if (committedBefore === null) {
      committedBefore = agreement.committed.length;
      for (const id of cluster.everybody) requests.ask(id);
    } else if (agreement.committed.length >= committedBefore + cluster.everybody.length && isEven(cluster, agreement)) {
      return;
    }
  }
  throw new InvariantViolation('I25: without faults the ensemble settles', {
    committed: agreement.committed.length,
    peers: cluster.running.map(describeHost).join('; '),
  });
}

function isServing({ everybody, hosts, running }: Cluster): boolean {
  const epoch = running[0]?.view.epoch;
  return hosts.size === everybody.length && running.every(({ view }) => view.active && view.epoch === epoch);
}

function isEven({ running }: Cluster, { committed }: AgreementChecker): boolean {
  return running.every(({ applied, disk }) => isEqualTo(applied) && disk.isIdle && isEqualTo(disk.history));

  function isEqualTo(entries: Host['applied']): boolean {
    if (entries.length !== committed.length) return false;
    return entries.every((entry, index) => {
      const expected = committed[index];
      return expected !== undefined && isSame(entry, expected);
    });
  }
}

function describeHost({ id, view, applied, disk }: Host): string {
  const role = describeRole({ ...pick(view), resynchronised: null });
  const { lastLogged, acceptedEpoch, currentEpoch } = view;
  return `${id}: ${role}, epochs ${currentEpoch}/${acceptedEpoch}, logged ${describeZxid(lastLogged)}, on disk ${describeZxid(disk.lastZxid)}, applied ${applied.length}`;
}

function pick({
  state,
  active,
  leader,
  epoch,
}: Host['view']): Pick<Host['view'], 'state' | 'active' | 'leader' | 'epoch'> {
  return { state, active, leader, epoch };
}
