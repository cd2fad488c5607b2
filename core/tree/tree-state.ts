/**
 * The parts of a replicated tree and the few changes that must reach several of them at once: a znode that comes, goes
 * or changes moves the store, the ACL table, the ephemerals of its owner, the sizes and the digest together.
 *
 * It does not know txns: which change a txn asks for is decided in txn-applier.ts, what a snapshot holds in
 * snapshot-reader.ts. Rows given to it are live.
 */

import { NO_SESSION, type SessionId, SessionMap } from '../ids.ts';
import { type Acl, OPEN_ACL, Permission } from '../jute/acl.ts';
import { ZXID_ZERO, type Zxid } from '../zxid.ts';
import { type AclKey, AclTable } from './acl-table.ts';
import { TreeDigest } from './digest.ts';
import { EphemeralIndex, type OwnerKind, type OwnerTypes, ownerKind } from './ephemeral-owner.ts';
import { PathKey } from './path-key.ts';
import { QuotaTable } from './quota-table.ts';
import { WatchTable } from './watches.ts';
import { Flag, Int, Long, NO_ROW, type Row } from './znode-records.ts';
import { ROOT_ROW, ZnodeStore } from './znode-store.ts';

const NO_BYTES = new Uint8Array(0);
const OUTSIDE_DIGEST_PREFIX = new TextEncoder().encode('/zookeeper/');
const READ_ONLY_ACL: readonly Acl[] = [{ perms: Permission.read, scheme: 'world', id: 'anyone' }];

/** What a new znode starts with. */
export interface ZnodeBirth {
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly owner: SessionId;
  readonly zxid: Zxid;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface PlacedZnode {
  readonly data: Uint8Array | null;
  readonly aclKey: AclKey;
  readonly owner: SessionId;
}

/** What is the same for every replica of an ensemble, and in no snapshot. */
export interface TreeOptions {
  /** Whether owners that begin with 0xff are times to live (zookeeper.extendedTypesEnabled). Default false. */
  readonly extendedTypes?: boolean;
  /** Whether the tree's digest is kept (zookeeper.digest.enabled). Default true. */
  readonly digestEnabled?: boolean;
}

export class TreeState {
  readonly key = new PathKey();
  readonly store = new ZnodeStore(this.key.set('/'));
  readonly acls = new AclTable();
  readonly ephemerals = new EphemeralIndex();
  /** Containers and TTL znodes: those that the leader removes once they are of no use. */
  readonly reapables = new Set<Row>();
  readonly quotas = new QuotaTable();
  readonly digest: TreeDigest;
  readonly watches = new WatchTable();
  /** Timeouts in milliseconds. */
  readonly sessions = new SessionMap<number>();
  lastProcessedZxid: Zxid = ZXID_ZERO;
  /** See DataTree. */
  wholeFrom: Zxid = ZXID_ZERO;
  /** Bytes of all paths and data; the root counts a second time, as "/". */
  dataSize = 1;
  readonly #ownerTypes: OwnerTypes;

  constructor({ extendedTypes = false, digestEnabled = true }: TreeOptions = {}) {
    this.digest = new TreeDigest(this.store, { isEnabled: digestEnabled });
    this.#ownerTypes = extendedTypes ? 'extended' : 'plain';
    this.store.records.setInt(ROOT_ROW, Int.aclKey, this.acls.hold(OPEN_ACL));
    this.digest.touch(ROOT_ROW);
  }

  find(path: string): Row {
    return this.store.find(this.key.set(path));
  }

  /** Adds the system nodes that are missing: all of them in a fresh tree, some when a snapshot is of an old version. */
  ensureSystemNodes(): void {
    this.#ensure('/zookeeper', OPEN_ACL);
    const config = this.#ensure('/zookeeper/config', READ_ONLY_ACL);
    if (config !== NO_ROW) this.store.records.setInt(config, Int.aversion, -1);
    this.#ensure('/zookeeper/quota', OPEN_ACL);
  }

  /** Adds the znode that `key` names below `parent`; it must not exist. The parent's stat does not move. */
  insert(parent: Row, birth: ZnodeBirth): Row {
    const { data, owner, zxid, time } = birth;
    const row = this.place(parent, { data, owner, aclKey: this.acls.hold(birth.acl) });
    const { records } = this.store;
    records.setLong(row, Long.czxid, zxid);
    records.setLong(row, Long.mzxid, zxid);
    records.setLong(row, Long.pzxid, zxid);
    records.setLong(row, Long.ctime, time);
    records.setLong(row, Long.mtime, time);
    return row;
  }

  /** The same with a stat of zeros, for the caller to fill in. `aclKey` is already held. */
  place(parent: Row, znode: PlacedZnode): Row {
    const { store, key } = this;
    const { data, owner } = znode;
    const row = store.insert(key, parent, data);
    store.records.setInt(row, Int.aclKey, znode.aclKey);
    store.records.setInt(row, Int.ownerHi, owner.hi);
    store.records.setInt(row, Int.ownerLo, owner.lo);
    const kind = ownerKind(owner.hi, owner.lo, this.#ownerTypes);
    if (kind === 'ephemeral') this.ephemerals.add(owner, row);
    else if (kind !== 'persistent') this.reapables.add(row);
    if (key.startsWith(OUTSIDE_DIGEST_PREFIX)) store.records.setInt(row, Int.flags, Flag.live | Flag.outsideDigest);
    this.dataSize += key.length + dataLength(data);
    this.digest.touch(row);
    return row;
  }

  /** Gives the root the data and the ACL that a snapshot has for it. `aclKey` is already held. */
  resetRoot(data: Uint8Array | null, aclKey: AclKey): Row {
    this.setData(ROOT_ROW, data);
    this.acls.release(this.store.records.int(ROOT_ROW, Int.aclKey));
    this.store.records.setInt(ROOT_ROW, Int.aclKey, aclKey);
    return ROOT_ROW;
  }

  /** Removes a znode without children. */
  remove(row: Row): void {
    const { store } = this;
    this.dataSize -= store.pathLength(row) + Math.max(store.records.int(row, Int.dataLength), 0);
    const kind = this.ownerKind(row);
    if (kind === 'ephemeral') this.ephemerals.remove(this.owner(row), row);
    else if (kind !== 'persistent') this.reapables.delete(row);
    this.acls.release(store.records.int(row, Int.aclKey));
    this.digest.forget(row);
    store.remove(row);
  }

  setData(row: Row, data: Uint8Array | null): void {
    this.dataSize += dataLength(data) - Math.max(this.store.records.int(row, Int.dataLength), 0);
    this.store.setData(row, data);
    this.digest.touch(row);
  }

  acl(row: Row): readonly Acl[] {
    return this.acls.get(this.store.records.int(row, Int.aclKey));
  }

  setAcl(row: Row, acl: readonly Acl[]): void {
    const { records } = this.store;
    const old = records.int(row, Int.aclKey);
    // Held before released: the same list again must keep its entry.
    records.setInt(row, Int.aclKey, this.acls.hold(acl));
    this.acls.release(old);
  }

  owner(row: Row): SessionId {
    const { records } = this.store;
    return { hi: records.int(row, Int.ownerHi), lo: records.int(row, Int.ownerLo) };
  }

  ownerKind(row: Row): OwnerKind {
    const { records } = this.store;
    return ownerKind(records.int(row, Int.ownerHi), records.int(row, Int.ownerLo), this.#ownerTypes);
  }

  isEphemeral(row: Row): boolean {
    return this.ownerKind(row) === 'ephemeral';
  }

  #ensure(path: string, acl: readonly Acl[]): Row {
    if (this.find(path) !== NO_ROW) return NO_ROW;
    const parent = this.store.findParent(this.key);
    return this.insert(parent, { data: NO_BYTES, acl, owner: NO_SESSION, zxid: ZXID_ZERO, time: 0 });
  }
}

function dataLength(data: Uint8Array | null): number {
  return data === null ? 0 : data.length;
}
