/**
 * Seeded streams of txns over a small set of paths, so that they collide often. `legal` streams are what a leader would
 * propose for the tree as it stands; the others ask for anything, as replay over a fuzzy snapshot does.
 */
import { makeSessionId, type SessionId } from '../../../../core/ids.ts';
import { type Acl, OPEN_ACL } from '../../../../core/jute/acl.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import type { SingleTxn, Txn } from '../../../../core/jute/txn.ts';
import type { DataTree } from '../../../../core/tree/data-tree.ts';
import { NO_ROW } from '../../../../core/tree/data-tree.ts';
import { parentOf } from '../../../../core/tree/path.ts';
import { Choices, header, type LoggedTxn, READ_ACL } from './txns.ts';

const NAMES = ['a', 'b', 'c', 'long-name-of-a-znode', 'ü'];
const ACLS: readonly (readonly Acl[])[] = [
  OPEN_ACL,
  READ_ACL,
  [{ perms: 31, scheme: 'digest', id: 'u:x' }],
  [{ perms: 3, scheme: 'ip', id: '10.0.0.0/8' }],
  [],
];
const SESSIONS = [
  makeSessionId(1, -1),
  makeSessionId(1, 2),
  makeSessionId(0x7fffffff, 3),
  makeSessionId(-0x7ffffffb, 4),
];

export class RandomTxns {
  readonly #choices: Choices;
  readonly #tree: DataTree;
  readonly #isLegal: boolean;

  constructor(tree: DataTree, seed: number, kind: 'legal' | 'any') {
    this.#tree = tree;
    this.#choices = new Choices(seed);
    this.#isLegal = kind === 'legal';
  }

  /** The next txn for the tree as it is now, at the next zxid. */
  next(): LoggedTxn {
    const session = this.#choices.oneOf(SESSIONS);
    const txn = this.#txn(session);
    return { header: header(this.#tree.lastProcessedZxid + 1, txn.type, session), txn };
  }

  #txn(session: SessionId): Txn {
    const dice = this.#choices.below(100);
    if (dice < 4) return { type: OpCode.createSession, timeoutMs: 4000 + this.#choices.below(9) };
    if (dice < 7) return { type: OpCode.closeSession, pathsToDelete: this.#pathsToClose(session) };
    if (dice < 9) return { type: OpCode.error, error: -101 };
    if (dice < 14) return { type: OpCode.multi, txns: this.#multi() };
    return this.#single();
  }

  #pathsToClose(session: SessionId): readonly string[] | null {
    const owned = [...this.#tree.ephemeralsOf(session)];
    // Without the list, a closeSession that is replayed cannot raise the pzxid of parents (ZOOKEEPER-3145).
    return !this.#isLegal && this.#choices.below(3) === 0 ? null : owned;
  }

  // A legal multi touches one path per member, so that members do not depend on each other's effects.
  #multi(): readonly SingleTxn[] {
    const members = Array.from({ length: this.#choices.below(4) }, () => this.#single());
    const paths = new Set(members.map((txn) => (txn.type === OpCode.error ? '' : txn.path.slice(0, 2))));
    if (this.#isLegal && paths.size < members.length) return members.slice(0, 1);
    const isFailed = this.#choices.below(4) === 0;
    return isFailed ? [...members, { type: OpCode.error, error: -103 }] : members;
  }

  #single(): SingleTxn {
    const choices = this.#choices;
    const path = this.#path();
    const row = this.#tree.find(path);
    const exists = row !== NO_ROW;
    const dice = choices.below(10);
    const acl = choices.oneOf(ACLS);
    if (this.#isLegal && !exists && this.#tree.find(parentOf(path)) === NO_ROW)
      return { type: OpCode.error, error: -101 };
    if (dice < 4 && !(this.#isLegal && exists)) return this.#create(path, acl);
    if (this.#isLegal && !exists) return this.#create(path, acl);
    if (dice < 6 && !(this.#isLegal && this.#tree.childCount(row) > 0)) {
      return { type: choices.below(5) === 0 ? OpCode.deleteContainer : OpCode.delete, path };
    }
    if (dice < 9)
      return { type: OpCode.setData, path, data: this.#data(), version: exists ? this.#tree.version(row) + 1 : 1 };
    return { type: OpCode.setACL, path, acl, version: exists ? this.#tree.aversion(row) + 1 : 1 };
  }

  #create(path: string, acl: readonly Acl[]): SingleTxn {
    const choices = this.#choices;
    const parent = this.#tree.find(parentOf(path));
    const isExact = this.#isLegal || choices.below(2) === 0;
    const parentCVersion = parent !== NO_ROW && isExact ? this.#tree.storedCversion(parent) + 1 : choices.below(9) - 1;
    const common = { path, data: this.#data(), acl, parentCVersion };
    const dice = choices.below(10);
    if (dice === 0) return { type: OpCode.createContainer, ...common };
    if (dice === 1) return { type: OpCode.createTTL, ...common, ttl: 1 + choices.below(2 ** 33) };
    return { type: dice < 5 ? OpCode.create : OpCode.create2, ...common, ephemeral: dice % 3 === 0 };
  }

  #path(): string {
    const depth = 1 + this.#choices.below(3);
    return Array.from({ length: depth }, () => `/${this.#choices.oneOf(NAMES)}`).join('');
  }

  #data(): Uint8Array | null {
    const dice = this.#choices.below(12);
    if (dice === 0) return null;
    const size = dice === 1 ? 20_000 + this.#choices.below(60_000) : this.#choices.below(dice === 2 ? 2000 : 40);
    return Buffer.alloc(size, this.#choices.below(256));
  }
}
