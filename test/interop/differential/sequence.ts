/**
 * Random conversations of a few sessions with one server, from a seed. Paths are short and few, so that requests meet
 * each other; every kind of refusal turns up. What two servers may legitimately answer differently is kept out here
 * where it would change their trees (known-differences.ts, `avoided`).
 */
import type { Acl } from '../../../core/jute/acl.ts';
import { Prng } from '../../simulation/prng.ts';
import type { MultiMember, Request } from '../../support/requests.ts';

export const SESSION_COUNT = 3;

/** In `setWatches`: the last zxid that the session has seen. */
export const LAST_SEEN = -1;

export type Step =
  /** One session sends these at once and waits for all answers. */
  | { readonly type: 'ask'; readonly session: number; readonly requests: readonly Request[] }
  /** An op that no server knows, by itself: 3.8.0 lets its refusal overtake the answers before it. */
  | { readonly type: 'askUnknown'; readonly session: number; readonly opCode: number }
  /** The session ends, and a new one takes its place. */
  | { readonly type: 'close'; readonly session: number }
  /** A second connection takes the session over. */
  | { readonly type: 'reattach'; readonly session: number };

/** Below this znode everything happens; the first step makes it. */
export type Root = string;

const NAMES = ['a', 'b', 'c'];
const DATA = [null, '', 'x', 'some more bytes', 'ünïcode'];
const VERSIONS = [-1, -1, -1, -1, 0, 0, 1, 2, -2];
const PLAIN_FLAGS = [0, 0, 0, 0, 0, 0, 1, 2, 2, 3];
/** 4 means nothing to create and create2, outside a multi. */
const FLAGS = [...PLAIN_FLAGS, 4];
const BAD_FLAGS = [5, 6, 7, -1];
const BURST_MAX = 5;
const MULTI_MAX = 4;
const LIKELY_MAX = 8;
const SEQUENTIAL = 2;

const ACLS: readonly (readonly Acl[])[] = [
  [{ perms: 31, scheme: 'ip', id: '127.0.0.0/8' }],
  [{ perms: 1, scheme: 'world', id: 'anyone' }],
  [
    { perms: 31, scheme: 'world', id: 'anyone' },
    { perms: 31, scheme: 'world', id: 'anyone' },
    { perms: 5, scheme: 'digest', id: 'user:hash' },
  ],
  [],
  [{ perms: 31, scheme: 'auth', id: '' }],
  [{ perms: 31, scheme: 'world', id: 'me' }],
  [{ perms: 31, scheme: 'unknown', id: 'x' }],
  [{ perms: 31, scheme: 'digest', id: 'a:b:c' }],
  [{ perms: 31, scheme: 'ip', id: 'nowhere' }],
];
/** Without READ; for names that no `exists` asks for. */
const HIDING: readonly Acl[] = [{ perms: 30, scheme: 'world', id: 'anyone' }];

export function makeSequence(seed: number, root: Root, length: number): Step[] {
  const generator = new Generator(new Prng(seed), root);
  // A child that no request names keeps the root from being deleted.
  const made: Request[] = [
    { op: 'create', path: root },
    { op: 'create', path: `${root}/keep` },
  ];
  const steps: Step[] = [{ type: 'ask', session: 0, requests: made }];
  for (let count = 0; count < length; ) {
    const step = generator.step();
    steps.push(step);
    count += step.type === 'ask' ? step.requests.length : 1;
  }
  return steps;
}

class Generator {
  readonly #prng: Prng;
  readonly #root: Root;
  /** Paths that were created, perhaps in vain, perhaps deleted since: where requests are likely to find something. */
  readonly #likely: string[] = [];
  /** While true, requests are made that will probably succeed: most multis of any other kind fail. */
  #isMild = false;
  #freshCount = 0;

  constructor(prng: Prng, root: Root) {
    this.#prng = prng;
    this.#root = root;
  }

  step(): Step {
    const prng = this.#prng;
    const session = prng.below(SESSION_COUNT);
    if (prng.chance(0.02)) return { type: 'close', session };
    if (prng.chance(0.02)) return { type: 'reattach', session };
    if (prng.chance(0.01)) return { type: 'askUnknown', session, opCode: prng.pick([0, 10, 50]) };
    const count = prng.chance(0.3) ? prng.between(2, BURST_MAX) : 1;
    const requests = Array.from({ length: count }, () => this.#request());
    return { type: 'ask', session, requests };
  }

  #request(): Request {
    const prng = this.#prng;
    const draw = prng.below(100);
    if (draw < 40) return this.#write();
    if (draw < 52) return { op: 'getData', path: this.#path(), watch: prng.chance(0.5) };
    if (draw < 62) return { op: 'exists', path: this.#shownPath(), watch: prng.chance(0.5) };
    if (draw < 68) return { op: 'getChildren', path: this.#path(), watch: prng.chance(0.5) };
    if (draw < 74) return { op: 'getChildren2', path: this.#path(), watch: prng.chance(0.5) };
    if (draw < 88) return { op: 'multi', ops: this.#members() };
    if (draw < 91) return { op: 'sync', path: prng.pick([null, '', this.#path()]) };
    if (draw < 94) return { op: 'getACL', path: this.#path() };
    if (draw < 96) return this.#setWatches();
    if (draw < 98) return { op: 'ping' };
    return { op: 'raw', opCode: prng.pick([3, 4, 8, 12]), body: Uint8Array.from([0, 0, 0, 9, 0x2f]) };
  }

  #write(): Exclude<MultiMember, { op: 'check' }> {
    const prng = this.#prng;
    const draw = prng.below(10);
    if (draw < 5) return this.#create(prng.chance(0.05) ? prng.pick(BAD_FLAGS) : prng.pick(FLAGS));
    if (draw < 9) return { op: 'setData', path: this.#path(), data: prng.pick(DATA), version: this.#version() };
    return { op: 'delete', path: this.#path(), version: this.#version() };
  }

  #create(flags: number): MultiMember & { readonly op: 'create' | 'create2' } {
    const prng = this.#prng;
    const isHidden = prng.chance(0.06);
    const path = isHidden ? `${this.#root}/h` : this.#newPath();
    const op = prng.pick(['create', 'create2'] as const);
    const plain = { op, path, data: prng.pick(DATA), flags };
    if (isHidden) return { ...plain, flags: flags & 1, acl: HIDING };
    if (path !== null && (flags & SEQUENTIAL) === 0) this.#likely.push(path);
    if (this.#likely.length > LIKELY_MAX) this.#likely.shift();
    return prng.chance(0.12) ? { ...plain, acl: prng.pick(ACLS) } : plain;
  }

  #members(): MultiMember[] {
    const prng = this.#prng;
    this.#isMild = prng.chance(0.6);
    const members = Array.from({ length: prng.pick([0, 1, 1, 2, 2, 2, 3, MULTI_MAX]) }, (): MultiMember => {
      if (prng.chance(0.2)) return { op: 'check', path: this.#path() ?? this.#root, version: this.#version() };
      const drawn = this.#write();
      const write = { ...drawn, path: drawn.path ?? this.#root };
      const isCreate = write.op === 'create' || write.op === 'create2';
      return isCreate && !PLAIN_FLAGS.includes(write.flags ?? 0) ? { ...write, flags: 0 } : write;
    });
    this.#isMild = false;
    return members;
  }

  #version(): number {
    return this.#isMild ? -1 : this.#prng.pick(VERSIONS);
  }

  #setWatches(): Request {
    const paths = (): string[] => Array.from({ length: this.#prng.below(4) }, () => this.#shownPath());
    return {
      op: 'setWatches',
      since: this.#prng.pick([0, LAST_SEEN]),
      data: paths(),
      exist: paths(),
      child: paths(),
    };
  }

  /** Mostly a znode that may be there; sometimes one that cannot, or no path at all. */
  #path(): string | null {
    const prng = this.#prng;
    if (!this.#isMild && prng.chance(0.04)) return `${this.#root}/h`;
    if (!this.#isMild && prng.chance(0.01)) return null;
    return this.#shownPath();
  }

  #shownPath(): string {
    const prng = this.#prng;
    if (this.#isMild) return this.#likely.at(-1) ?? this.#root;
    if (prng.chance(0.05)) return this.#oddPath();
    return this.#likely.length > 0 && prng.chance(0.7) ? prng.pick(this.#likely) : this.#anyPath();
  }

  #newPath(): string | null {
    const prng = this.#prng;
    if (this.#isMild) return `${this.#root}/fresh${this.#freshCount++}`;
    if (prng.chance(0.05)) return prng.pick([null, this.#oddPath()]);
    const parent = this.#likely.length > 0 && prng.chance(0.5) ? prng.pick(this.#likely) : this.#root;
    return prng.chance(0.1) ? this.#anyPath() : `${parent}/${prng.pick(NAMES)}`;
  }

  #anyPath(): string {
    const prng = this.#prng;
    const depth = prng.pick([0, 1, 1, 1, 2, 2, 3]);
    let path = this.#root;
    for (let level = 0; level < depth; level++) path += `/${prng.pick(NAMES)}`;
    // The name of a sequential znode, if there is one by now.
    if (prng.chance(0.05)) path += `000000000${prng.below(4)}`;
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
      `${root}/a\0`,
      '/zookeeper',
      '/zookeeper/config',
      '/zookeeper/quota',
      '/nowhere/a',
    ]);
  }
}
