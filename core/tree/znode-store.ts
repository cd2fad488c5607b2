/**
 * Where znodes are kept: rows of fixed records, names and data in a slab, an index by path, and links between parent,
 * children and siblings. It knows memory and structure; what a txn means is decided above it.
 *
 * A row holds its own name only. A path is found by the hash of the whole of it and confirmed by comparing names from
 * the last one up to the root. Name and data share one cell, so that a read touches a record and a cell, no more.
 * Children keep the order of their creation. A small znode costs 112 bytes of record, 4 of index, and its cell.
 */

import { invariant } from '../assert.ts';
import type { JuteWriter } from '../jute/writer.ts';
import { PathIndex } from './path-index.ts';
import type { PathKey } from './path-key.ts';
import { Slab } from './slab.ts';
import { Int, NO_ROW, type Row, ZnodeRecords } from './znode-records.ts';

export const ROOT_ROW: Row = 0;
const SLASH = 0x2f;
const NO_BYTES = Buffer.alloc(0);

/** A walk over the tree that stays valid while the tree changes: it stands on a znode that exists, or is over. */
export interface TreeWalk {
  row: Row;
}

export class ZnodeStore {
  /** Stats and links by row. Links, names and lengths are written here only. */
  readonly records = new ZnodeRecords();
  readonly #cells = new Slab();
  readonly #index = new PathIndex(this.records);
  readonly #walks = new Set<TreeWalk>();
  #path = Buffer.allocUnsafeSlow(256);

  /** A store that holds the root, under the empty path, with empty data. */
  constructor(rootKey: PathKey) {
    const row = this.#addRow(rootKey, NO_ROW, 0, 0, NO_BYTES);
    invariant(row === ROOT_ROW, 'the root is the first row', { row });
  }

  get count(): number {
    return this.records.liveCount;
  }

  /** Bytes of memory held for znodes, all in typed arrays. */
  get bytesHeld(): number {
    return this.records.bytesHeld + this.#cells.bytesHeld + this.#index.bytesHeld;
  }

  find(key: PathKey): Row {
    return this.#lookup(key.hash, key.bytes, key.length);
  }

  findParent(key: PathKey): Row {
    return key.parentLength < 0 ? NO_ROW : this.#lookup(key.parentHash, key.bytes, key.parentLength);
  }

  /** Adds the znode that `key` names as the last child of `parent`; stat fields start at 0. It must not exist. */
  insert(key: PathKey, parent: Row, data: Uint8Array | null): Row {
    const nameStart = key.parentLength + 1;
    const row = this.#addRow(key, parent, nameStart, key.length - nameStart, data);
    this.#linkLast(parent, row);
    return row;
  }

  /** Removes a znode without children. */
  remove(row: Row): void {
    const { records } = this;
    invariant(records.int(row, Int.firstChild) === NO_ROW && row !== ROOT_ROW, 'only a leaf is removed', { row });
    if (this.#walks.size > 0) this.#moveWalksOff(row);
    this.#unlink(row);
    this.#index.remove(row);
    this.#cells.free(records.int(row, Int.cell));
    records.free(row);
  }

  setData(row: Row, data: Uint8Array | null): void {
    const { records } = this;
    const cells = this.#cells;
    const nameLength = records.int(row, Int.nameLength);
    const old = records.int(row, Int.cell);
    const size = nameLength + (data === null ? 0 : data.length);
    let cell = old;
    // A cell more than twice too large is given up, lest one large value pin its memory for ever.
    if (size > cells.capacity(old) || size * 2 < cells.capacity(old)) {
      cell = cells.allocate(size);
      if (nameLength > 0) {
        const start = cells.offset(old);
        cells.bytes(cell).set(cells.bytes(old).subarray(start, start + nameLength), cells.offset(cell));
      }
    }
    if (data !== null && data.length > 0) cells.bytes(cell).set(data, cells.offset(cell) + nameLength);
    // Freed only now: `data` may be a view of the old cell.
    if (cell !== old) cells.free(old);
    records.setInt(row, Int.cell, cell);
    records.setInt(row, Int.dataLength, data === null ? -1 : data.length);
  }

  /** A view that holds until the next change of the tree, or null. */
  data(row: Row): Buffer | null {
    const length = this.records.int(row, Int.dataLength);
    if (length <= 0) return length < 0 ? null : NO_BYTES;
    const start = this.dataStart(row);
    return this.dataPage(row).subarray(start, start + length);
  }

  /** The memory that holds a non-empty data from `dataStart` on: for readers that need no view. */
  dataPage(row: Row): Buffer {
    return this.#cells.bytes(this.records.int(row, Int.cell));
  }

  dataStart(row: Row): number {
    return this.#cells.offset(this.records.int(row, Int.cell)) + this.records.int(row, Int.nameLength);
  }

  name(row: Row): string {
    const length = this.records.int(row, Int.nameLength);
    if (length === 0) return '';
    const cell = this.records.int(row, Int.cell);
    const start = this.#cells.offset(cell);
    return this.#cells.bytes(cell).toString('utf8', start, start + length);
  }

  /** The name as a jute string. */
  writeName(writer: JuteWriter, row: Row): void {
    const length = this.records.int(row, Int.nameLength);
    writer.writeInt(length);
    if (length === 0) return;
    const cell = this.records.int(row, Int.cell);
    const start = this.#cells.offset(cell);
    writer.writeSlice(this.#cells.bytes(cell), start, start + length);
  }

  /** Bytes of the path; 0 for the root. */
  pathLength(row: Row): number {
    let length = 0;
    for (let at = row; at !== ROOT_ROW; at = this.records.int(at, Int.parent)) {
      length += 1 + this.records.int(at, Int.nameLength);
    }
    return length;
  }

  /** Writes the path, `length` bytes as `pathLength` gave them, to the start of `target`. */
  copyPath(row: Row, target: Buffer, length: number): void {
    const { records } = this;
    let end = length;
    for (let at = row; at !== ROOT_ROW; at = records.int(at, Int.parent)) {
      const nameLength = records.int(at, Int.nameLength);
      const cell = records.int(at, Int.cell);
      const from = this.#cells.offset(cell);
      const bytes = this.#cells.bytes(cell);
      end -= nameLength;
      for (let index = 0; index < nameLength; index++) target[end + index] = bytes[from + index] as number;
      end -= 1;
      target[end] = SLASH;
    }
  }

  /** The path as a jute string; the root's is empty. */
  writePath(writer: JuteWriter, row: Row): void {
    const length = this.pathLength(row);
    if (length > this.#path.length) this.#path = Buffer.allocUnsafeSlow(length * 2);
    this.copyPath(row, this.#path, length);
    writer.writeInt(length);
    writer.writeSlice(this.#path, 0, length);
  }

  /** The data as a jute buffer. */
  writeData(writer: JuteWriter, row: Row): void {
    const length = this.records.int(row, Int.dataLength);
    writer.writeInt(length);
    if (length <= 0) return;
    const start = this.dataStart(row);
    writer.writeSlice(this.dataPage(row), start, start + length);
  }

  path(row: Row): string {
    if (row === ROOT_ROW) return '/';
    const length = this.pathLength(row);
    const bytes = Buffer.allocUnsafe(length);
    this.copyPath(row, bytes, length);
    return bytes.toString('utf8');
  }

  /** A deepest first descendant of `row`, or `row` itself: where removing a subtree begins. */
  firstLeaf(row: Row): Row {
    let at = row;
    for (let child = at; child !== NO_ROW; child = this.records.int(at, Int.firstChild)) at = child;
    return at;
  }

  /** Znodes below `row` at any depth. Walks them all, unless it is the root that is asked about. */
  descendantCount(row: Row): number {
    if (row === ROOT_ROW) return this.count - 1;
    const end = this.#afterSubtree(row);
    let count = -1;
    for (let at = row; at !== end; count++) {
      const child = this.records.int(at, Int.firstChild);
      at = child === NO_ROW ? this.#afterSubtree(at) : child;
    }
    return count;
  }

  /** A depth-first walk that begins on the root. It follows the tree's changes until `endWalk`. */
  beginWalk(): TreeWalk {
    const walk = { row: ROOT_ROW };
    this.#walks.add(walk);
    return walk;
  }

  endWalk(walk: TreeWalk): void {
    walk.row = NO_ROW;
    this.#walks.delete(walk);
  }

  /** On to the next znode in depth-first order. */
  stepInto(walk: TreeWalk): void {
    const child = this.records.int(walk.row, Int.firstChild);
    walk.row = child === NO_ROW ? this.#afterSubtree(walk.row) : child;
  }

  /** On to the next znode that is no descendant of this one. */
  stepOver(walk: TreeWalk): void {
    walk.row = this.#afterSubtree(walk.row);
  }

  #moveWalksOff(row: Row): void {
    for (const walk of this.#walks) if (walk.row === row) walk.row = this.#afterSubtree(row);
  }

  #afterSubtree(row: Row): Row {
    for (let at = row; at !== ROOT_ROW; at = this.records.int(at, Int.parent)) {
      const next = this.records.int(at, Int.nextSibling);
      if (next !== NO_ROW) return next;
    }
    return NO_ROW;
  }

  #lookup(hash: number, bytes: Uint8Array, length: number): Row {
    const { records } = this;
    for (let row = this.#index.first(hash); row !== NO_ROW; row = records.int(row, Int.hashNext)) {
      if (records.int(row, Int.hash) === hash && this.#hasPath(row, bytes, length)) return row;
    }
    return NO_ROW;
  }

  #hasPath(row: Row, bytes: Uint8Array, length: number): boolean {
    const { records } = this;
    let end = length;
    for (let at = row; at !== ROOT_ROW; at = records.int(at, Int.parent)) {
      const nameLength = records.int(at, Int.nameLength);
      const start = end - nameLength;
      if (start < 1 || bytes[start - 1] !== SLASH) return false;
      const cell = records.int(at, Int.cell);
      const from = this.#cells.offset(cell);
      const page = this.#cells.bytes(cell);
      for (let index = 0; index < nameLength; index++) {
        if (page[from + index] !== bytes[start + index]) return false;
      }
      end = start - 1;
    }
    return end === 0;
  }

  #addRow(key: PathKey, parent: Row, nameStart: number, nameLength: number, data: Uint8Array | null): Row {
    const { records } = this;
    const cell = this.#cells.allocate(nameLength + (data === null ? 0 : data.length));
    if (nameLength > 0) {
      const page = this.#cells.bytes(cell);
      const to = this.#cells.offset(cell);
      for (let index = 0; index < nameLength; index++) page[to + index] = key.bytes[nameStart + index] as number;
    }
    if (data !== null && data.length > 0) this.#cells.bytes(cell).set(data, this.#cells.offset(cell) + nameLength);
    const row = records.allocate();
    records.setInt(row, Int.cell, cell);
    records.setInt(row, Int.nameLength, nameLength);
    records.setInt(row, Int.dataLength, data === null ? -1 : data.length);
    records.setInt(row, Int.parent, parent);
    records.setInt(row, Int.firstChild, NO_ROW);
    records.setInt(row, Int.nextSibling, NO_ROW);
    records.setInt(row, Int.prevSibling, row);
    records.setInt(row, Int.hash, key.hash);
    this.#index.insert(row);
    return row;
  }

  #linkLast(parent: Row, row: Row): void {
    const { records } = this;
    const first = records.int(parent, Int.firstChild);
    if (first === NO_ROW) {
      records.setInt(parent, Int.firstChild, row);
    } else {
      const last = records.int(first, Int.prevSibling);
      records.setInt(last, Int.nextSibling, row);
      records.setInt(row, Int.prevSibling, last);
      records.setInt(first, Int.prevSibling, row);
    }
    records.setInt(parent, Int.childCount, records.int(parent, Int.childCount) + 1);
  }

  #unlink(row: Row): void {
    const { records } = this;
    const parent = records.int(row, Int.parent);
    const first = records.int(parent, Int.firstChild);
    const next = records.int(row, Int.nextSibling);
    const previous = records.int(row, Int.prevSibling);
    if (first === row) records.setInt(parent, Int.firstChild, next);
    else records.setInt(previous, Int.nextSibling, next);
    // Whoever follows inherits our predecessor; if nobody does, the first child learns of its new last one.
    if (next !== NO_ROW) records.setInt(next, Int.prevSibling, previous);
    else if (first !== row) records.setInt(first, Int.prevSibling, previous);
    records.setInt(parent, Int.childCount, records.int(parent, Int.childCount) - 1);
  }
}
