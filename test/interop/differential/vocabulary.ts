/**
 * The words that sequences are made of: few and short paths, so that requests meet each other, and for every argument the
 * values at which a server might go wrong.
 *
 * Names come in families. Whoever is a, b or c lets the world read it. `h` (hidden) may have any ACL. `p` (persistent) is
 * where addWatch goes. Against Apache 3.8, which handles both differently, the families are kept apart (known-differences.ts).
 */
import { type Acl, OPEN_ACL } from '../../../core/jute/acl.ts';
import type { Prng } from '../../simulation/prng.ts';
import type { Dialect } from './dialect.ts';
import type { Path } from './operation.ts';
import { SUPER } from './remove-tree.ts';

export const DATA: readonly Path[] = [null, '', 'x', 'some more bytes', 'ünïcode', 'l'.repeat(300)];
export const LIMITS: readonly string[] = [
  'count=5,bytes=-1',
  'count=-1,bytes=100',
  'count=3,bytes=20=;byteHardLimit=60;countHardLimit=6',
  'count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=4',
];
export const TTLS: readonly number[] = [100_000, 1, 2 ** 40 - 1, 2 ** 40, 0, -1, -5];
export const PLAIN_FLAGS: readonly number[] = [0, 0, 0, 0, 0, 0, 1, 2, 2, 3];
export const BAD_FLAGS: readonly number[] = [7, -1, 1000];
export const WATCHER_TYPES: readonly number[] = [1, 2, 3, 3, 0, 9];
const REMEMBERED = 10;
const NAMES = ['a', 'b', 'c'];
const VERSIONS = [-1, -1, -1, -1, 0, 0, 1, 2, -2];

const IDENTITIES: readonly { readonly scheme: string | null; readonly auth: Path }[] = [
  { scheme: 'digest', auth: 'ann:secret' },
  { scheme: 'digest', auth: 'ann:secret' },
  { scheme: 'digest', auth: 'bob:secret' },
  { scheme: 'digest', auth: 'bob:wrong' },
  { scheme: 'digest', auth: SUPER },
  { scheme: 'digest', auth: 'nocolon' },
  { scheme: 'digest', auth: '' },
  { scheme: 'ip', auth: '10.0.0.1' },
  { scheme: 'world', auth: 'anyone' },
  { scheme: 'unknown', auth: 'x' },
];

/** digest ids of ann:secret and bob:secret. */
const ANN = 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=';
const BOB = 'bob:fyVmFCwVbTJYrznoSu1koqYEYF0=';
const WORLD = { scheme: 'world', id: 'anyone' };

/** Everybody reads. */
const READABLE: readonly (readonly Acl[])[] = [
  [{ perms: 1, ...WORLD }],
  [
    { perms: 31, ...WORLD },
    { perms: 31, ...WORLD },
    { perms: 5, scheme: 'digest', id: 'user:hash' },
  ],
  [
    { perms: 1, ...WORLD },
    { perms: 31, scheme: 'digest', id: ANN },
  ],
  [
    { perms: 31, scheme: 'ip', id: '127.0.0.0/8' },
    { perms: 1, ...WORLD },
  ],
  [
    { perms: 31, scheme: 'auth', id: '' },
    { perms: 9, ...WORLD },
  ],
  [
    { perms: 21, scheme: 'auth', id: null },
    { perms: 1, ...WORLD },
  ],
  [{ perms: 1 | 64 | 16, ...WORLD }],
];

/** Some do not read, or nobody. */
const HIDING: readonly (readonly Acl[])[] = [
  [{ perms: 30, ...WORLD }],
  [{ perms: 0, ...WORLD }],
  [{ perms: 31, scheme: 'digest', id: ANN }],
  [
    { perms: 3, scheme: 'digest', id: ANN },
    { perms: 28, scheme: 'digest', id: BOB },
  ],
  [{ perms: 31, scheme: 'auth', id: '' }],
  [{ perms: 31, scheme: 'ip', id: '127.0.0.1' }],
  [{ perms: 31, scheme: 'ip', id: '10.0.0.0/8' }],
  [
    { perms: 16, ...WORLD },
    { perms: 31, scheme: 'digest', id: ANN },
  ],
];

/** Refused. */
const INVALID: readonly (readonly Acl[] | null)[] = [
  null,
  [],
  [{ perms: 31, scheme: 'world', id: 'me' }],
  [{ perms: 31, scheme: 'unknown', id: 'x' }],
  [{ perms: 31, scheme: 'digest', id: 'a:b:c' }],
  [{ perms: 31, scheme: 'digest', id: 'alone' }],
  [{ perms: 31, scheme: 'ip', id: 'nowhere' }],
  [{ perms: 31, scheme: 'ip', id: '10.0.0.0/33' }],
  [{ perms: 31, scheme: 'super', id: '' }],
  [{ perms: 31, scheme: null, id: 'x' }],
  [{ perms: 31, scheme: 'world', id: null }],
];

export interface VocabularyOptions {
  readonly prng: Prng;
  readonly root: string;
  readonly dialect: Dialect;
}

export class Vocabulary {
  readonly #prng: Prng;
  readonly #root: string;
  readonly #dialect: Dialect;
  /** Paths that were created, perhaps in vain, perhaps deleted since: where requests are likely to find something. */
  readonly #likely: string[] = [];
  readonly #watched: string[] = [];

  constructor({ prng, root, dialect }: VocabularyOptions) {
    this.#prng = prng;
    this.#root = root;
    this.#dialect = dialect;
  }

  /** A path was created, or is about to be. */
  remember(path: string): void {
    this.#likely.push(path);
    if (this.#likely.length > REMEMBERED) this.#likely.shift();
  }

  /** The path created last. */
  get latest(): string {
    return this.#likely.at(-1) ?? this.#root;
  }

  version(): number {
    return this.#prng.pick(VERSIONS);
  }

  identity(): { readonly scheme: string | null; readonly auth: Path } {
    return this.#prng.pick(IDENTITIES);
  }

  acl(path: Path): readonly Acl[] | null {
    const prng = this.#prng;
    if (prng.chance(0.1)) return prng.pick(INVALID);
    const mayHide = isHidden(path) || this.#dialect === '3.9';
    if (mayHide && prng.chance(0.6)) return prng.pick(HIDING);
    return prng.chance(0.25) ? prng.pick(READABLE) : OPEN_ACL;
  }

  /** Mostly a znode that may be there; sometimes one that cannot, or no path at all. */
  path(): Path {
    const prng = this.#prng;
    if (prng.chance(0.01)) return null;
    if (prng.chance(0.05)) return this.#oddPath();
    if (prng.chance(0.05)) return `${this.#root}/h`;
    if (this.#likely.length > 0 && prng.chance(0.7)) return prng.pick(this.#likely);
    return this.#anyPath();
  }

  /** One whose existence and whose events everybody may see. */
  shownPath(): string {
    for (;;) {
      const path = this.path() ?? this.#root;
      if (this.#dialect === '3.9' || !isHidden(path)) return path;
    }
  }

  /** One for watches that fire once. */
  watchedPath(): string {
    for (;;) {
      const path = this.shownPath();
      if (this.#dialect === '3.8' && isForPersistent(path, this.#root)) continue;
      this.#watched.push(path);
      if (this.#watched.length > REMEMBERED) this.#watched.shift();
      return path;
    }
  }

  /** One that may have a watch now. */
  formerlyWatchedPath(): string {
    return this.#watched.length === 0 ? this.watchedPath() : this.#prng.pick(this.#watched);
  }

  /** One for watches that stay, and how they look at it. Against 3.8 each path has one mode only. */
  persistentWatch(): { readonly path: string; readonly mode: number } {
    const prng = this.#prng;
    const mode = prng.below(2);
    if (this.#dialect === '3.9') {
      return { path: prng.chance(0.5) ? this.persistentPath() : (this.path() ?? this.#root), mode };
    }
    const path = this.persistentPath();
    return { path, mode: path.length % 2 };
  }

  persistentPath(): string {
    return this.#prng.pick([this.#root, `${this.#root}/p`, `${this.#root}/a/p`, `${this.#root}/p/p/p`]);
  }

  newPath(): Path {
    const prng = this.#prng;
    if (prng.chance(0.05)) return prng.pick([null, this.#oddPath()]);
    const parent = this.#likely.length > 0 && prng.chance(0.5) ? prng.pick(this.#likely) : this.#root;
    return prng.chance(0.1) ? this.#anyPath() : `${parent}/${this.#name()}`;
  }

  #name(): string {
    const prng = this.#prng;
    if (prng.chance(0.2)) return prng.pick(['h', 'p']);
    return prng.pick(NAMES);
  }

  #anyPath(): string {
    const prng = this.#prng;
    const depth = prng.pick([0, 1, 1, 1, 2, 2, 3]);
    let path = this.#root;
    for (let level = 0; level < depth; level++) path += `/${this.#name()}`;
    // The name of a sequential znode, if there is one by now.
    if (prng.chance(0.05)) path += `000000000${prng.below(6)}`;
    return path;
  }

  #oddPath(): string {
    const root = this.#root;
    return this.#prng.pick([
      '',
      '/',
      'a',
      `${root}/`,
      `${root}//a`,
      `${root}/./a`,
      `${root}/a/..`,
      `${root}/a/`,
      `${root}/\u0001`,
      `${root}/\u00a0`,
      `${root}/\ue000`,
      `${root}/a\0`,
      '/zookeeper',
      '/zookeeper/quota',
      '/nowhere/a',
    ]);
  }
}

export function isHidden(path: Path): boolean {
  return (path ?? '').split('/').some((name) => /^h\d*$/.test(name));
}

function isForPersistent(path: string, root: string): boolean {
  return path === root || /(^|\/)p\d*$/.test(path);
}
