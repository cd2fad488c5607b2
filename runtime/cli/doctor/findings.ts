/**
 * What `threadkeeper doctor` makes of a machine: facts in, findings out. Pure, so that every verdict is tested without the
 * machine that deserves it. `fail` means that `start` would fail or lose data; `warn`, that it will be regretted.
 */

export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  /** One of `node`, `memory`, `files`, `clock`, `port`, `directory`. */
  readonly check: string;
  readonly level: Level;
  /** What is there. */
  readonly found: string;
  /** What to do about it; null where nothing is to be done. */
  readonly advice: string | null;
}

export interface PortFact {
  /** What it is for: `client port of replica 1`. */
  readonly use: string;
  readonly host: string;
  readonly port: number;
  /** Code of the error that binding it ended with; null if it is free. */
  readonly error: string | null;
}

export interface DirectoryFact {
  readonly path: string;
  /** Why it cannot be used, or null. */
  readonly problem: string | null;
  readonly freeBytes: number | null;
  /** Median of a few small writes that were synced; null where it was not tried. */
  readonly syncMs: number | null;
  /** Of the newest file in it; null if there is none. */
  readonly newestMs: number | null;
}

const MIB = 1024 * 1024;
const NODE_MIN = [20, 11] as const;
const FILES_MIN = 4096;
/** What a replica with a small tree takes, and what the process takes besides. */
const REPLICA_BYTES = 64 * MIB;
const PROCESS_BYTES = 128 * MIB;
const FREE_BYTES_FAIL = 128 * MIB;
const FREE_BYTES_WARN = 2048 * MIB;
const SYNC_MS_WARN = 20;
const CLOCK_MIN_MS = Date.UTC(2025, 0, 1);
const CLOCK_SLACK_MS = 60_000;

/** @param version  `20.11.1` */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return finding(
    'node',
    isEnough ? 'ok' : 'fail',
    `Node.js ${version}`,
    `install Node.js ${NODE_MIN.join('.')} or newer`,
  );
}

/** @param availableBytes  to this process, limits of its container included */
export function judgeMemory(availableBytes: number, replicas: number): Finding {
  const needed = PROCESS_BYTES + replicas * REPLICA_BYTES;
  const found = `${mebibytes(availableBytes)} available, ${mebibytes(needed)} wanted for ${replicas} replicas`;
  return finding('memory', availableBytes < needed ? 'warn' : 'ok', found, 'end other programs, or run fewer replicas');
}

/** @param limit  open files of this process; null where the system does not say */
export function judgeFiles(limit: number | null): Finding {
  if (limit === null) return finding('files', 'ok', 'the system names no limit of open files', '');
  const level = limit < FILES_MIN ? 'warn' : 'ok';
  const advice = `each client takes one: raise it (ulimit -n ${FILES_MIN}, or LimitNOFILE of the service)`;
  return finding('files', level, `at most ${limit} open files`, advice);
}

/** Sessions, TTLs and the stamps of znodes go by it. */
export function judgeClock(nowMs: number, directories: readonly DirectoryFact[]): Finding {
  const now = new Date(nowMs).toISOString();
  if (nowMs < CLOCK_MIN_MS) return finding('clock', 'fail', `it is ${now}`, 'set the clock');
  const ahead = directories.find(({ newestMs }) => newestMs !== null && newestMs > nowMs + CLOCK_SLACK_MS);
  if (ahead === undefined) return finding('clock', 'ok', `it is ${now}`, '');
  const newest = new Date(ahead.newestMs ?? 0).toISOString();
  const found = `it is ${now}, and ${ahead.path} holds a file of ${newest}`;
  return finding('clock', 'warn', found, 'the clock has gone back: check it, and what sets it');
}

export function judgePort({ use, host, port, error }: PortFact): Finding {
  const where = `${use}: ${host}:${port}`;
  if (port === 0) return finding('port', 'ok', `${use}: whichever is free`, '');
  if (error === null) return finding('port', 'ok', `${where} is free`, '');
  if (error === 'EADDRINUSE') {
    return finding(
      'port',
      'fail',
      `${where} is in use`,
      'end who listens there (threadkeeper status?), or choose another',
    );
  }
  if (error === 'EADDRNOTAVAIL') {
    return finding('port', 'fail', `${where}: this machine has no such address`, 'correct the setting host');
  }
  if (error === 'EACCES') return finding('port', 'fail', `${where} may not be opened`, 'choose one above 1023');
  return finding('port', 'fail', `${where}: ${error}`, 'choose another');
}

export function judgeDirectory({ path, problem, freeBytes, syncMs }: DirectoryFact): Finding {
  if (problem !== null) return finding('directory', 'fail', `${path}: ${problem}`, 'choose another, or free this one');
  const free = freeBytes === null ? '' : `, ${mebibytes(freeBytes)} free`;
  const sync = syncMs === null ? '' : `, a synced write takes ${syncMs.toFixed(1)} ms`;
  const found = `${path} can be used${free}${sync}`;
  if (freeBytes !== null && freeBytes < FREE_BYTES_FAIL) return finding('directory', 'fail', found, 'make room');
  if (freeBytes !== null && freeBytes < FREE_BYTES_WARN) return finding('directory', 'warn', found, 'make room soon');
  if (syncMs !== null && syncMs > SYNC_MS_WARN) {
    return finding(
      'directory',
      'warn',
      found,
      'every write waits for that: a faster disk, or one of its own for the logs',
    );
  }
  return finding('directory', 'ok', found, '');
}

function finding(check: string, level: Level, found: string, advice: string): Finding {
  return { check, level, found, advice: level === 'ok' ? null : advice };
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
