/**
 * Who a process is, and whether it still lives: a pid alone is reused, so its start time, the machine's boot and the
 * pid namespace belong to it. Where the system does not tell them (other than Linux) they are empty, and the pid decides.
 */

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the process's start. */
  readonly start: string;
  readonly boot: string;
  /** The pid namespace: in containers the same pid means different processes. */
  readonly namespace: string;
  readonly host: string;
}

/** `elsewhere`: the pid belongs to another machine or container, so it cannot be looked up here. */
export type Liveness = 'alive' | 'dead' | 'elsewhere';

export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    start: startOf(process.pid) ?? '',
    boot: bootId(),
    namespace: pidNamespace(),
    host: hostname(),
  };
}

export function livenessOf(holder: ProcessIdentity): Liveness {
  const here = thisProcess();
  const sameMachine = holder.boot === '' || here.boot === '' ? holder.host === here.host : holder.boot === here.boot;
  // Same host name, other boot: the machine was restarted, and nobody survived that.
  if (!sameMachine) return holder.host === here.host ? 'dead' : 'elsewhere';
  if (holder.namespace !== here.namespace) return 'elsewhere';
  const start = startOf(holder.pid);
  if (start !== null) return start === holder.start ? 'alive' : 'dead';
  return holder.start === '' && respondsToSignals(holder.pid) ? 'alive' : 'dead';
}

/** Field 22 of /proc/<pid>/stat; null when there is no such process, or no /proc. A zombie no longer holds anything. */
function startOf(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command may hold spaces and brackets, so count from behind its closing one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function bootId(): string {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function respondsToSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
