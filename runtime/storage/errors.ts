/**
 * What can be wrong with a replica's disk, as errors that name the file, the cause and the next step.
 *
 * They reach the user through the supervisor (start-up) or the replica's host (a full disk), so each has a stable
 * `code`. `DataDirectoryError` and its kin are raised before anything on the disk has been touched.
 */

/** Base of everything that storage refuses or reports. `code` is stable; `path` is the file or directory meant. */
export class StorageError extends Error {
  static readonly code: string = 'STORAGE';
  readonly code: string;
  readonly path: string;

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = new.target.code;
    this.path = path;
  }
}

/** Acknowledged log records are damaged or missing. The replica must not go on from this log: see `quarantine`. */
export class LogCorruptionError extends StorageError {
  static override readonly code = 'LOG_CORRUPT';
  readonly offset: number;
  readonly reason: string;

  constructor(path: string, offset: number, reason: string) {
    super(`txn log ${path} is damaged at byte ${offset}: ${reason}`, path);
    this.offset = offset;
    this.reason = reason;
  }
}

/** No snapshot of the directory can be loaded although it has txns or snapshots. Damage as well: see `quarantine`. */
export class SnapshotUnusableError extends StorageError {
  static override readonly code = 'SNAPSHOT_UNUSABLE';
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`no usable snapshot in ${path}: ${reason}`, path, options);
  }
}

/** The epoch files are unreadable or contradict each other or the log. Damage as well: see `quarantine`. */
export class EpochFileError extends StorageError {
  static override readonly code = 'EPOCH_FILE';
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`epoch file ${path}: ${reason}`, path, options);
  }
}

/** The log could not be written (full disk, input/output error): nothing is acknowledged until it can be again. */
export class LogFencedError extends StorageError {
  static override readonly code = 'LOG_FENCED';
  /** The system's code: ENOSPC, EDQUOT, EIO … */
  readonly systemCode: string;
  /** Whether `retry` may mend it: the disk was full. After any other failure only a restart reads what is there. */
  readonly retryable: boolean;

  constructor(path: string, cause: unknown) {
    const systemCode = systemCodeOf(cause);
    super(`txn log ${path} cannot be written (${systemCode}): writes are refused, reads go on`, path, { cause });
    this.systemCode = systemCode;
    this.retryable = systemCode === 'ENOSPC' || systemCode === 'EDQUOT';
  }
}

/** Writing something other than the log failed: a snapshot, an epoch, a truncation. What was there before is intact. */
export class StorageWriteError extends StorageError {
  static override readonly code = 'STORAGE_WRITE';
  readonly systemCode: string;

  constructor(path: string, what: string, cause: unknown) {
    const systemCode = systemCodeOf(cause);
    super(`${what} ${path} failed (${systemCode})`, path, { cause });
    this.systemCode = systemCode;
  }
}

/** The log cannot be cut back to that zxid, because no snapshot is old enough: the leader has to send its own. */
export class TruncateImpossibleError extends StorageError {
  static override readonly code = 'TRUNCATE_IMPOSSIBLE';
}

/** Another process, or this one, already runs on the data directory. */
export class DirectoryInUseError extends StorageError {
  static override readonly code = 'DATA_DIR_IN_USE';
  readonly pid: number;

  constructor(path: string, pid: number, holder: string) {
    super(`data directory ${path} is in use by ${holder}`, path);
    this.pid = pid;
  }
}

/** The data directory cannot be used as it is: not writable, not a directory, another server's. */
export class DataDirectoryError extends StorageError {
  static override readonly code = 'DATA_DIR';
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`data directory ${path}: ${reason}`, path, options);
  }
}

/** A file with one of our names that is not ours. */
export class ForeignFileError extends StorageError {
  static override readonly code = 'FOREIGN_FILE';
  constructor(path: string, reason: string) {
    super(`${path} is foreign or damaged: ${reason}; nothing was changed`, path);
  }
}

/** So many replicas have lost what they acknowledged that nobody can know any more what was committed. */
export class HistoryLostError extends StorageError {
  static override readonly code = 'HISTORY_LOST';
  /** @param lost  number and directory of each such replica */
  constructor(lost: readonly { readonly id: number; readonly path: string }[], replicaCount: number) {
    const who = `of ${replicaCount} replicas ${lost.map(({ id }) => id).join(', ')} lost acknowledged writes`;
    const paths = lost.map(({ path }) => path);
    super(`${who}, and no majority is left that has all: restore ${paths.join(', ')} from a backup`, paths[0] ?? '');
  }
}

/** The code that the operating system gave (ENOSPC …), however deep it is wrapped. */
export function systemCodeOf(cause: unknown): string {
  if (cause instanceof StorageWriteError) return cause.systemCode;
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string') {
    return cause.code;
  }
  return 'UNKNOWN';
}

const CODES: ReadonlySet<unknown> = new Set(
  [
    LogCorruptionError,
    SnapshotUnusableError,
    EpochFileError,
    LogFencedError,
    StorageWriteError,
    TruncateImpossibleError,
    DirectoryInUseError,
    DataDirectoryError,
    ForeignFileError,
    HistoryLostError,
  ].map(({ code }) => code),
);

/** Whether it is one of the errors above, even if it has come from another thread and lost its class on the way. */
export function isStorageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && CODES.has(error.code);
}

/** Whether the error says that what this replica acknowledged can no longer be read from its disk. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof LogCorruptionError || error instanceof SnapshotUnusableError || error instanceof EpochFileError
  );
}
