/**
 * Everything that one start of one side is asked: time to the first write, memory, the rows of load, the gap after a
 * leader's death. Always in the same order, on an empty directory, with nothing else running.
 */

import { firstAcknowledgedWrite } from './first-write.ts';
import {
  foreignCoresKey,
  generatorCoresKey,
  p50Key,
  p99Key,
  type Sample,
  sideCoresKey,
  throughputKey,
} from './metrics.ts';
import { memoryMib } from './process-cost.ts';
import { FAILOVER_ROW, FILL_COUNT, FILL_SIZE, type LoadRow, WARM_UP_ROW } from './rows.ts';
import { type LoadReport, runLoad } from './run-load.ts';
import type { RunningSide, Side } from './sides/side.ts';

export interface Plan {
  readonly directory: string;
  readonly rows: readonly LoadRow[];
  readonly seconds: number;
  readonly warmup: number;
  /** Also memory with many znodes and the death of leaders. */
  readonly withLife: boolean;
  readonly say: (line: string) => void;
}

const IDLE_MS = 2_000;
const KILL_AFTER_MS = 500;
const FAILOVER_SECONDS = 3;

export async function measureStart(side: Side, plan: Plan): Promise<Sample> {
  const sample: Record<string, number> = {};
  const running = await side.launch(plan.directory);
  try {
    sample['first write'] = (await firstAcknowledgedWrite(running)) - running.launchedAtMs;
    await running.ready();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    sample['memory idle'] = memoryMib(running.pids());
    plan.say(`${side.name}: first write after ${sample['first write']?.toFixed(0)} ms`);
    await loadWith(running, WARM_UP_ROW, { ...plan, warmup: 0, seconds: plan.seconds + plan.warmup });
    for (const row of plan.rows) {
      const report = await loadWith(running, row, plan);
      Object.assign(sample, figuresOf(row, report));
      plan.say(
        `${side.name}: ${row.name}: ${Math.round(report.operationsPerSecond)}/s, p50 ${report.latencyMs.p50} ms`,
      );
    }
    sample['memory loaded'] = memoryMib(running.pids());
    if (plan.withLife) {
      await runLoad({ servers: running.servers, work: 'fill', count: FILL_COUNT, size: FILL_SIZE });
      sample['memory filled'] = memoryMib(running.pids());
      await measureFailover(side, running, sample, plan.say);
    }
  } finally {
    await running.close();
  }
  return sample;
}

async function loadWith(running: RunningSide, row: LoadRow, times: { seconds: number; warmup: number }) {
  const { work, connections, outstanding, size, rate } = row;
  const report = await runLoad({
    servers: running.servers,
    work,
    connections,
    outstanding,
    size,
    seconds: times.seconds,
    warmup: times.warmup,
    pids: running.pids,
    ...(rate === undefined ? {} : { rate }),
  });
  const errors = Object.entries(report.errors);
  if (errors.length > 0 || report.reconnects > 0) {
    throw new Error(`${row.name}: ${JSON.stringify(report.errors)} errors, ${report.reconnects} reconnects`);
  }
  return report;
}

function figuresOf(row: LoadRow, report: LoadReport): Sample {
  return {
    [throughputKey(row)]: report.operationsPerSecond,
    [p50Key(row)]: report.latencyMs.p50,
    [p99Key(row)]: report.latencyMs.p99,
    [sideCoresKey(row)]: report.sideCpuSeconds / report.seconds,
    [foreignCoresKey(row)]: report.foreignCpuSeconds / report.seconds,
    [generatorCoresKey(row)]: report.generatorCpuSeconds / report.seconds,
  };
}

/** A side that cannot be made to lose its leader has no figure here, and everything else keeps its own. */
async function measureFailover(
  side: Side,
  running: RunningSide,
  sample: Record<string, number>,
  say: Plan['say'],
): Promise<void> {
  try {
    sample['gap follower'] = await gapWhenTheLeaderDies(running, 'follower');
    await running.recover();
    sample['gap leader'] = await gapWhenTheLeaderDies(running, 'leader');
  } catch (error) {
    say(`${side.name}: the death of the leader was not measured: ${error instanceof Error ? error.message : error}`);
  }
}

/** The longest time without an acknowledged write on one connection, to a follower or the leader, while the leader dies. */
async function gapWhenTheLeaderDies(running: RunningSide, attachedTo: 'leader' | 'follower'): Promise<number> {
  const leader = await running.leaderIndex();
  if (leader === undefined) throw new Error('the ensemble has no leader');
  const first = attachedTo === 'leader' ? leader : (leader + 1) % running.servers.length;
  const servers = [...running.servers.slice(first), ...running.servers.slice(0, first)];
  let killed: Promise<void> | undefined;
  const report = await runLoad({
    servers,
    work: 'set',
    connections: FAILOVER_ROW.connections,
    outstanding: FAILOVER_ROW.outstanding,
    size: FAILOVER_ROW.size,
    seconds: FAILOVER_SECONDS,
    warmup: 1,
    onMeasuring: () => {
      killed = new Promise((resolve) => setTimeout(resolve, KILL_AFTER_MS)).then(() => running.killLeader());
      killed.catch(() => {}); // awaited below, once the load has ended
    },
  });
  await killed;
  return report.longestGapMs;
}
