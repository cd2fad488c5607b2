/** What the operating system tells of this process and of a replica's files. What it does not tell is -1 or absent. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { arch, hostname, release, type, userInfo } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';

const UNKNOWN = -1;

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
  /** Bytes of snapshots, and of transaction logs. */
  readonly snapshots: number;
  readonly logs: number;
}

/** The files of a `version-2` folder; zeros for a replica in memory. */
export function directorySizes(directory: string | null): DirectorySizes {
  const sizes = { snapshots: 0, logs: 0 };
  for (const { name, bytes } of listFiles(directory)) {
    if (name.startsWith('log.')) sizes.logs += bytes;
    else sizes.snapshots += bytes;
  }
  return sizes;
}

/** The newest snapshot by its zxid, and when it was written (seconds since 1970); -1 both when there is none. */
export function lastSnapshot(directory: string | null): { readonly zxid: number; readonly timestamp: number } {
  let last = { zxid: UNKNOWN, timestamp: UNKNOWN };
  for (const { name, modifiedMs } of listFiles(directory)) {
    const digits = /^snapshot\.([0-9a-f]{1,16})(\.\w+)?$/.exec(name)?.[1];
    if (digits === undefined || name.endsWith('.tmp')) continue;
    const zxid = Number.parseInt(digits, 16);
    if (zxid > last.zxid) last = { zxid, timestamp: Math.floor(modifiedMs / 1000) };
  }
  return last;
}

interface FileFacts {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

function listFiles(directory: string | null): FileFacts[] {
  if (directory === null) return [];
  try {
    return readdirSync(directory).flatMap((name) => {
      const facts = statSync(join(directory, name), { throwIfNoEntry: false });
      // A file may go while the folder is looked through.
      return facts?.isFile() === true ? [{ name, bytes: facts.size, modifiedMs: facts.mtimeMs }] : [];
    });
  } catch {
    return [];
  }
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
