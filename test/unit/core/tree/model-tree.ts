/**
 * A slow and obvious tree of objects in a Map, written from the tables of zookeeper-facts 5.1 and 12.3 and not from the
 * product: what the fast tree is compared with.
 */
import { formatSessionId, isNoSession, makeSessionId, NO_SESSION, type SessionId } from '../../../../core/ids.ts';
import type { Acl } from '../../../../core/jute/acl.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import type { SingleTxn, Txn, TxnHeader } from '../../../../core/jute/txn.ts';
import type { DataTree } from '../../../../core/tree/data-tree.ts';

interface ModelZnode {
  data: Buffer | null;
  acl: readonly Acl[];
  owner: SessionId;
  czxid: number;
  mzxid: number;
  pzxid: number;
  ctime: number;
  mtime: number;
  version: number;
  cversion: number;
  aversion: number;
}

const CONTAINER = makeSessionId(0x80000000, 0);

export class ModelTree {
  readonly znodes = new Map<string, ModelZnode>();
  readonly sessions = new Map<string, number>();

  /** Begins as the same tree as `tree`, system nodes included. */
  constructor(tree: DataTree) {
    const open: Acl[] = [{ perms: 31, scheme: 'world', id: 'anyone' }];
    for (const path of ['/', '/zookeeper', '/zookeeper/config', '/zookeeper/quota']) {
      const acl = path.endsWith('config') ? tree.acl(tree.find(path)) : open;
      const aversion = path.endsWith('config') ? -1 : 0;
      this.znodes.set(path, { ...this.#blank(0, 0), data: Buffer.alloc(0), acl, aversion });
    }
  }

  apply(header: TxnHeader, txn: Txn): void {
    if (txn.type === OpCode.createSession) this.sessions.set(formatSessionId(header.clientId), txn.timeoutMs);
    else if (txn.type === OpCode.closeSession) this.#closeSession(header, txn.pathsToDelete ?? []);
    else if (txn.type !== OpCode.multi) this.#applySingle(header, txn);
    else if (txn.txns.every((each) => each.type !== OpCode.error)) {
      for (const each of txn.txns) this.#applySingle(header, each);
    }
  }

  childNames(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const below = [...this.znodes.keys()].filter((other) => other !== '/' && other.startsWith(prefix));
    return below.map((other) => other.slice(prefix.length)).filter((name) => !name.includes('/'));
  }

  isEphemeral(znode: ModelZnode): boolean {
    const isMarked = znode.owner.hi >>> 24 === 0xff || (znode.owner.hi === CONTAINER.hi && znode.owner.lo === 0);
    return !isNoSession(znode.owner) && !isMarked;
  }

  digest(): bigint {
    let sum = 0n;
    for (const [path, znode] of this.znodes) {
      if (path.startsWith('/zookeeper/')) continue;
      const stat = Buffer.alloc(60);
      [znode.czxid, znode.mzxid, znode.pzxid, znode.ctime, znode.mtime].forEach((value, index) => {
        stat.writeBigInt64BE(BigInt(value), index * 8);
      });
      [znode.version, znode.cversion, znode.aversion, znode.owner.hi, znode.owner.lo].forEach((value, index) => {
        stat.writeInt32BE(value, 40 + index * 4);
      });
      const name = Buffer.from(path === '/' ? '' : path);
      sum += BigInt(crc32(Buffer.concat([name, znode.data ?? Buffer.alloc(0), stat])));
    }
    return sum & 0xffffffffffffffffn;
  }

  dataSize(): number {
    let size = 1;
    for (const [path, znode] of this.znodes)
      size += (path === '/' ? 0 : Buffer.byteLength(path)) + (znode.data?.length ?? 0);
    return size;
  }

  #applySingle(header: TxnHeader, txn: SingleTxn): void {
    switch (txn.type) {
      case OpCode.create:
      case OpCode.create2:
        this.#create(header, txn, txn.ephemeral ? header.clientId : NO_SESSION);
        return;
      case OpCode.createContainer:
        this.#create(header, txn, CONTAINER);
        return;
      case OpCode.createTTL:
        this.#create(header, txn, makeSessionId(0xff000000 | Math.floor(txn.ttl / 2 ** 32), txn.ttl % 2 ** 32));
        return;
      case OpCode.delete:
      case OpCode.deleteContainer:
        this.#delete(header, txn.path);
        return;
      case OpCode.setData:
      case OpCode.reconfig: {
        const znode = this.znodes.get(txn.path);
        if (znode === undefined) return;
        znode.data = txn.data === null ? null : Buffer.from(txn.data);
        znode.version = txn.version;
        znode.mzxid = header.zxid;
        znode.mtime = header.time;
        return;
      }
      case OpCode.setACL: {
        const znode = this.znodes.get(txn.path);
        if (znode === undefined) return;
        znode.acl = txn.acl;
        znode.aversion = txn.version;
        return;
      }
    }
  }

  #create(
    header: TxnHeader,
    txn: { path: string; data: Uint8Array | null; acl: readonly Acl[]; parentCVersion: number },
    owner: SessionId,
  ): void {
    const parent = this.znodes.get(this.#parentOf(txn.path));
    if (parent === undefined || txn.path === '/') return;
    const cversion = txn.parentCVersion === -1 ? parent.cversion + 1 : txn.parentCVersion;
    if (cversion > parent.cversion) {
      parent.cversion = cversion;
      parent.pzxid = header.zxid;
    }
    const existing = this.znodes.get(txn.path);
    if (existing !== undefined) {
      existing.acl = txn.acl;
      return;
    }
    const data = txn.data === null ? null : Buffer.from(txn.data);
    this.znodes.set(txn.path, { ...this.#blank(header.zxid, header.time), data, acl: txn.acl, owner });
  }

  #delete(header: TxnHeader, path: string): void {
    if (path === '/') return;
    const parent = this.znodes.get(this.#parentOf(path));
    if (parent !== undefined) parent.pzxid = Math.max(parent.pzxid, header.zxid);
    if (!this.znodes.has(path)) return;
    for (const other of [...this.znodes.keys()]) {
      if (other === path || other.startsWith(`${path}/`)) this.znodes.delete(other);
    }
  }

  #closeSession(header: TxnHeader, paths: readonly string[]): void {
    for (const path of paths) this.#delete(header, path);
    for (const [path, znode] of [...this.znodes]) {
      if (formatSessionId(znode.owner) === formatSessionId(header.clientId)) this.#delete(header, path);
    }
    this.sessions.delete(formatSessionId(header.clientId));
  }

  #parentOf(path: string): string {
    return path.slice(0, Math.max(path.lastIndexOf('/'), 1));
  }

  #blank(zxid: number, time: number): ModelZnode {
    const zxids = { czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: time, mtime: time };
    return { data: null, acl: [], owner: NO_SESSION, ...zxids, version: 0, cversion: 0, aversion: 0 };
  }
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
