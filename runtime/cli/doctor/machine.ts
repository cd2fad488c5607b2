/**
 * What `threadkeeper doctor` finds on this machine: ports tried by binding them for a moment, directories by looking and,
 * where they exist, by a few small files that are gone afterwards. Nothing else is touched, and nothing is created.
 */

import {
  accessSync,
  closeSync,
  constants,
  fdatasyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { preciseMs } from '../../clock.ts';
import { refuseIfInUse } from '../../storage/directory-lock.ts';
import { DirectoryInUseError } from '../../storage/errors.ts';
import type { DirectoryFact, PortFact } from './findings.ts';

const SYNCS = 9;

/** The limit of open files; null where the system has no such file. */
export function openFilesLimit(): number | null {
  try {
    const limit = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined || limit === 'unlimited' ? null : Number(limit);
  } catch {
    return null;
  }
}

/** What this process may still take: of the machine, or of its container where that is less. */
export function availableBytes(): number {
  const machine = readMemAvailable() ?? freemem();
  const limit = process.constrainedMemory();
  // Without a limit the system names one that no machine has.
  return limit === 0 || limit === undefined || limit > totalmem() ? machine : Math.min(machine, limit);
}

/** Unlike what is free, this counts caches that give way. */
function readMemAvailable(): number | null {
  try {
    const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}

export async function tryPort(use: string, host: string, port: number): Promise<PortFact> {
  if (port === 0) return { use, host, port, error: null };
  const server = createServer();
  const error = await new Promise<string | null>((resolve) => {
    server.once('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? cause.message));
    server.listen({ host, port, exclusive: true }, () => resolve(null));
  });
  if (error === null) await new Promise((resolve) => server.close(resolve));
  return { use, host, port, error };
}

export function lookAtDirectory(path: string, nowMs: number): DirectoryFact {
  const nothing = { path, freeBytes: null, syncMs: null, newestMs: null };
  try {
    const existing = nearestExisting(path);
    if (!statSync(existing).isDirectory()) return { ...nothing, problem: `${existing} is no directory` };
    accessSync(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(existing);
    const freeBytes = bavail * bsize;
    // What does not exist yet is made by `start`.
    if (existing !== path) return { ...nothing, problem: null, freeBytes };
    refuseIfInUse(path, nowMs);
    return { path, problem: null, freeBytes, syncMs: measureSync(path), newestMs: newestIn(path) };
  } catch (error) {
    if (error instanceof DirectoryInUseError) return { ...nothing, problem: error.message };
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}

function nearestExisting(path: string): string {
  let at = path;
  while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

function measureSync(directory: string): number {
  const path = join(directory, `threadkeeper.doctor.${process.pid}`);
  const file = openSync(path, 'w', 0o600);
  try {
    const times: number[] = [];
    for (let round = 0; round < SYNCS; round++) {
      const startedMs = preciseMs();
      writeSync(file, Buffer.alloc(512, round));
      fdatasyncSync(file);
      times.push(preciseMs() - startedMs);
    }
    return times.sort((a, b) => a - b)[Math.floor(SYNCS / 2)] ?? 0;
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** Of the files right in it and in `version-2`, where logs and snapshots are. */
function newestIn(directory: string): number | null {
  const times = [directory, join(directory, 'version-2')].flatMap((folder) => {
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap(({ name }) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? []);
  });
  return times.length === 0 ? null : Math.max(...times);
}
