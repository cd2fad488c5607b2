/** What processes cost, as the kernel counts it: CPU time from /proc/<pid>/stat, memory from /proc/<pid>/smaps_rollup. */

import { readFileSync } from 'node:fs';

/** Linux shows times to user space in hundredths of a second on every architecture. */
const TICKS_PER_SECOND = 100;
const UTIME_FIELD = 11;
const STIME_FIELD = 12;

/** User and system time so far of these processes, all threads. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields are counted behind the name, which may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[UTIME_FIELD]) + Number(fields[STIME_FIELD]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** CPU time of the whole machine so far, without idling and without waiting for the disk. */
export function machineCpuSeconds(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'latin1').split(/\s+/, 8).map(Number);
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)) / TICKS_PER_SECOND;
}

/** Proportional set size: pages that several processes share are counted once among them. */
export function memoryMib(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    kib += Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]);
  }
  return kib / 1024;
}
