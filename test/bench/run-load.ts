/**
 * Runs the load generator, in its own process, against some servers, and takes their CPU time over exactly the span it
 * measured.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadResult } from './load/load-meter.ts';
import { cpuSeconds, machineCpuSeconds } from './process-cost.ts';

const GENERATOR = join(import.meta.dirname, 'load-generator.js');

export interface LoadOrder {
  readonly servers: readonly string[];
  readonly work: 'read' | 'set' | 'create' | 'mixed' | 'fill';
  readonly connections?: number;
  readonly outstanding?: number;
  readonly size?: number;
  readonly seconds?: number;
  readonly warmup?: number;
  readonly rate?: number;
  readonly count?: number;
  /** Whose CPU to count; none unless told. */
  readonly pids?: () => readonly number[];
  /** Called when the measured span begins. */
  readonly onMeasuring?: () => void;
}

export interface LoadReport extends LoadResult {
  readonly sideCpuSeconds: number;
  /** What everybody else on the machine used meanwhile, in CPU seconds. */
  readonly foreignCpuSeconds: number;
}

export function runLoad(order: LoadOrder): Promise<LoadReport> {
  const child = spawn(process.execPath, [GENERATOR, ...argumentsOf(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const pids = order.pids ?? (() => []);
  let stdout = '';
  let stderr = '';
  let cpuAtBegin = 0;
  let sideCpuSeconds = 0;
  let machineAtBegin = 0;
  let machineSeconds = 0;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line === 'measuring') {
      cpuAtBegin = cpuSeconds(pids());
      machineAtBegin = machineCpuSeconds();
      order.onMeasuring?.();
    } else if (line === 'measured') {
      sideCpuSeconds = cpuSeconds(pids()) - cpuAtBegin;
      machineSeconds = machineCpuSeconds() - machineAtBegin;
    } else {
      stderr += `${line}\n`;
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) {
        reject(new Error(`the load generator ended with ${code} (${order.work}): ${stderr}`));
        return;
      }
      const result = parseResult(stdout);
      // Never below zero but for the coarse clock of the kernel's counters.
      const foreignCpuSeconds = Math.max(0, machineSeconds - sideCpuSeconds - result.generatorCpuSeconds);
      resolve({ ...result, sideCpuSeconds, foreignCpuSeconds });
    });
  });
}

function argumentsOf(order: LoadOrder): readonly string[] {
  const { servers, work, connections, outstanding, size, seconds, warmup, rate, count } = order;
  const flags = { connections, outstanding, size, seconds, warmup, rate, count };
  return [
    '--servers',
    servers.join(','),
    '--work',
    work,
    ...Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`])),
  ];
}

/** The generator is our own program: its one line is taken at its word. */
function parseResult(line: string): LoadResult {
  return JSON.parse(line) as LoadResult;
}
