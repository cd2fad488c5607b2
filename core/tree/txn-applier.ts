/**
 * What each txn does to the tree (zookeeper-facts 5.1, 12.3; DataTree.processTxn): the one place where committed txns
 * become state, live and in replay alike.
 *
 * Replay runs over snapshots that were written while the tree moved on, so a txn may meet effects of itself or of
 * later ones. Therefore: create of what exists is no failure, missing targets are ignored, a parent's cversion and
 * pzxid only rise, versions are set and not counted. A txn never throws: it was decided and logged.
 */

import { NO_SESSION, type SessionId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import type {
  CloseSessionTxn,
  CreateContainerTxn,
  CreateTtlTxn,
  CreateTxn,
  SetAclTxn,
  SetDataTxn,
  SingleTxn,
  TxnHeader,
} from '../jute/txn.ts';
import type { Zxid } from '../zxid.ts';
import { CONTAINER_OWNER, ttlOwner } from './ephemeral-owner.ts';
import { QuotaKeeper } from './quota-keeper.ts';
import type { TreeState } from './tree-state.ts';
import { Int, Long, NO_ROW, type Row } from './znode-records.ts';
import { ROOT_ROW } from './znode-store.ts';

/** Codes of KeeperException.Code that applying can yield. */
export const ApplyError = {
  ok: 0,
  runtimeInconsistency: -2,
  badArguments: -8,
  noNode: -101,
  nodeExists: -110,
} as const;

type AnyCreateTxn = CreateTxn | CreateContainerTxn | CreateTtlTxn;

export class TxnApplier {
  readonly #state: TreeState;
  readonly #quotas: QuotaKeeper;
  /** The znode that the last txn created or changed, for its result; NO_ROW if there is none. */
  row: Row = NO_ROW;

  constructor(state: TreeState) {
    this.#state = state;
    this.#quotas = new QuotaKeeper(state);
    this.#quotas.load();
  }

  /** @returns 0, or the error code by which the txn had no effect (or, for an existing znode, only a part of it) */
  apply(header: TxnHeader, txn: SingleTxn): number {
    this.row = NO_ROW;
    switch (txn.type) {
      case OpCode.create:
      case OpCode.create2:
        return this.#create(header, txn, txn.ephemeral ? header.clientId : NO_SESSION);
      case OpCode.createContainer:
        return this.#create(header, txn, CONTAINER_OWNER);
      case OpCode.createTTL:
        return this.#create(header, txn, ttlOwner(txn.ttl));
      case OpCode.delete:
      case OpCode.deleteContainer:
        return this.#delete(txn.path, header.zxid);
      case OpCode.setData:
      case OpCode.reconfig:
        return this.#setData(header, txn);
      case OpCode.setACL:
        return this.#setAcl(txn);
      case OpCode.check:
        return ApplyError.ok;
      case OpCode.error:
        return txn.error;
    }
  }

  /** Deletes what the txn lists and whatever else the session owns, then the session. */
  closeSession(header: TxnHeader, txn: CloseSessionTxn): void {
    const { ephemerals, store, sessions } = this.#state;
    for (const path of txn.pathsToDelete ?? []) this.#delete(path, header.zxid);
    const leftovers = Array.from(ephemerals.rowsOf(header.clientId), (row) => store.path(row));
    for (const path of leftovers) this.#delete(path, header.zxid);
    sessions.delete(header.clientId);
    this.row = NO_ROW;
  }

  #create(header: TxnHeader, txn: AnyCreateTxn, owner: SessionId): number {
    const state = this.#state;
    const { store } = state;
    const existing = state.find(txn.path);
    const parent = store.findParent(state.key);
    // In replay only: the parent is deleted later, and the snapshot was written after that.
    if (parent === NO_ROW) return existing === ROOT_ROW ? ApplyError.nodeExists : ApplyError.noNode;
    this.#raiseParent(parent, txn.parentCVersion, header.zxid);
    if (existing !== NO_ROW) {
      // The snapshot may hold this znode with an ACL that it could not name (snapshot-writer.ts).
      state.setAcl(existing, txn.acl);
      this.row = existing;
      return ApplyError.nodeExists;
    }
    const { zxid, time } = header;
    this.row = state.insert(parent, { data: txn.data, acl: txn.acl, owner, zxid, time });
    this.#quotas.onCreated(txn.path, lengthOf(txn.data));
    if (state.watches.hasAny) {
      state.watches.onCreated({ path: txn.path, zxid, acl: state.acl(this.row) }, state.acl(parent));
    }
    return ApplyError.ok;
  }

  // Compared as signed numbers, as ZooKeeper does: after 2^31 creations the parent's cversion and pzxid rest.
  #raiseParent(parent: Row, parentCVersion: number, zxid: Zxid): void {
    const { records } = this.#state.store;
    const stored = records.int(parent, Int.cversion);
    const cversion = parentCVersion === -1 ? (stored + 1) | 0 : parentCVersion;
    if (cversion <= stored) return;
    records.setInt(parent, Int.cversion, cversion);
    records.setLong(parent, Long.pzxid, zxid);
    this.#state.digest.touch(parent);
  }

  #delete(path: string, zxid: Zxid): number {
    const state = this.#state;
    const { store } = state;
    const row = state.find(path);
    if (row === ROOT_ROW) return ApplyError.badArguments;
    const parent = row === NO_ROW ? store.findParent(state.key) : store.records.int(row, Int.parent);
    // A missing znode moves the parent as well: the snapshot may hold the parent as it was before this deletion.
    if (parent !== NO_ROW && zxid > store.records.long(parent, Long.pzxid)) {
      store.records.setLong(parent, Long.pzxid, zxid);
      state.digest.touch(parent);
    }
    if (row === NO_ROW) return ApplyError.noNode;
    // Descendants exist in replay only: children of a later znode of this name, which later txns create again.
    const acl = state.acl(row);
    for (let leaf = store.firstLeaf(row); leaf !== row; leaf = store.firstLeaf(row))
      this.#remove(leaf, store.path(leaf));
    this.#remove(row, path);
    if (state.watches.hasAny) state.watches.onDeleted({ path, zxid, acl }, state.acl(parent));
    return ApplyError.ok;
  }

  #remove(row: Row, path: string): void {
    const bytes = Math.max(this.#state.store.records.int(row, Int.dataLength), 0);
    this.#state.remove(row);
    this.#quotas.onDeleted(path, bytes);
  }

  #setData(header: TxnHeader, txn: SetDataTxn): number {
    const state = this.#state;
    const row = state.find(txn.path);
    if (row === NO_ROW) return ApplyError.noNode;
    const { records } = state.store;
    const bytesBefore = Math.max(records.int(row, Int.dataLength), 0);
    state.setData(row, txn.data);
    records.setInt(row, Int.version, txn.version);
    records.setLong(row, Long.mzxid, header.zxid);
    records.setLong(row, Long.mtime, header.time);
    this.#quotas.onDataChanged(txn.path, lengthOf(txn.data) - bytesBefore);
    this.row = row;
    if (state.watches.hasAny) {
      state.watches.onDataChanged({ path: txn.path, zxid: header.zxid, acl: state.acl(row) });
    }
    return ApplyError.ok;
  }

  #setAcl(txn: SetAclTxn): number {
    const state = this.#state;
    const row = state.find(txn.path);
    if (row === NO_ROW) return ApplyError.noNode;
    state.setAcl(row, txn.acl);
    state.store.records.setInt(row, Int.aversion, txn.version);
    state.digest.touch(row);
    this.row = row;
    return ApplyError.ok;
  }
}

function lengthOf(data: Uint8Array | null): number {
  return data === null ? 0 : data.length;
}
