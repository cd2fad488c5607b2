/**
 * What the tree will look like once every proposal under way is committed (PrepRequestProcessor.outstandingChanges).
 *
 * The leader validates a request against the future, not the present: a second setData with version 3 must fail while
 * the first is still collecting acks. Each znode that a proposal touches has a record here until that proposal is
 * applied. A multi works on a draft layered over the shared records, so that its ops see each other and a failure
 * leaves no trace.
 */

import { Fifo } from '../../fifo.ts';
import type { SessionId } from '../../ids.ts';
import type { Acl } from '../../jute/acl.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { OwnerKind } from '../../tree/ephemeral-owner.ts';
import type { Zxid } from '../../zxid.ts';

export interface ZnodeRecord {
  readonly exists: boolean;
  readonly version: number;
  /** Stored form: counts creations of children only. */
  readonly cversion: number;
  readonly aversion: number;
  readonly childCount: number;
  /** 0 for null data. */
  readonly dataLength: number;
  readonly kind: OwnerKind;
  /** Stored form; a session only where `kind` is ephemeral. */
  readonly owner: SessionId;
  readonly acl: readonly Acl[];
}

export interface ZnodeRecords {
  /** The record of an existing znode, or null. */
  get(path: string): ZnodeRecord | null;
  set(path: string, record: ZnodeRecord): void;
}

interface Entry {
  readonly path: string;
  readonly record: ZnodeRecord;
  readonly zxid: Zxid;
}

export class OutstandingChanges implements ZnodeRecords {
  readonly #tree: DataTree;
  readonly #latest = new Map<string, ZnodeRecord>();
  readonly #entries = new Fifo<Entry>();
  #zxid: Zxid;

  constructor(tree: DataTree) {
    this.#tree = tree;
    this.#zxid = tree.lastProcessedZxid;
  }

  /** Records set from now on belong to this proposal. */
  begin(zxid: Zxid): void {
    this.#zxid = zxid;
  }

  get(path: string): ZnodeRecord | null {
    const pending = this.#latest.get(path);
    if (pending !== undefined) return pending.exists ? pending : null;
    return recordOf(this.#tree, path);
  }

  set(path: string, record: ZnodeRecord): void {
    this.#latest.set(path, record);
    this.#entries.push({ path, record, zxid: this.#zxid });
  }

  /** Whether a proposal that is not applied yet concerns this znode. */
  isUnderWay(path: string): boolean {
    return this.#latest.has(path);
  }

  /** Forgets what the tree itself shows now. */
  applied(zxid: Zxid): void {
    for (let entry = this.#entries.peek(); entry !== undefined && entry.zxid <= zxid; entry = this.#entries.peek()) {
      this.#entries.shift();
      if (this.#latest.get(entry.path) === entry.record) this.#latest.delete(entry.path);
    }
  }

  /** The ephemerals of a session as they will be. */
  ephemeralsOf(session: SessionId): string[] {
    const paths = new Set(this.#tree.ephemeralsOf(session));
    for (const [path, record] of this.#latest) {
      const isOwned = record.kind === 'ephemeral' && record.owner.hi === session.hi && record.owner.lo === session.lo;
      if (record.exists && isOwned) paths.add(path);
      else paths.delete(path);
    }
    return [...paths];
  }
}

/** The records of one multi: reads fall through to the shared ones, writes stay here until `commit`. */
export class DraftChanges implements ZnodeRecords {
  readonly #base: ZnodeRecords;
  readonly #records = new Map<string, ZnodeRecord>();

  constructor(base: ZnodeRecords) {
    this.#base = base;
  }

  get(path: string): ZnodeRecord | null {
    const drafted = this.#records.get(path);
    if (drafted !== undefined) return drafted.exists ? drafted : null;
    return this.#base.get(path);
  }

  set(path: string, record: ZnodeRecord): void {
    this.#records.set(path, record);
  }

  commit(): void {
    for (const [path, record] of this.#records) this.#base.set(path, record);
  }
}

function recordOf(tree: DataTree, path: string): ZnodeRecord | null {
  const row = tree.find(path);
  if (row < 0) return null;
  return {
    exists: true,
    version: tree.version(row),
    cversion: tree.storedCversion(row),
    aversion: tree.aversion(row),
    childCount: tree.childCount(row),
    dataLength: tree.dataLength(row),
    kind: tree.ownerKind(row),
    owner: tree.ephemeralOwner(row),
    acl: tree.acl(row),
  };
}
