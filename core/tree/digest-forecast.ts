/**
 * The digest that the tree will have after the proposals under way: the leader writes it behind a txn, and whoever applies
 * or replays that txn compares (PrepRequestProcessor.setTxnDigest; zookeeper-facts 12.2, 12.6).
 *
 * It carries out on copies what TxnApplier does to the tree, as far as the digest sees it; of what replay meets, nothing
 * is handled here, because the leader decides txns for a tree that is whole.
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

/**
 * How far apart in time txns are that carry a digest. A digest of its own for every txn would cost the leader three sums of
 * path, data and stat for each write, a fifth of all that it does for it; so many writes share one, and a znode that was
 * written often meanwhile is summed up once. A difference stays until somebody compares.
 */
export const DIGEST_EVERY_MS = 100;

/** A znode as it will be. */
class ForecastZnode {
  readonly stat = new DigestedStat();
  exists = true;
  /** CRC-32 of the path, and of path and data. */
  pathCrc = 0;
  contentCrc = 0;
  /** What the znode adds to the digest. */
  digest = 0;
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

  get value(): DigestValue {
    return this.#sum.value();
  }

  /** The next proposal in order, none of which the tree has applied yet. */
  take({ header, txn }: { readonly header: TxnHeader; readonly txn: Txn }): void {
    switch (txn.type) {
      case OpCode.multi:
        if (!txn.txns.some(({ type }) => type === OpCode.error))
          for (const single of txn.txns) this.#take(header, single);
        return;
      case OpCode.closeSession:
        for (const path of txn.pathsToDelete ?? []) this.#delete(path, header.zxid);
        return;
      case OpCode.createSession:
        return;
      default:
        return this.#take(header, txn);
    }
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
        return this.#setAcl(txn);
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
    const parent = this.#get(parentOf(path));
    if (parent !== null && parentCVersion > parent.stat.cversion) {
      parent.stat.cversion = parentCVersion;
      parent.stat.pzxid = zxid;
      this.#update(parent);
    }
    if (path.startsWith(OUTSIDE)) return;
    const znode = new ForecastZnode();
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
    const parent = this.#get(parentOf(path));
    if (parent !== null && zxid > parent.stat.pzxid) {
      parent.stat.pzxid = zxid;
      this.#update(parent);
    }
    const znode = this.#get(path);
    if (znode === null) return;
    znode.exists = false;
    this.#sum.add(-znode.digest);
    znode.digest = 0;
  }

  #setData({ zxid, time }: TxnHeader, { path, data, version }: SetDataTxn): void {
    const znode = this.#get(path);
    if (znode === null) return;
    znode.stat.version = version;
    znode.stat.mzxid = zxid;
    znode.stat.mtime = time;
    znode.contentCrc = withData(znode.pathCrc, data);
    this.#update(znode);
  }

  #setAcl({ path, version }: SetAclTxn): void {
    const znode = this.#get(path);
    if (znode === null) return;
    znode.stat.aversion = version;
    this.#update(znode);
  }

  /** Null where there is none, or it is outside the digest. */
  #get(path: string): ForecastZnode | null {
    const known = this.#znodes.get(path);
    if (known !== undefined) return known.exists ? known : null;
    if (path.startsWith(OUTSIDE)) return null;
    const row = this.#state.find(path);
    if (row === NO_ROW) return null;
    const znode = this.#copy(row);
    this.#znodes.set(path, znode);
    return znode;
  }

  #copy(row: Row): ForecastZnode {
    const { key, store, digest } = this.#state;
    const znode = new ForecastZnode();
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
