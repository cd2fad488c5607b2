/**
 * The append side of a replica's txn log.
 *
 *     append ──copy──> batch ──flush──> one write ──> one fdatasync in flight ──> onDurable(zxid)
 *
 * Group commit: what is appended while a sync is in flight becomes the next batch. Batches are written strictly one
 * after another, each only when the one before it is on disk, because recovery relies on it (core/jute/txn-log.ts).
 * Whatever fails, bytes that were not synced stay in memory and nothing is acknowledged: the log is fenced.
 */

import { invariant } from '../../core/assert.ts';
import { appendRecord, LOG_HEADER_SIZE, RECORD_OVERHEAD, writeLogHeader } from '../../core/jute/txn-log.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { Zxid } from '../../core/zxid.ts';
import { LogFencedError } from './errors.ts';
import { fileName, LOG_TEMPORARY } from './file-names.ts';
import { type FileSystem, type SyncCallback, writeFully } from './file-system.ts';
import { LOG_BATCH_BYTES_MAX, readLog } from './log-reader.ts';
import { Preallocation } from './preallocation.ts';
import { STORAGE_DEFAULTS, type StorageSettings } from './storage-settings.ts';

type LogSettings = Pick<StorageSettings, 'preAllocKiB' | 'txnLogSizeLimitKiB' | 'forceSync'>;

export interface TxnLogOptions {
  readonly fileSystem: FileSystem;
  /** The version-2 directory; it exists. */
  readonly directory: string;
  /** Called before a log file is created; makes sure that there is a snapshot beneath it. May throw a system error. */
  readonly beforeCreate: () => void;
  /** Every entry up to and including `zxid` is on disk. Called from the event loop, never from within `append` or `flush`. */
  readonly onDurable: (zxid: Zxid) => void;
  /** The log was fenced. Called once for each failure. May be called from within `flush`. */
  readonly onFenced: (error: LogFencedError) => void;
  /** Default: STORAGE_DEFAULTS. */
  readonly settings?: LogSettings;
  /** Bytes appended but not yet durable that are held at most; beyond it `append` throws. Default 64 MiB. */
  readonly pendingBytesMax?: number;
}

export const PENDING_BYTES_MAX = 64 << 20;
/** A batch whose memory is larger than this gives it back after use. */
const KEPT_BATCH_BYTES = 1 << 20;

interface Batch {
  readonly writer: JuteWriter;
  firstZxid: Zxid;
  lastZxid: Zxid;
  /** Begins a new file. */
  startsFile: boolean;
}

interface OpenFile {
  readonly fd: number;
  readonly path: string;
  readonly preallocation: Preallocation;
  /** End of the last durable record. */
  position: number;
  /** Whether the directory entry of the file is durable. */
  listed: boolean;
}

export class TxnLog {
  readonly #options: TxnLogOptions;
  readonly #fileSystem: FileSystem;
  readonly #settings: LogSettings;
  readonly #pendingBytesMax: number;
  /** Oldest first. While `#busy`, the first one is being written or synced and takes no more entries. */
  readonly #batches: Batch[] = [];
  readonly #spare: JuteWriter[] = [];
  #file: OpenFile | null = null;
  #rolled = true;
  #busy = false;
  #closed = false;
  #finishing: { readonly pending: 'write' | 'drop'; readonly callback: () => void } | null = null;
  #pendingBytes = 0;
  #fenced: LogFencedError | null = null;

  constructor(options: TxnLogOptions) {
    this.#options = options;
    this.#fileSystem = options.fileSystem;
    this.#settings = options.settings ?? STORAGE_DEFAULTS;
    this.#pendingBytesMax = options.pendingBytesMax ?? PENDING_BYTES_MAX;
  }

  /** Why nothing is acknowledged at present, or null. */
  get fenced(): LogFencedError | null {
    return this.#fenced;
  }

  /** Bytes that were appended and are not on disk yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * Takes an entry, by copy. It is written by the next `flush`, or with the batch after the one in flight.
   * While the log is fenced entries are still held, because the leader has already proposed them; new writes are
   * refused earlier, by whoever looks at `fenced` before it proposes.
   * @throws LogFencedError once `pendingBytesMax` is reached: this replica cannot follow any more
   */
  append(zxid: Zxid, entry: Uint8Array): void {
    invariant(!this.#closed && this.#finishing === null, 'a log that is being finished takes no entries', { zxid });
    const size = entry.length + RECORD_OVERHEAD;
    if (this.#pendingBytes + size > this.#pendingBytesMax) {
      throw this.#fenced ?? new LogFencedError(this.#options.directory, { code: 'EBUSY' });
    }
    const batch = this.#batchFor(zxid, size);
    appendRecord(batch.writer, entry);
    batch.lastZxid = zxid;
    this.#pendingBytes += size;
  }

  /** Starts to write what was appended, unless a batch is on its way: then the rest follows it by itself. */
  flush(): void {
    if (this.#busy || this.#fenced !== null) return;
    this.#writeNext();
  }

  /** The next entry begins a new file. */
  roll(): void {
    this.#rolled = true;
  }

  /**
   * Ends an era of the log: its file is let go, so that somebody else may cut or replace the files, and the next entry
   * begins a new one. What was appended before is written first (`write`) or dropped (`drop`; a fence is lifted then).
   * Calls back when nothing is in flight any more; until then nothing may be appended.
   */
  finish(pending: 'write' | 'drop', callback: () => void): void {
    invariant(this.#finishing === null, 'a log is finished by one at a time');
    this.#finishing = { pending, callback };
    if (this.#busy) return;
    if (pending === 'write' && this.#batches.length > 0) this.flush();
    else this.#settle();
  }

  /** Tries again after a full disk: the same bytes at the same place. A failure fences anew and is reported anew. */
  retry(): void {
    if (this.#fenced === null || !this.#fenced.retryable || this.#busy) return;
    this.#fenced = null;
    this.#writeNext();
  }

  /** Ends after the sync in flight. Entries that were appended but never flushed are dropped. */
  close(callback: () => void): void {
    this.#closed = true;
    this.#finishing = { pending: 'drop', callback };
    if (!this.#busy) this.#settle();
  }

  // A file change is a batch change, so a batch never spans two files; nor does it exceed what recovery takes for one
  // write. The batch in flight is closed to newcomers: its bytes are already with the kernel.
  #batchFor(zxid: Zxid, size: number): Batch {
    const last = this.#batches[this.#batches.length - 1];
    const isOpen = last !== undefined && !(this.#busy && this.#batches.length === 1);
    if (isOpen && !this.#rolled && last.writer.length + size <= LOG_BATCH_BYTES_MAX) return last;
    const batch: Batch = {
      writer: this.#spare.pop() ?? new JuteWriter(1 << 12),
      firstZxid: zxid,
      lastZxid: zxid,
      startsFile: this.#rolled,
    };
    this.#rolled = false;
    this.#batches.push(batch);
    return batch;
  }

  #writeNext(): void {
    const batch = this.#batches[0];
    if (batch === undefined) return;
    try {
      const file = this.#fileFor(batch);
      writeFully(this.#fileSystem, file.fd, batch.writer.view(), file.position);
      file.preallocation.growFor(this.#fileSystem, file.fd, file.position + batch.writer.length);
      this.#busy = true;
      this.#sync(file, (error) => this.#onSynced(file, batch, error));
    } catch (error) {
      this.#fence(error);
    }
  }

  #sync({ fd }: OpenFile, callback: SyncCallback): void {
    if (this.#settings.forceSync) return this.#fileSystem.datasync(fd, callback);
    // Never at once, as with a sync: who appends is not to hear of it while it appends.
    queueMicrotask(() => callback(null));
  }

  #onSynced(file: OpenFile, batch: Batch, error: Error | null): void {
    if (error !== null) {
      this.#fence(error);
      return;
    }
    if (!file.listed) {
      // The file's bytes are safe, but its name is not: without it recovery would never look at them.
      this.#fileSystem.syncDirectory(this.#options.directory, (directoryError) => {
        file.listed = directoryError === null;
        this.#onSynced(file, batch, directoryError);
      });
      return;
    }
    file.position += batch.writer.length;
    if (file.position > (this.#settings.txnLogSizeLimitKiB ?? Number.POSITIVE_INFINITY) * 1024) this.#rolled = true;
    this.#pendingBytes -= batch.writer.length;
    this.#batches.shift();
    this.#busy = false;
    const zxid = batch.lastZxid;
    this.#recycle(batch);
    // The next batch starts before the host reacts, so that the disk never waits for the host.
    const dropsRest = this.#finishing?.pending === 'drop';
    if (!dropsRest) this.#writeNext();
    this.#options.onDurable(zxid);
    if (dropsRest || this.#batches.length === 0) this.#settle();
  }

  #fileFor(batch: Batch): OpenFile {
    if (this.#file !== null && !batch.startsFile) return this.#file;
    this.#closeFile();
    this.#options.beforeCreate();
    const path = `${this.#options.directory}/${fileName('log', batch.firstZxid)}`;
    if (this.#fileSystem.exists(path)) {
      const { lastZxid } = readLog(this.#fileSystem, path, () => {});
      invariant(lastZxid === null, 'a new log file replaces none that has records', { path, lastZxid });
      this.#fileSystem.remove(path);
    }
    this.#file = {
      fd: this.#createFile(path),
      path,
      preallocation: new Preallocation(this.#settings.preAllocKiB * 1024),
      position: LOG_HEADER_SIZE,
      listed: false,
    };
    batch.startsFile = false;
    return this.#file;
  }

  // ZooKeeper 3.8 starts from no directory whose newest log is empty, so a log gets its name once it has its header.
  #createFile(path: string): number {
    const temporary = `${this.#options.directory}/${LOG_TEMPORARY}`;
    this.#fileSystem.remove(temporary);
    const fd = this.#fileSystem.open(temporary, 'create');
    try {
      const header = new JuteWriter(LOG_HEADER_SIZE);
      writeLogHeader(header);
      writeFully(this.#fileSystem, fd, header.view(), 0);
      this.#fileSystem.rename(temporary, path);
      return fd;
    } catch (cause) {
      this.#fileSystem.close(fd);
      throw cause;
    }
  }

  /**
   * Nothing behind `position` counts. Cutting it off leaves a clean end for a restart, and drops pages that the kernel
   * may hold as clean although the disk never took them (a failed fsync does that). If the cut fails too, recovery
   * cuts: the batch is a torn tail.
   */
  #fence(cause: unknown): void {
    this.#busy = false;
    const file = this.#file;
    if (file !== null) {
      try {
        this.#fileSystem.truncate(file.fd, file.position);
      } catch {
        // The first cause is the one to report.
      }
      file.preallocation.forget(file.position);
    }
    this.#fenced = new LogFencedError(file?.path ?? this.#options.directory, cause);
    this.#options.onFenced(this.#fenced);
    if (this.#finishing?.pending === 'drop') this.#settle();
  }

  /** Nothing is in flight, and what is left is to be dropped. */
  #settle(): void {
    const finishing = this.#finishing;
    if (finishing === null || this.#busy) return;
    for (const batch of this.#batches) this.#recycle(batch);
    this.#batches.length = 0;
    this.#pendingBytes = 0;
    this.#fenced = null;
    this.#rolled = true;
    this.#closeFile();
    this.#finishing = null;
    finishing.callback();
  }

  /** The zeros behind the last record go: a finished file takes no more room than its records. */
  #closeFile(): void {
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    try {
      if (file.preallocation.size > file.position) this.#fileSystem.truncate(file.fd, file.position);
    } catch {
      // Zeros behind the records are legal, only wasteful.
    }
    this.#fileSystem.close(file.fd);
  }

  #recycle(batch: Batch): void {
    if (batch.writer.length <= KEPT_BATCH_BYTES && this.#spare.length < 2) this.#spare.push(batch.writer.reset());
  }
}
