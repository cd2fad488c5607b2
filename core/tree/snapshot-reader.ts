/**
 * Builds a tree from a snapshot that comes in chunks of any size, so that a large one is never one buffer. Whatever the
 * bytes are, the outcome is a tree or a `SnapshotError` that says what is wrong and where; after one, the reader and
 * what it built are of no further use.
 *
 * Every seal is verified (the last two parts are optional, as writers of other versions leave them out). A snapshot is
 * fuzzy: its tree is whole only once all txns after its zxid have been applied.
 */

import { readAcl } from '../jute/acl.ts';
import { JuteError, JuteReader } from '../jute/reader.ts';
import { toZxid, ZXID_ZERO, type Zxid } from '../zxid.ts';
import { type AclKey, OPEN_ACL_KEY } from './acl-table.ts';
import { DataTree } from './data-tree.ts';
import { DIGEST_VERSION } from './digest.ts';
import { PERSISTED_FIXED_SIZE, readZnode } from './persisted-znode.ts';
import {
  type DigestMark,
  FILE_HEADER_SIZE,
  SEAL_SIZE,
  SNAPSHOT_MAGIC,
  SNAPSHOT_VERSION,
  SnapshotError,
  type SnapshotForm,
  STREAM_SIGNATURE,
  TERMINATOR,
} from './snapshot-format.ts';
import { SnapshotInput } from './snapshot-input.ts';
import { type TreeOptions, TreeState } from './tree-state.ts';

type Phase = 'header' | 'sessionCount' | 'session' | 'aclCount' | 'acl' | 'znode' | 'end' | 'over';

/** No record is longer: a larger claim is damage, and would otherwise gather bytes without end. */
const RECORD_BYTES_MAX = 2 ** 30;
const DIGEST_PART_SIZE = 20 + SEAL_SIZE;
const ZXID_PART_SIZE = 8 + SEAL_SIZE;
const SLASH = 0x2f;
const SIGNATURE_SIZE = 4 + STREAM_SIGNATURE.length;

export class SnapshotReader {
  readonly #form: SnapshotForm;
  readonly #input: SnapshotInput;
  readonly #reader = new JuteReader();
  readonly #state: TreeState;
  /** From the snapshot's ACL keys to the tree's. The reader itself holds each list until `finish`. */
  readonly #aclKeys = new Map<number, AclKey>([[OPEN_ACL_KEY, OPEN_ACL_KEY]]);
  #phase: Phase;
  /** Sessions or ACL lists still to come. */
  #remaining = 0;
  #hasRoot = false;
  #digestMark: DigestMark | null = null;

  constructor(form: SnapshotForm, options: TreeOptions = {}) {
    this.#form = form;
    this.#state = new TreeState(options);
    this.#input = new SnapshotInput(form === 'file' ? 'adler' : 'none');
    this.#phase = form === 'file' ? 'header' : 'sessionCount';
  }

  /** What the tree's digest must be, and from where on it is whole; null if the snapshot does not say. After `finish`. */
  get digestMark(): DigestMark | null {
    return this.#digestMark;
  }

  /** Borrows `bytes` during the call. @throws SnapshotError */
  push(bytes: Uint8Array): void {
    const input = this.#input;
    if (input.push(bytes)) {
      while (this.#step()) {
        // Each step takes one record, until the bytes at hand are no whole one.
      }
    }
    input.retain();
  }

  /**
   * Ends the reading; to be called once.
   * @param lastProcessedZxid  the snapshot's zxid: from the file's name, or the SNAP packet
   * @throws SnapshotError when bytes are missing, too many, or do not match their last seals
   */
  finish(lastProcessedZxid: Zxid): DataTree {
    if (this.#phase !== 'end' && this.#phase !== 'over') this.#fail(`it ends within its ${this.#phase} part`);
    if (this.#phase === 'end') this.#readOptionalParts();
    if (this.#input.leftover > 0) this.#fail(`${this.#input.leftover} bytes follow its end`);
    this.#phase = 'over';
    for (const key of this.#aclKeys.values()) this.#state.acls.release(key);
    this.#state.lastProcessedZxid = lastProcessedZxid;
    if (this.#digestMark !== null) this.#state.wholeFrom = this.#digestMark.zxid;
    return new DataTree(this.#state);
  }

  #step(): boolean {
    switch (this.#phase) {
      case 'header':
        return this.#readHeader();
      case 'sessionCount':
        return this.#readCount('session');
      case 'session':
        return this.#remaining === 0 ? this.#enter('aclCount') : this.#readSession();
      case 'aclCount':
        return this.#readCount('acl');
      case 'acl':
        return this.#remaining === 0 ? this.#enter('znode') : this.#readAclEntry();
      case 'znode':
        return this.#readZnode();
      case 'end':
        // The optional parts are told apart by how many bytes are left, so they wait for `finish`.
        return this.#form === 'stream' ? this.#readSignature() : this.#checkLeftover();
      case 'over':
        return this.#input.leftover > 0 ? this.#fail('bytes follow its end') : false;
    }
  }

  #enter(phase: Phase): true {
    this.#phase = phase;
    return true;
  }

  #readHeader(): boolean {
    if (!this.#input.wants(FILE_HEADER_SIZE)) return false;
    const reader = this.#at(FILE_HEADER_SIZE);
    if (reader.readInt() !== SNAPSHOT_MAGIC) this.#fail('it does not begin with ZKSN');
    const version = reader.readInt();
    if (version !== SNAPSHOT_VERSION) this.#fail(`its version is ${version} and not ${SNAPSHOT_VERSION}`);
    this.#input.consume(FILE_HEADER_SIZE);
    return this.#enter('sessionCount');
  }

  #readCount(next: Phase): boolean {
    if (!this.#input.wants(4)) return false;
    // As everywhere in jute, a count below 0 means none.
    this.#remaining = Math.max(this.#at(4).readInt(), 0);
    this.#input.consume(4);
    return this.#enter(next);
  }

  #readSession(): boolean {
    if (!this.#input.wants(12)) return false;
    const reader = this.#at(12);
    const id = reader.readSessionId();
    this.#state.sessions.set(id, reader.readInt());
    this.#input.consume(12);
    this.#remaining -= 1;
    return true;
  }

  #readAclEntry(): boolean {
    const size = this.#aclEntrySize();
    if (size < 0) return false;
    this.#decode(size, (reader) => {
      const key = reader.readLong();
      if (this.#aclKeys.has(key)) this.#fail(`ACL ${key} comes twice`);
      this.#aclKeys.set(key, this.#state.acls.hold(readAcl(reader)));
    });
    this.#remaining -= 1;
    return true;
  }

  #readZnode(): boolean {
    const input = this.#input;
    if (!input.wants(4)) return false;
    const pathLength = this.#lengthAt(0, 'path');
    if (pathLength < 0) this.#fail('a znode has no path');
    if (!input.wants(4 + pathLength)) return false;
    if (pathLength === 1 && input.bytes[input.position + 4] === SLASH) return this.#readTerminator();
    if (!input.wants(8 + pathLength)) return false;
    const dataLength = this.#lengthAt(4 + pathLength, 'data');
    const size = 8 + pathLength + Math.max(dataLength, 0) + PERSISTED_FIXED_SIZE;
    if (!input.wants(size)) return false;
    const isRoot = pathLength === 0;
    if (isRoot === this.#hasRoot) this.#fail(isRoot ? 'the root comes twice' : 'the root does not come first');
    this.#hasRoot = true;
    this.#decode(size, (reader) => {
      const problem = readZnode(reader, this.#state, this.#aclKeys);
      if (problem !== null) this.#fail(problem);
    });
    return true;
  }

  #readTerminator(): boolean {
    if (!this.#hasRoot) this.#fail('it holds no znodes');
    if (this.#form === 'stream') {
      this.#input.consume(5);
      return this.#enter('end');
    }
    if (!this.#input.wants(5 + SEAL_SIZE)) return false;
    this.#input.consume(5);
    this.#readSeal('znodes');
    return this.#enter('end');
  }

  #readSignature(): boolean {
    if (!this.#input.wants(SIGNATURE_SIZE)) return false;
    this.#decode(SIGNATURE_SIZE, (reader) => {
      if (reader.readString() !== STREAM_SIGNATURE) this.#fail('the signature does not follow');
    });
    return this.#enter('over');
  }

  #checkLeftover(): false {
    this.#input.wants(DIGEST_PART_SIZE + ZXID_PART_SIZE);
    if (this.#input.leftover > DIGEST_PART_SIZE + ZXID_PART_SIZE) this.#fail('bytes follow its end');
    return false;
  }

  #readOptionalParts(): void {
    const input = this.#input;
    if (this.#form === 'stream') this.#fail('it ends before its signature');
    input.join();
    if (input.leftover >= DIGEST_PART_SIZE) this.#readDigestPart();
    if (input.leftover < ZXID_PART_SIZE) return;
    // Where replay starts is said by the file's name; this part serves restores from a bare stream.
    input.consume(8);
    this.#readSeal('last zxid');
  }

  #readDigestPart(): void {
    this.#decode(DIGEST_PART_SIZE - SEAL_SIZE, (reader) => {
      const zxid = toZxid(reader.readLong());
      const version = reader.readInt();
      const { hi, lo } = reader.readSessionId();
      if (zxid === ZXID_ZERO) return;
      this.#digestMark = { zxid, digest: version === DIGEST_VERSION ? { hi: hi >>> 0, lo: lo >>> 0 } : null };
    });
    this.#readSeal('digest');
  }

  #readSeal(part: string): void {
    const sum = this.#input.checksum();
    this.#decode(SEAL_SIZE, (reader) => {
      if (reader.readLong() !== sum) this.#fail(`the checksum after its ${part} part does not match`);
      if (reader.readString() !== TERMINATOR) this.#fail(`the seal after its ${part} part does not end with /`);
    });
  }

  // Bytes of the next ACL entry, or -1 while they have not all come.
  #aclEntrySize(): number {
    const input = this.#input;
    if (!input.wants(12)) return -1;
    const count = this.#intAt(8);
    let size = 12;
    for (let index = 0; index < count; index++) {
      size += 4;
      for (const what of ['scheme', 'id']) {
        if (!input.wants(size + 4)) return -1;
        size += 4 + Math.max(this.#lengthAt(size, what), 0);
        if (size > RECORD_BYTES_MAX) this.#fail(`an ACL list claims ${size} bytes`);
      }
    }
    return input.wants(size) ? size : -1;
  }

  #intAt(at: number): number {
    return this.#input.bytes.readInt32BE(this.#input.position + at);
  }

  #lengthAt(at: number, what: string): number {
    const length = this.#intAt(at);
    if (length < -1 || length > RECORD_BYTES_MAX) this.#fail(`a ${what} claims a length of ${length}`);
    return length;
  }

  #at(size: number): JuteReader {
    return this.#reader.reset(this.#input.bytes, this.#input.position, this.#input.position + size);
  }

  #decode(size: number, read: (reader: JuteReader) => void): void {
    try {
      read(this.#at(size));
    } catch (error) {
      if (error instanceof JuteError || error instanceof RangeError) this.#fail(error.message);
      throw error;
    }
    this.#input.consume(size);
  }

  #fail(what: string): never {
    throw new SnapshotError(what, this.#input.offset);
  }
}
