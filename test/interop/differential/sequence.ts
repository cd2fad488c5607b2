/**
 * Random conversations of a few sessions with one server, from a seed. Every kind of request and of refusal turns up. What
 * two versions may legitimately answer differently is kept out where it would change their trees (known-differences.ts).
 */
import { type Acl, OPEN_ACL } from '../../../core/jute/acl.ts';
import { Prng } from '../../simulation/prng.ts';
import type { Dialect } from './dialect.ts';
import { encodeBody } from './encode.ts';
import {
  type Action,
  LAST_SEEN,
  type Member,
  type Operation,
  type Path,
  type Reattachment,
  type Request,
} from './operation.ts';
import { SESSION_COUNT } from './play.ts';
import { BAD_FLAGS, DATA, LIMITS, PLAIN_FLAGS, TTLS, Vocabulary, WATCHER_TYPES } from './vocabulary.ts';

export interface SequenceOptions {
  readonly seed: number;
  /** The znode below which everything happens. */
  readonly root: string;
  /** Number of actions. */
  readonly length: number;
  readonly dialect: Dialect;
}

const BURSTS = [1, 1, 2, 4, 8, 12, 20];
const REATTACHMENTS: readonly Reattachment[] = [
  'taken over',
  'moved',
  'by an old client',
  'with a wrong password',
  'from the future',
];
const TIMEOUTS_MS = [40_000, 40_000, 30_000, 1_000_000, 0, -5];
const SEQUENTIAL = 2;

export function makeSequence(options: SequenceOptions): Action[] {
  const generator = new Generator(options);
  const actions: Action[] = [];
  while (actions.length < options.length) actions.push(...generator.burst());
  return actions.slice(0, options.length);
}

type Make = () => Operation;

class Generator {
  readonly #prng: Prng;
  readonly #dialect: Dialect;
  readonly #root: string;
  readonly #words: Vocabulary;
  /** While true, requests are made that will probably succeed: most multis of any other kind fail. */
  #isMild = false;
  #freshCount = 0;
  /**
   * Hard quotas are judged by what is committed, and on neither side is it given how much of what was sent before that is.
   * So sequences with quotas send one request at a time.
   */
  readonly #hasQuotas: boolean;
  /** What a setter of quotas has still to ask. */
  #quotaScript: Request[] = [];
  readonly #kinds: readonly (readonly [weight: number, make: Make])[];
  readonly #weightSum: number;

  constructor({ seed, root, dialect }: SequenceOptions) {
    this.#prng = new Prng(seed);
    this.#dialect = dialect;
    this.#root = root;
    this.#hasQuotas = this.#prng.chance(0.2);
    this.#words = new Vocabulary({ prng: this.#prng, root, dialect });
    this.#kinds = this.#table();
    this.#weightSum = this.#kinds.reduce((sum, [weight]) => sum + weight, 0);
  }

  burst(): Action[] {
    const prng = this.#prng;
    const session = prng.below(SESSION_COUNT);
    const operations = Array.from({ length: prng.pick(BURSTS) }, () => this.#operation()).flatMap((operation) =>
      // As clients do: what was watched is set again behind the re-attachment.
      operation.op === 'reattach' && prng.chance(0.5) ? [operation, this.#setWatches()] : [operation],
    );
    return operations.map((operation, index) => ({
      session,
      isJoined: index > 0 && !this.#hasQuotas,
      operation,
    }));
  }

  #table(): readonly (readonly [number, Make])[] {
    const prng = this.#prng;
    const words = this.#words;
    return [
      [44, () => this.#write()],
      [10, () => ({ op: 'getData', ...this.#watchable() })],
      [8, () => ({ op: 'exists', ...this.#watchable(), path: words.watchedPath() })],
      [5, () => ({ op: 'getChildren', ...this.#watchable() })],
      [5, () => ({ op: 'getChildren2', ...this.#watchable() })],
      [14, () => this.#multi()],
      [4, () => this.#multiRead()],
      [2, () => ({ op: 'sync', path: prng.pick([null, '', words.path()]) })],
      [4, () => this.#setAcl()],
      [3, () => ({ op: 'getACL', path: words.path() })],
      [2, () => ({ op: 'getEphemerals', path: prng.pick([null, '', '/', this.#root, words.path()]) })],
      [2, () => ({ op: 'getAllChildrenNumber', path: words.path() })],
      [4, () => this.#addWatch()],
      [2, () => this.#watcherRequest('removeWatches')],
      [2, () => this.#watcherRequest('checkWatches')],
      [2, () => this.#setWatches()],
      [2, () => ({ op: 'addAuth', ...words.identity() })],
      [1, () => ({ op: 'whoAmI' })],
      [1, () => ({ op: 'ping' })],
      [1, () => ({ op: 'reconfig', joining: prng.pick([null, '', 'server.9=x:1:2;3']), leaving: null, members: null })],
      [2, () => this.#mangled()],
      [0.7, () => ({ op: 'unknown', opCode: prng.pick([10, 23, 50, 99, 1000]) })],
      [this.#hasQuotas ? 15 : 0, () => this.#quota()],
      [2, () => ({ op: 'close' })],
      [3, () => ({ op: 'reattach', how: prng.pick(REATTACHMENTS), timeoutMs: prng.pick(TIMEOUTS_MS) })],
    ];
  }

  #operation(): Operation {
    let draw = this.#prng.unit() * this.#weightSum;
    for (const [weight, make] of this.#kinds) {
      draw -= weight;
      if (draw < 0) return make();
    }
    return { op: 'ping' };
  }

  #watchable(): { path: Path; watch: boolean } {
    const watch = this.#prng.chance(0.5);
    return { path: watch ? this.#words.watchedPath() : this.#words.path(), watch };
  }

  #write(): Member {
    const prng = this.#prng;
    const path = this.#isMild ? this.#words.latest : this.#words.path();
    const draw = prng.below(10);
    if (draw < 5) return this.#create();
    if (draw < 9) return { op: 'setData', path, data: prng.pick(DATA), version: this.#version() };
    return { op: 'delete', path, version: this.#version() };
  }

  #create(): Member {
    const prng = this.#prng;
    const path = this.#isMild ? `${this.#root}/fresh${this.#freshCount++}` : this.#words.newPath();
    const acl = this.#isMild ? OPEN_ACL : this.#words.acl(path);
    const draw = prng.below(20);
    const data = prng.pick(DATA);
    const flags = this.#flags();
    if (path !== null && (flags & SEQUENTIAL) === 0) this.#words.remember(path);
    if (draw < 3) return { op: 'createContainer', path, data, acl, flags: this.#isMild || draw > 0 ? 4 : flags & ~1 };
    if (draw < 6) return this.#createTtl({ path, data, acl });
    return { op: draw < 13 ? 'create' : 'create2', path, data, acl, flags };
  }

  #createTtl(node: { path: Path; data: Path; acl: readonly Acl[] | null }): Member {
    const prng = this.#prng;
    const ttl = this.#isMild ? 100_000 : prng.pick(TTLS);
    return { op: 'createTTL', ...node, flags: prng.chance(0.05) ? 7 : prng.pick([5, 6]), ttl };
  }

  #flags(): number {
    const prng = this.#prng;
    if (this.#isMild) return prng.pick(PLAIN_FLAGS);
    if (prng.chance(0.04)) return prng.pick(BAD_FLAGS);
    return prng.chance(0.04) ? prng.pick([4, 5, 6]) : prng.pick(PLAIN_FLAGS);
  }

  #version(): number {
    return this.#isMild ? -1 : this.#words.version();
  }

  #multi(): Request {
    const prng = this.#prng;
    this.#isMild = prng.chance(0.6);
    const ops = Array.from({ length: prng.pick([0, 1, 1, 2, 2, 2, 3, 4, 6]) }, () => this.#member());
    this.#isMild = false;
    return { op: 'multi', ops };
  }

  #member(): Request {
    const prng = this.#prng;
    if (prng.chance(0.15)) return { op: 'check', path: this.#words.path() ?? this.#root, version: this.#version() };
    if (!this.#isMild && prng.chance(0.02)) return { op: 'getData', path: this.#root, watch: false };
    const member = this.#write();
    return this.#dialect === '3.9' ? withAcl(member) : this.#withoutStumbles(member);
  }

  /** Of a multi's members that Apache 3.8 handles in ways of its own (known-differences.ts). */
  #withoutStumbles(member: Member): Member {
    const named = { ...member, path: member.path ?? this.#root };
    if (named.op === 'createContainer') return { ...named, flags: 4 };
    if (named.op === 'createTTL') return { ...named, flags: named.flags === 6 ? 6 : 5 };
    return 'flags' in named && !PLAIN_FLAGS.includes(named.flags) ? { ...named, flags: 0 } : named;
  }

  #multiRead(): Request {
    const prng = this.#prng;
    const ops = Array.from({ length: prng.below(4) }, (): Request => {
      if (prng.chance(0.03)) return { op: 'delete', path: this.#words.path(), version: -1 };
      return { op: prng.pick(['getData', 'getChildren'] as const), path: this.#words.path(), watch: prng.chance(0.2) };
    });
    return { op: 'multiRead', ops };
  }

  #setAcl(): Request {
    const path = this.#words.path();
    const isSystem = path === null || !path.startsWith(`${this.#root}/`);
    // The root and what is above it stay open to all.
    return { op: 'setACL', path, acl: isSystem ? null : this.#words.acl(path), version: this.#words.version() };
  }

  #addWatch(): Request {
    const watch = this.#words.persistentWatch();
    return { op: 'addWatch', ...watch, ...(this.#prng.chance(0.05) ? { mode: this.#prng.pick([2, -1]) } : {}) };
  }

  #watcherRequest(op: 'removeWatches' | 'checkWatches'): Request {
    const prng = this.#prng;
    if (prng.chance(0.4)) return { op, path: this.#words.persistentPath(), type: this.#watcherType([3, 3, 3, 0, 9]) };
    return { op, path: this.#words.formerlyWatchedPath(), type: this.#watcherType(WATCHER_TYPES) };
  }

  #watcherType(types: readonly number[]): number {
    return this.#dialect === '3.9' ? this.#prng.below(7) : this.#prng.pick(types);
  }

  #setWatches(): Request {
    const paths = (make: () => string): string[] => Array.from({ length: this.#prng.below(4) }, make);
    const watched = (): string => this.#words.watchedPath();
    const since = this.#prng.pick([0, LAST_SEEN, LAST_SEEN]);
    const lists = [paths(watched), paths(watched), paths(watched)];
    if (this.#prng.chance(0.4)) return { op: 'setWatches', since, lists };
    const stays = Array.from({ length: this.#prng.below(4) }, () => this.#words.persistentWatch());
    const inMode = (mode: number): string[] => stays.filter((watch) => watch.mode === mode).map(({ path }) => path);
    return { op: 'setWatches2', since, lists: [...lists, inMode(0), inMode(1)] };
  }

  /** A good body, cut short or with a length in it that cannot be. */
  #mangled(): Request {
    const prng = this.#prng;
    const drawn = prng.pick<() => Operation>([
      () => this.#write(),
      () => ({ op: 'getData', path: this.#root, watch: false }),
      () => ({ op: 'getChildren2', path: this.#root, watch: false }),
      () => ({ op: 'exists', path: this.#root, watch: false }),
      () => this.#setAcl(),
      () => this.#multi(),
      () => this.#multiRead(),
      () => this.#addWatch(),
      () => this.#setWatches(),
    ])();
    if (drawn.op === 'close' || drawn.op === 'reattach') return { op: 'ping' };
    const { length } = encodeBody(drawn);
    if (prng.chance(0.7)) return { op: 'mangled', of: drawn, keep: prng.below(length) };
    // The first int of a body is a length or, in a multi, an op code; setWatches begins with a zxid.
    const at = drawn.op === 'setWatches' || drawn.op === 'setWatches2' ? 8 : 0;
    return { op: 'mangled', of: drawn, at, length: prng.pick([-2, -7, 0x7fff_ffff, 0x2000_0000, length + 1]) };
  }

  #quota(): Request {
    const prng = this.#prng;
    const limited = prng.pick([this.#root, `${this.#root}/a`]);
    const place = `/zookeeper/quota${limited}`;
    const next = this.#quotaScript.shift();
    if (next !== undefined) return next;
    const plain = { op: 'create', acl: OPEN_ACL, flags: 0 } as const;
    if (prng.chance(0.5)) {
      const parents = [`/zookeeper/quota${this.#root}`, place];
      this.#quotaScript = [
        { op: 'multi', ops: [{ ...plain, path: `${place}/zookeeper_limits`, data: prng.pick(LIMITS) }] },
        { ...plain, path: `${place}/zookeeper_stats`, data: 'count=0,bytes=0' },
        { op: 'getData', path: `${place}/zookeeper_stats`, watch: false },
      ];
      return { ...plain, path: parents[prng.below(2)] ?? place, data: '' };
    }
    if (prng.chance(0.2)) return { op: 'delete', path: `${place}/zookeeper_limits`, version: -1 };
    if (prng.chance(0.2)) {
      return { op: 'setData', path: `${place}/zookeeper_limits`, data: prng.pick(LIMITS), version: -1 };
    }
    return { op: 'getData', path: `${place}/zookeeper_${prng.pick(['stats', 'limits'])}`, watch: false };
  }
}

function withAcl(member: Member): Member {
  return 'acl' in member && member.acl === null ? { ...member, acl: [] } : member;
}
