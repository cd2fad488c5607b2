/**
 * Why is a row as it is? Runs our server with `--cpu-prof` (each worker thread writes a profile of its own) under one
 * load and prints, for every thread, the functions in which it spent most time itself.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseCpuProfile } from './cpu-profile.ts';
import type { BenchOptions } from './options.ts';
import { runLoad } from './run-load.ts';
import { launchThreadkeeper } from './sides/threadkeeper.ts';
import { markdownTable, showNumber } from './spread.ts';

const FUNCTIONS_SHOWN = 20;
const SAMPLING_US = 500;

export async function profileBench(options: BenchOptions): Promise<void> {
  const profiles = mkdtempSync(join(options.directory, 'threadkeeper-profile-'));
  const flags = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-interval=${SAMPLING_US}`];
  const server = await launchThreadkeeper(options.directory, flags);
  try {
    await server.ready();
    const { work, connections, outstanding, seconds, warmup } = options;
    const report = await runLoad({
      servers: server.servers,
      work,
      connections,
      outstanding,
      seconds,
      warmup,
      pids: server.pids,
    });
    await server.terminate(); // the profiles are written as the threads end
    process.stdout.write(
      `${work} ${connections} × ${outstanding}: ${Math.round(report.operationsPerSecond)}/s under the profiler, p50 ${report.latencyMs.p50} ms, ` +
        `${showNumber((report.sideCpuSeconds * 1e6) / report.operations)} µs of CPU an operation\n`,
    );
    for (const file of readdirSync(profiles).sort()) showThread(file, readFileSync(join(profiles, file), 'utf8'));
  } finally {
    await server.close();
    rmSync(profiles, { recursive: true, force: true });
  }
}

/** @param file CPU.<date>.<time>.<pid>.<thread>.<sequence>.cpuprofile; thread 0 is main */
function showThread(file: string, text: string): void {
  const profile = parseCpuProfile(text);
  const thread = file.split('.')[4] ?? '?';
  const rows = profile.functions
    .slice(0, FUNCTIONS_SHOWN)
    .map(({ name, selfMs }) => [name, showNumber(selfMs), `${((100 * selfMs) / profile.busyMs).toFixed(1)} %`]);
  process.stdout.write(
    `\nthread ${thread === '0' ? '0 (main)' : thread}: busy ${showNumber(profile.busyMs)} of ${showNumber(profile.totalMs)} ms\n\n` +
      `${markdownTable([['function', 'self ms', 'of busy'], ...rows])}\n`,
  );
}
