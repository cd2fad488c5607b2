/**
 * Writes a snapshot in slices while the tree goes on changing (a fuzzy snapshot). It promises: whoever loads it as of
 * `zxid`, the last zxid processed when writing began, and applies every txn after `zxid`, has the tree of the last one.
 *
 * Sessions and ACL table are taken at once at the beginning. Then a depth-first walk, which the store keeps on an
 * existing znode, writes each znode as it is when its turn comes. Znodes created after `zxid` are left out: replay
 * creates them. A znode whose ACL was changed to a list that is not in the table that already went out is written with
 * the table's first list (in a fresh tree: read only), or the open one if the table is empty: the setACL is replayed.
 */

import type { Acl } from '../jute/acl.ts';
import { writeAcl } from '../jute/acl.ts';
import { ADLER32_START, adler32 } from '../jute/adler32.ts';
import { JuteWriter } from '../jute/writer.ts';
import { toZxid, ZXID_ZERO, type Zxid } from '../zxid.ts';
import { type AclKey, OPEN_ACL_KEY } from './acl-table.ts';
import type { DataTree } from './data-tree.ts';
import { DIGEST_VERSION } from './digest.ts';
import { writeZnode } from './persisted-znode.ts';
import {
  SNAPSHOT_MAGIC,
  SNAPSHOT_VERSION,
  type SnapshotForm,
  STREAM_SIGNATURE,
  TERMINATOR,
} from './snapshot-format.ts';
import { Int, Long, NO_ROW, type Row } from './znode-records.ts';
import type { TreeWalk } from './znode-store.ts';

// What passing over a znode costs a slice, in bytes: a slice without output must end as well.
const SKIP_COST = 64;
const UNKNOWN_DIGEST_VERSION = DIGEST_VERSION + 1;

export class SnapshotWriter {
  /** The snapshot's zxid: where replay over it starts, and the file's name. */
  readonly zxid: Zxid;
  readonly #tree: DataTree;
  readonly #form: SnapshotForm;
  readonly #writer = new JuteWriter(4096);
  /** The ACL table as written: a key that was freed and given to another list since does not match. */
  readonly #acls: ReadonlyMap<AclKey, readonly Acl[]>;
  readonly #walk: TreeWalk;
  #phase: 'znodes' | 'ended' = 'znodes';
  #adler = ADLER32_START;
  /** Bytes of the current chunk that are in `#adler`. */
  #summed = 0;

  /** Begins a snapshot of the tree as it is now, replay being over. Either read it to its end or `close` it. */
  constructor(tree: DataTree, form: SnapshotForm) {
    this.zxid = tree.lastProcessedZxid;
    this.#tree = tree;
    this.#form = form;
    this.#acls = new Map(tree.state.acls.entries());
    this.#writeHead();
    this.#walk = tree.state.store.beginWalk();
  }

  /** After the end: who loads the snapshot has a whole tree once this txn is applied, and until then a mixture. */
  get wholeFrom(): Zxid {
    const { lastProcessedZxid, wholeFrom } = this.#tree;
    return toZxid(Math.max(lastProcessedZxid, wholeFrom));
  }

  /**
   * The next chunk, or null after the last. Chunks are `maxBytes` long, give or take one znode; the first holds all
   * sessions and ACLs whatever their size; one may be empty where the tree has only znodes that are left out.
   */
  next(maxBytes: number): Uint8Array | null {
    if (this.#phase === 'ended') return null;
    const { store } = this.#tree.state;
    let budget = maxBytes - this.#writer.length;
    while (this.#walk.row !== NO_ROW && budget > 0) {
      const { row } = this.#walk;
      if (store.records.long(row, Long.czxid) > this.zxid) {
        store.stepOver(this.#walk);
        budget -= SKIP_COST;
      } else {
        const before = this.#writer.length;
        writeZnode(this.#writer, store, row, this.#aclKey(row));
        store.stepInto(this.#walk);
        budget -= this.#writer.length - before;
      }
    }
    if (this.#walk.row === NO_ROW) {
      this.#writeTail();
      this.close();
    }
    this.#sumUp();
    this.#summed = 0;
    return this.#writer.detach(Math.min(maxBytes, 1 << 20) + 1024);
  }

  /** Gives up the rest. The tree stops keeping the walk. */
  close(): void {
    this.#phase = 'ended';
    this.#tree.state.store.endWalk(this.#walk);
  }

  #writeHead(): void {
    const writer = this.#writer;
    if (this.#form === 'file') {
      writer.writeInt(SNAPSHOT_MAGIC);
      writer.writeInt(SNAPSHOT_VERSION);
      writer.writeLong(-1);
    }
    const { sessions } = this.#tree;
    writer.writeInt(sessions.size);
    for (const [id, timeoutMs] of sessions.entries()) {
      writer.writeSessionId(id);
      writer.writeInt(timeoutMs);
    }
    writer.writeInt(this.#acls.size);
    for (const [key, list] of this.#acls) {
      writer.writeLong(key);
      writeAcl(writer, list);
    }
  }

  #aclKey(row: Row): AclKey {
    const { acls, store } = this.#tree.state;
    const key = store.records.int(row, Int.aclKey);
    if (key === OPEN_ACL_KEY || this.#acls.get(key) === acls.get(key)) return key;
    for (const first of this.#acls.keys()) return first;
    return OPEN_ACL_KEY;
  }

  #writeTail(): void {
    const writer = this.#writer;
    writer.writeString(TERMINATOR);
    if (this.#form === 'stream') {
      writer.writeString(STREAM_SIGNATURE);
      return;
    }
    this.#writeSeal();
    // The digest is that of the end, for only there does a tree loaded from this snapshot become the same as ours.
    // Where it is not known (the tree itself is a mixture still, or digests are off), a version that nobody computes makes
    // readers compare nothing, but wait for that zxid all the same.
    const zxid = this.wholeFrom;
    const isKnown = zxid === this.#tree.lastProcessedZxid && this.#tree.hasDigest;
    const { hi, lo } = isKnown && zxid !== ZXID_ZERO ? this.#tree.digest : { hi: 0, lo: 0 };
    writer.writeLong(zxid);
    writer.writeInt(isKnown || zxid === ZXID_ZERO ? DIGEST_VERSION : UNKNOWN_DIGEST_VERSION);
    writer.writeLongHalves(hi, lo);
    this.#writeSeal();
    writer.writeLong(this.zxid);
    this.#writeSeal();
  }

  #writeSeal(): void {
    this.#sumUp();
    this.#writer.writeLong(this.#adler);
    this.#writer.writeString(TERMINATOR);
  }

  #sumUp(): void {
    if (this.#form === 'stream') return;
    const { length } = this.#writer;
    this.#adler = adler32(this.#writer.view(), this.#summed, length, this.#adler);
    this.#summed = length;
  }
}
