/**
 * The replicated state machine: committed txns go in by `apply`, in the order of their zxids, and every replica that
 * applied the same ones holds the same znodes, sessions and digest (ZooKeeper's DataTree and ZKDatabase).
 *
 * It decides nothing about requests: permissions, versions and sequence numbers are settled before a txn exists.
 * Rows are found by path and read by row; a row, and any view of data, is good until the next `apply`.
 */

import { NO_SESSION, type SessionId, type SessionMap } from '../ids.ts';
import type { Acl } from '../jute/acl.ts';
import { OpCode } from '../jute/op-code.ts';
import type { Stat } from '../jute/stat.ts';
import type { MultiTxn, SingleTxn, Txn, TxnHeader } from '../jute/txn.ts';
import type { JuteWriter } from '../jute/writer.ts';
import type { Zxid } from '../zxid.ts';
import type { DigestValue } from './digest.ts';
import type { OwnerKind } from './ephemeral-owner.ts';
import { type Quota, quotaOver } from './quota-reader.ts';
import { TreeState } from './tree-state.ts';
import { ApplyError, TxnApplier } from './txn-applier.ts';
import type { WatchTable } from './watches.ts';
import { Int, Long, NO_ROW, type Row } from './znode-records.ts';

export { NO_ROW, type Row } from './znode-records.ts';

/** What became of a txn, or of one txn of a multi. */
export interface TxnResult {
  /** The txn's type; in a multi that failed, -1 (error) for every one of its txns. */
  readonly type: number;
  /** 0 or ZooKeeper's error code. A multi's own is always 0: its reply says err 0 and the `results` tell. */
  readonly error: number;
  readonly path: string | null;
  /** The znode that it created or changed, until the next txn is applied; NO_ROW where none belongs, and in a multi. */
  readonly row: Row;
  /** In a multi, whose later txns may change it again: the Stat right after this one. Else null. */
  readonly stat: Stat | null;
  /** Of a multi, in order; else null. */
  readonly results: readonly TxnResult[] | null;
}

export class DataTree {
  /** The parts: for the snapshot files in this folder only. */
  readonly state: TreeState;
  readonly #applier: TxnApplier;

  /** A fresh tree of the four system nodes, unless a snapshot's state is handed in. */
  constructor(state: TreeState = new TreeState()) {
    this.state = state;
    this.state.ensureSystemNodes();
    this.#applier = new TxnApplier(this.state);
  }

  /** The zxid of the last txn applied. A new leader moves it on to the start of its epoch. */
  get lastProcessedZxid(): Zxid {
    return this.state.lastProcessedZxid;
  }

  set lastProcessedZxid(zxid: Zxid) {
    this.state.lastProcessedZxid = zxid;
  }

  /**
   * Until this txn is applied the tree may hold a part of what comes after `lastProcessedZxid`, because it was loaded from a
   * snapshot that was written while txns were applied. 0 for a tree that was whole from the start.
   */
  get wholeFrom(): Zxid {
    return this.state.wholeFrom;
  }

  set wholeFrom(zxid: Zxid) {
    this.state.wholeFrom = zxid;
  }

  /** The timeout of every session, in milliseconds. */
  get sessions(): SessionMap<number> {
    return this.state.sessions;
  }

  get watches(): WatchTable {
    return this.state.watches;
  }

  /** Whether `digest` is kept. */
  get hasDigest(): boolean {
    return this.state.digest.isEnabled;
  }

  /** The tree's digest, version 2. The first call after many changes costs a CRC for each znode that changed. */
  get digest(): DigestValue {
    return this.state.digest.value();
  }

  /** Znodes as `srvr` counts them: the root twice. */
  get znodeCount(): number {
    return this.state.store.count + 1;
  }

  get ephemeralCount(): number {
    return this.state.ephemerals.count;
  }

  /** Bytes of all paths (UTF-8) and data. */
  get approximateDataSize(): number {
    return this.state.dataSize;
  }

  /** Containers and TTL znodes. */
  get reapables(): ReadonlySet<Row> {
    return this.state.reapables;
  }

  get hasQuotas(): boolean {
    return !this.state.quotas.isEmpty;
  }

  /** The quota that a write at `path` is charged to, or null. */
  quotaOver(path: string): Quota | null {
    return quotaOver(this.state, path);
  }

  /** Bytes of memory held outside the JS heap. */
  get bytesHeld(): number {
    return this.state.store.bytesHeld;
  }

  /** The znode's row, or NO_ROW (-1). */
  find(path: string): Row {
    return this.state.find(path);
  }

  path(row: Row): string {
    return this.state.store.path(row);
  }

  version(row: Row): number {
    return this.state.store.records.int(row, Int.version);
  }

  /** Children ever created: the number of the next sequential one. */
  storedCversion(row: Row): number {
    return this.state.store.records.int(row, Int.cversion);
  }

  aversion(row: Row): number {
    return this.state.store.records.int(row, Int.aversion);
  }

  /** As stored: a session's only where `ownerKind` is ephemeral. */
  ephemeralOwner(row: Row): SessionId {
    return this.state.owner(row);
  }

  ownerKind(row: Row): OwnerKind {
    return this.state.ownerKind(row);
  }

  isEphemeral(row: Row): boolean {
    return this.state.isEphemeral(row);
  }

  childCount(row: Row): number {
    return this.state.store.records.int(row, Int.childCount);
  }

  /** Znodes below this one at any depth, one step for each. */
  descendantCount(row: Row): number {
    return this.state.store.descendantCount(row);
  }

  /** 0 for null data. */
  dataLength(row: Row): number {
    return Math.max(this.state.store.records.int(row, Int.dataLength), 0);
  }

  acl(row: Row): readonly Acl[] {
    return this.state.acl(row);
  }

  czxid(row: Row): number {
    return this.state.store.records.long(row, Long.czxid);
  }

  mzxid(row: Row): number {
    return this.state.store.records.long(row, Long.mzxid);
  }

  /** Milliseconds since 1970. */
  mtime(row: Row): number {
    return this.state.store.records.long(row, Long.mtime);
  }

  pzxid(row: Row): number {
    return this.state.store.records.long(row, Long.pzxid);
  }

  /** As clients are shown it. */
  stat(row: Row): Stat {
    const { records } = this.state.store;
    return {
      czxid: records.long(row, Long.czxid),
      mzxid: records.long(row, Long.mzxid),
      ctime: records.long(row, Long.ctime),
      mtime: records.long(row, Long.mtime),
      version: records.int(row, Int.version),
      cversion: this.#shownCversion(row),
      aversion: records.int(row, Int.aversion),
      // Containers and TTL znodes look persistent.
      ephemeralOwner: this.state.isEphemeral(row) ? this.state.owner(row) : NO_SESSION,
      dataLength: this.dataLength(row),
      numChildren: records.int(row, Int.childCount),
      pzxid: records.long(row, Long.pzxid),
    };
  }

  /** The 68 bytes of `stat`, without the object. */
  writeStat(writer: JuteWriter, row: Row): void {
    const { records } = this.state.store;
    writer.writeLong(records.long(row, Long.czxid));
    writer.writeLong(records.long(row, Long.mzxid));
    writer.writeLong(records.long(row, Long.ctime));
    writer.writeLong(records.long(row, Long.mtime));
    writer.writeInt(records.int(row, Int.version));
    writer.writeInt(this.#shownCversion(row));
    writer.writeInt(records.int(row, Int.aversion));
    const isOwned = this.state.isEphemeral(row);
    writer.writeLongHalves(isOwned ? records.int(row, Int.ownerHi) : 0, isOwned ? records.int(row, Int.ownerLo) : 0);
    writer.writeInt(this.dataLength(row));
    writer.writeInt(records.int(row, Int.childCount));
    writer.writeLong(records.long(row, Long.pzxid));
  }

  /** A view that holds until the next `apply`, or null. */
  data(row: Row): Uint8Array | null {
    return this.state.store.data(row);
  }

  /** The data as a jute buffer. */
  writeData(writer: JuteWriter, row: Row): void {
    this.state.store.writeData(writer, row);
  }

  /** In the order of their creation. */
  childNames(row: Row): string[] {
    const { store } = this.state;
    const names: string[] = [];
    for (let child = store.records.int(row, Int.firstChild); child !== NO_ROW; ) {
      names.push(store.name(child));
      child = store.records.int(child, Int.nextSibling);
    }
    return names;
  }

  /** The names as a jute vector of strings. */
  writeChildNames(writer: JuteWriter, row: Row): void {
    const { store } = this.state;
    writer.writeInt(store.records.int(row, Int.childCount));
    for (let child = store.records.int(row, Int.firstChild); child !== NO_ROW; ) {
      store.writeName(writer, child);
      child = store.records.int(child, Int.nextSibling);
    }
  }

  *ephemeralsOf(session: SessionId): Iterable<string> {
    for (const row of this.state.ephemerals.rowsOf(session)) yield this.state.store.path(row);
  }

  /** Every session that owns an ephemeral. One without an entry in `sessions` left orphans behind (8.4). */
  ephemeralOwners(): Iterable<SessionId> {
    return this.state.ephemerals.owners();
  }

  /**
   * Applies a committed txn and fires the watches that it concerns. Never fails: an error in a result is for the client
   * that asked, or an effect of replay over a fuzzy snapshot.
   */
  apply(header: TxnHeader, txn: Txn, wantResult: boolean): TxnResult | null {
    this.state.lastProcessedZxid = header.zxid;
    switch (txn.type) {
      case OpCode.multi:
        return this.#applyMulti(header, txn, wantResult);
      case OpCode.createSession:
        this.state.sessions.set(header.clientId, txn.timeoutMs);
        return wantResult ? plainResult(txn.type, ApplyError.ok) : null;
      case OpCode.closeSession:
        this.#applier.closeSession(header, txn);
        return wantResult ? plainResult(txn.type, ApplyError.ok) : null;
      default: {
        const error = this.#applier.apply(header, txn);
        return wantResult ? { ...plainResult(txn.type, error), path: pathOf(txn), row: this.#applier.row } : null;
      }
    }
  }

  // All or nothing was decided when the multi was proposed: a failed one carries an error txn, and then nothing happens.
  #applyMulti(header: TxnHeader, multi: MultiTxn, wantResult: boolean): TxnResult | null {
    const hasFailed = multi.txns.some((txn) => txn.type === OpCode.error);
    if (hasFailed) return wantResult ? multiResult(failedResults(multi.txns)) : null;
    const results: TxnResult[] = [];
    for (const txn of multi.txns) {
      const error = this.#applier.apply(header, txn);
      if (!wantResult) continue;
      const { row } = this.#applier;
      const stat = row === NO_ROW ? null : this.stat(row);
      results.push({ ...plainResult(txn.type, error), path: pathOf(txn), stat });
    }
    return wantResult ? multiResult(results) : null;
  }

  // Creations plus deletions, in 32 bits as Java has it.
  #shownCversion(row: Row): number {
    const { records } = this.state.store;
    return (records.int(row, Int.cversion) * 2 - records.int(row, Int.childCount)) | 0;
  }
}

function plainResult(type: number, error: number): TxnResult {
  return { type, error, path: null, row: NO_ROW, stat: null, results: null };
}

function pathOf(txn: SingleTxn): string | null {
  return txn.type === OpCode.error ? null : txn.path;
}

function multiResult(results: readonly TxnResult[]): TxnResult {
  return { ...plainResult(OpCode.multi, ApplyError.ok), results };
}

// Before the failure 0, then its code, then -2: clients tell by these which operation was to blame.
function failedResults(txns: readonly SingleTxn[]): TxnResult[] {
  let hasFailed = false;
  return txns.map((txn) => {
    if (txn.type !== OpCode.error) {
      return plainResult(OpCode.error, hasFailed ? ApplyError.runtimeInconsistency : ApplyError.ok);
    }
    hasFailed = true;
    return plainResult(OpCode.error, txn.error);
  });
}
