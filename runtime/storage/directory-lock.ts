/**
 * One process per data directory, without locks of the operating system (Node offers none): numbered lock files.
 *
 *     threadkeeper.lock.<n>   holds the identity of a process; the file with the highest number holds the lock
 *
 * Taking the lock:
 * 1. find the highest n; if its holder lives and has not released it, refuse, naming it;
 * 2. write the own identity to a temporary file and `link` it as n+1: that fails if somebody else was faster;
 * 3. look again: if there is a number above the own, the own is stale news: remove it and start over; else it is held.
 * Then lower numbers are removed. The highest file is never removed, not even by `release` (it is overwritten as
 * released): a slow contender that still believes in an old number would otherwise succeed with it.
 *
 * Why two can never both win: whoever holds a had the highest number when it looked (3). A later winner b > a was made
 * by a chain of links, each by somebody who saw the number before as highest and its holder dead; the first link of
 * that chain needed a's holder dead.
 *
 * A holder in another container cannot be asked whether it lives. It touches its file, and is taken for dead once
 * that has not happened for `STALE_AFTER_MS`; a holder that finds itself overtaken reports it through `onLost`.
 * Directories shared between machines by a network file system are not supported.
 */

import fs from 'node:fs';
import { DirectoryInUseError } from './errors.ts';
import { livenessOf, type ProcessIdentity, thisProcess } from './process-identity.ts';

const PREFIX = 'threadkeeper.lock.';
const TOUCH_EVERY_MS = 5_000;
const STALE_AFTER_MS = 20_000;
/** More failed attempts than there can be contenders that overtake one another. */
const ATTEMPTS_MAX = 1_000;

export interface DirectoryLock {
  /** Gives the directory free. Does nothing the second time. */
  release(): void;
}

export interface LockOptions {
  /** The directory was taken over while this process stood still for long: it must stop at once. */
  readonly onLost: () => void;
  /** Wall clock in milliseconds, to compare with the modification times of files. */
  readonly now: () => number;
}

interface Holder extends ProcessIdentity {
  readonly released: boolean;
}

/** @throws DirectoryInUseError naming the holder's pid; a system error when the directory cannot be written */
export function lockDirectory(directory: string, options: LockOptions): DirectoryLock {
  const me = thisProcess();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const highest = highestNumber(directory);
    if (highest > 0) refuseIfHeld(directory, highest, options.now());
    const mine = highest + 1;
    if (!linkLock(directory, mine, me)) continue;
    if (highestNumber(directory) > mine) {
      fs.rmSync(pathOf(directory, mine), { force: true });
      continue;
    }
    removeBelow(directory, mine);
    return hold(directory, mine, me, options);
  }
  throw new DirectoryInUseError(directory, 0, 'several processes that take it at the same time');
}

/** Only looks. @throws DirectoryInUseError naming the holder's pid */
export function refuseIfInUse(directory: string, now: number): void {
  const highest = highestNumber(directory);
  if (highest > 0) refuseIfHeld(directory, highest, now);
}

function refuseIfHeld(directory: string, number: number, now: number): void {
  const holder = readHolder(directory, number);
  if (holder === null || holder.released) return;
  const liveness = livenessOf(holder);
  if (liveness === 'dead') return;
  if (liveness === 'alive') {
    const who = holder.pid === process.pid ? `this process (pid ${holder.pid})` : `process ${holder.pid}`;
    throw new DirectoryInUseError(directory, holder.pid, who);
  }
  const touched = fs.statSync(pathOf(directory, number), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (now - touched > STALE_AFTER_MS) return;
  const who = `process ${holder.pid} of ${holder.host}, or was until less than ${STALE_AFTER_MS / 1000} s ago`;
  throw new DirectoryInUseError(directory, holder.pid, who);
}

function hold(directory: string, number: number, me: ProcessIdentity, options: LockOptions): DirectoryLock {
  const path = pathOf(directory, number);
  const timer = setInterval(() => {
    if (highestNumber(directory) > number) {
      clearInterval(timer);
      options.onLost();
      return;
    }
    const now = new Date(options.now());
    fs.utimes(path, now, now, () => {});
  }, TOUCH_EVERY_MS);
  timer.unref();
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      clearInterval(timer);
      // A directory that was removed meanwhile (a test's, say) needs no release.
      if (!fs.existsSync(path)) return;
      const temporary = `${path}.${me.pid}.tmp`;
      fs.writeFileSync(temporary, JSON.stringify({ ...me, released: true } satisfies Holder));
      fs.renameSync(temporary, path);
    },
  };
}

let temporaryCount = 0;

/** Makes the lock file appear with its whole content, or not at all. Returns false when there is one already. */
function linkLock(directory: string, number: number, me: ProcessIdentity): boolean {
  temporaryCount += 1;
  const temporary = `${directory}/${PREFIX}${me.pid}-${me.start}-${temporaryCount}.tmp`;
  fs.writeFileSync(temporary, JSON.stringify({ ...me, released: false } satisfies Holder));
  try {
    fs.linkSync(temporary, pathOf(directory, number));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function highestNumber(directory: string): number {
  let highest = 0;
  for (const name of fs.readdirSync(directory)) highest = Math.max(highest, numberOf(name));
  return highest;
}

function removeBelow(directory: string, number: number): void {
  for (const name of fs.readdirSync(directory)) {
    const found = numberOf(name);
    if (found > 0 && found < number) fs.rmSync(`${directory}/${name}`, { force: true });
  }
}

/** Null when the file has gone, or is no identity: then nobody can be holding it. */
function readHolder(directory: string, number: number): Holder | null {
  try {
    return parseHolder(JSON.parse(fs.readFileSync(pathOf(directory, number), 'utf8')));
  } catch {
    return null;
  }
}

function parseHolder(value: unknown): Holder | null {
  if (typeof value !== 'object' || value === null || !('pid' in value)) return null;
  const text = (name: string): string => String(Reflect.get(value, name) ?? '');
  return {
    pid: Number(value.pid),
    start: text('start'),
    boot: text('boot'),
    namespace: text('namespace'),
    host: text('host'),
    released: Reflect.get(value, 'released') === true,
  };
}

function numberOf(name: string): number {
  const match = /^threadkeeper\.lock\.(\d{1,15})$/.exec(name);
  return match === null ? 0 : Number(match[1]);
}

function pathOf(directory: string, number: number): string {
  return `${directory}/${PREFIX}${number}`;
}
