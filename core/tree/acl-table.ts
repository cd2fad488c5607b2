/**
 * Access control lists, each kept once: a znode holds a key (ZooKeeper's ReferenceCountedACLCache).
 *
 * The key -1 stands for `world:anyone:cdrwa` and has no entry, as in a snapshot; other keys count from 1. Entries are
 * counted by the znodes that hold them and leave with the last, so there are never more than distinct lists in use.
 * The key of an entry that left is given to a later one.
 */

import { invariant } from '../assert.ts';
import { type Acl, OPEN_ACL, Permission } from '../jute/acl.ts';

export type AclKey = number;
export const OPEN_ACL_KEY: AclKey = -1;

interface Entry {
  readonly key: AclKey;
  readonly name: string;
  readonly list: readonly Acl[];
  holders: number;
}

export class AclTable {
  readonly #byName = new Map<string, Entry>();
  readonly #byKey: (Entry | undefined)[] = [undefined];
  readonly #unusedKeys: AclKey[] = [];

  get size(): number {
    return this.#byName.size;
  }

  /** The key of `list` for one more holder. Lists are equal when their entries are, in the same order. */
  hold(list: readonly Acl[]): AclKey {
    if (isOpen(list)) return OPEN_ACL_KEY;
    const name = JSON.stringify(list.map((acl) => [acl.perms, acl.scheme, acl.id]));
    const entry = this.#byName.get(name) ?? this.#add(name, list);
    entry.holders += 1;
    return entry.key;
  }

  /** One more holder of a list that is held already. */
  holdKey(key: AclKey): void {
    if (key !== OPEN_ACL_KEY) this.#entry(key).holders += 1;
  }

  release(key: AclKey): void {
    if (key === OPEN_ACL_KEY) return;
    const entry = this.#entry(key);
    entry.holders -= 1;
    if (entry.holders > 0) return;
    this.#byName.delete(entry.name);
    this.#byKey[key] = undefined;
    this.#unusedKeys.push(key);
  }

  get(key: AclKey): readonly Acl[] {
    return key === OPEN_ACL_KEY ? OPEN_ACL : this.#entry(key).list;
  }

  /** Every entry, in ascending order of keys. */
  *entries(): IterableIterator<[AclKey, readonly Acl[]]> {
    for (const entry of this.#byKey) if (entry !== undefined) yield [entry.key, entry.list];
  }

  #add(name: string, list: readonly Acl[]): Entry {
    const key = this.#unusedKeys.pop() ?? this.#byKey.length;
    const entry = { key, name, list: Object.freeze(list.map((acl) => Object.freeze({ ...acl }))), holders: 0 };
    this.#byKey[key] = entry;
    this.#byName.set(name, entry);
    return entry;
  }

  #entry(key: AclKey): Entry {
    const entry = this.#byKey[key];
    invariant(entry !== undefined, 'a znode holds an ACL key of the table', { key });
    return entry;
  }
}

function isOpen(list: readonly Acl[]): boolean {
  const [first] = list;
  if (first === undefined || list.length !== 1) return false;
  return first.perms === Permission.all && first.id === 'anyone' && first.scheme === 'world';
}
