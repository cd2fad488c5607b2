/** What the operating system tells of this process and of a replica's files. What it does not tell is -1 or absent. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { arch, hostname, release, type, userInfo } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { listFiles } from '../storage/file-names.ts';
import { nodeFileSystem } from '../storage/file-system.ts';
import type { HistoryPlace } from '../storage/replica-place.ts';

const UNKNOWN = -1;
const MS_PER_SECOND = 1000;

/** Descriptors that this process has open; -1 where there is no /proc. */
export function openFileDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return UNKNOWN;
  }
}

/** How many it may have; -1 where that is not told, or unlimited. */
export function maxFileDescriptors(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? UNKNOWN);
  } catch {
    return UNKNOWN;
  }
}

export interface DirectorySizes {
  /** Bytes of all files in the folder of snapshots, and in that of logs: twice the same where that is one folder. */
  readonly snapshots: number;
  readonly logs: number;
}

/** Zeros for a replica in memory. */
export function directorySizes(history: HistoryPlace | null): DirectorySizes {
  if (history === null) return { snapshots: 0, logs: 0 };
  const snapshots = sizeOf(history.snapshots);
  return { snapshots, logs: history.logs === history.snapshots ? snapshots : sizeOf(history.logs) };
}

function sizeOf(directory: string): number {
  // A file may go while the folder is looked through.
  return nodeFileSystem
    .list(directory)
    .reduce((total, name) => total + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** The newest snapshot by its zxid, and when it was written (seconds since 1970); -1 both when there is none. */
export function lastSnapshot(history: HistoryPlace | null): { readonly zxid: number; readonly timestamp: number } {
  const file = history === null ? undefined : listFiles(nodeFileSystem, history.snapshots, 'snapshot').at(-1);
  if (file === undefined) return { zxid: UNKNOWN, timestamp: UNKNOWN };
  const writtenMs = statSync(file.path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return { zxid: file.zxid, timestamp: Math.floor(writtenMs / MS_PER_SECOND) };
}

const NOT_JAVA = '<NA>';
const MIB = 1 << 20;

/** The names that ZooKeeper tells under `envi`, and their values here. What only a Java has is marked as absent. */
export function environmentFacts(version: string): readonly (readonly [name: string, value: string])[] {
  const heap = getHeapStatistics();
  const inMiB = (bytes: number): string => `${Math.floor(bytes / MIB)}MB`;
  return [
    ['zookeeper.version', version],
    ['host.name', hostname()],
    ['java.version', NOT_JAVA],
    ['java.vendor', NOT_JAVA],
    ['java.home', NOT_JAVA],
    ['java.class.path', NOT_JAVA],
    ['java.library.path', NOT_JAVA],
    ['java.io.tmpdir', process.env.TMPDIR ?? '/tmp'],
    ['java.compiler', NOT_JAVA],
    ['os.name', type()],
    ['os.arch', arch()],
    ['os.version', release()],
    ['user.name', userFact('username')],
    ['user.home', userFact('homedir')],
    ['user.dir', process.cwd()],
    ['os.memory.free', inMiB(heap.heap_size_limit - heap.used_heap_size)],
    ['os.memory.max', inMiB(heap.heap_size_limit)],
    ['os.memory.total', inMiB(heap.total_heap_size)],
    ['node.version', process.version],
  ];
}

/** A user without an entry in the system's list of users is still somebody. */
function userFact(name: 'username' | 'homedir'): string {
  try {
    return userInfo()[name];
  } catch {
    return NOT_JAVA;
  }
}
