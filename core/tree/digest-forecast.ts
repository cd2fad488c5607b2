/**
 * The digest that the tree will have after each proposal under way: the leader writes it behind the txn, and whoever
 * applies or replays that txn compares (PrepRequestProcessor.setTxnDigest; zookeeper-facts 12.2, 12.6).
 *
 * It carries out on copies what TxnApplier does to the tree, as far as the digest sees it; of what replay meets, nothing
 * is handled here, because the leader decides txns for a tree that is whole. Copies live until the tree shows their last
 * change: `forget`. A setData costs one CRC of path, data and stat; the tree itself sums up later, and only once for many
 * changes of one znode.
 */

import { NO_SESSION, type SessionId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import type { SetAclTxn, SetDataTxn, SingleTxn, Txn, TxnHeader } from '../jute/txn.ts';
import type { Zxid } from '../zxid.ts';
import { crc32 } from './crc32.ts';
import type { DataTree } from './data-tree.ts';
import { DigestSum, type DigestValue } from './digest.ts';
import { DigestedStat } from './digested-stat.ts';
import { CONTAINER_OWNER, ttlOwner } from './ephemeral-owner.ts';
import type { TreeState } from './tree-state.ts';
import { NO_ROW, type Row } from './znode-records.ts';

/** A znode as it will be. */
class ForecastZnode {
  readonly stat = new DigestedStat();
  exists = true;
  /** CRC-32 of the path, and of path and data. */
  pathCrc = 0;
  contentCrc = 0;
  /** What the znode adds to the digest. */
  digest = 0;
  /** Of the last proposal that changes it. */
  zxid: Zxid;

  constructor(zxid: Zxid) {
    this.zxid = zxid;
  }
}

const OUTSIDE = '/zookeeper/';

export class DigestForecast {
  readonly #state: TreeState;
  readonly #znodes = new Map<string, ForecastZnode>();
  readonly #sum = new DigestSum();

  constructor(tree: DataTree) {
    this.#state = tree.state;
    this.#sum.set(tree.digest);
  }

  /** @returns the digest of the tree once this proposal, the next one in order, is applied */
  after(header: TxnHeader, txn: Txn): DigestValue {
    switch (txn.type) {
      case OpCode.multi:
        if (!txn.txns.some(({ type }) => type === OpCode.error))
          for (const single of txn.txns) this.#take(header, single);
        break;
      case OpCode.closeSession:
        for (const path of txn.pathsToDelete ?? []) this.#delete(path, header.zxid);
        break;
      case OpCode.createSession:
        break;
      default:
        this.#take(header, txn);
    }
    return this.#sum.value();
  }

  /** The tree shows everything up to `zxid`: copies of what it shows go. */
  forget(zxid: Zxid): void {
    for (const [path, znode] of this.#znodes) if (znode.zxid <= zxid) this.#znodes.delete(path);
  }

  #take(header: TxnHeader, txn: SingleTxn): void {
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
        return this.#setAcl(header.zxid, txn);
      case OpCode.check:
      case OpCode.error:
        return;
    }
  }

  #create(
    { zxid, time }: TxnHeader,
    txn: { readonly path: string; readonly data: Uint8Array | null; readonly parentCVersion: number },
    owner: SessionId,
  ): void {
    const { path, data, parentCVersion } = txn;
    const parent = this.#get(parentOf(path), zxid);
    if (parent !== null && parentCVersion > parent.stat.cversion) {
      parent.stat.cversion = parentCVersion;
      parent.stat.pzxid = zxid;
      this.#update(parent);
    }
    if (path.startsWith(OUTSIDE)) return;
    const znode = new ForecastZnode(zxid);
    const { stat } = znode;
    stat.czxid = zxid;
    stat.mzxid = zxid;
    stat.pzxid = zxid;
    stat.ctime = time;
    stat.mtime = time;
    stat.ownerHi = owner.hi;
    stat.ownerLo = owner.lo;
    const { bytes, length } = this.#state.key.set(path);
    znode.pathCrc = crc32(bytes, 0, length, 0);
    znode.contentCrc = withData(znode.pathCrc, data);
    this.#znodes.set(path, znode);
    this.#update(znode);
  }

  #delete(path: string, zxid: Zxid): void {
    const parent = this.#get(parentOf(path), zxid);
    if (parent !== null && zxid > parent.stat.pzxid) {
      parent.stat.pzxid = zxid;
      this.#update(parent);
    }
    const znode = this.#get(path, zxid);
    if (znode === null) return;
    znode.exists = false;
    this.#sum.add(-znode.digest);
    znode.digest = 0;
  }

  #setData({ zxid, time }: TxnHeader, { path, data, version }: SetDataTxn): void {
    const znode = this.#get(path, zxid);
    if (znode === null) return;
    znode.stat.version = version;
    znode.stat.mzxid = zxid;
    znode.stat.mtime = time;
    znode.contentCrc = withData(znode.pathCrc, data);
    this.#update(znode);
  }

  #setAcl(zxid: Zxid, { path, version }: SetAclTxn): void {
    const znode = this.#get(path, zxid);
    if (znode === null) return;
    znode.stat.aversion = version;
    this.#update(znode);
  }

  /** Null where there is none, or it is outside the digest. */
  #get(path: string, zxid: Zxid): ForecastZnode | null {
    const known = this.#znodes.get(path);
    if (known !== undefined) {
      known.zxid = zxid;
      return known.exists ? known : null;
    }
    if (path.startsWith(OUTSIDE)) return null;
    const row = this.#state.find(path);
    if (row === NO_ROW) return null;
    const znode = this.#copy(row, zxid);
    this.#znodes.set(path, znode);
    return znode;
  }

  #copy(row: Row, zxid: Zxid): ForecastZnode {
    const { key, store, digest } = this.#state;
    const znode = new ForecastZnode(zxid);
    znode.stat.read(store.records, row);
    // The key still holds the path that the row was found by.
    znode.pathCrc = crc32(key.bytes, 0, key.length, 0);
    znode.contentCrc = digest.contentCrc(row, znode.pathCrc);
    znode.digest = digest.ofRow(row);
    return znode;
  }

  #update(znode: ForecastZnode): void {
    const digest = znode.stat.crcAfter(znode.contentCrc) >>> 0;
    this.#sum.add(digest - znode.digest);
    znode.digest = digest;
  }
}

function withData(pathCrc: number, data: Uint8Array | null): number {
  return data === null ? pathCrc : crc32(data, 0, data.length, pathCrc);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1));
}
