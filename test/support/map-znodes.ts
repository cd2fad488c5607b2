/** Znodes in a Map, with ZooKeeper's rules for a transaction, and with faults: lost requests, lost replies, intruders. */

interface MapZnode {
  readonly data: Uint8Array;
  readonly version: number;
}

type MapOp =
  | { readonly type: 'create'; readonly path: string; readonly data: Uint8Array }
  | { readonly type: 'set'; readonly path: string; readonly data: Uint8Array; readonly version: number }
  | { readonly type: 'delete'; readonly path: string; readonly version: number };

export type CommitFault = 'none' | 'request lost' | 'reply lost';

/** As a client reports a lost connection. */
class LostConnection extends Error {
  readonly retryable = true;
  readonly applied = 'unknown';

  constructor() {
    super('the connection was lost');
  }
}

export class MapZnodes {
  #tree = new Map<string, MapZnode>();
  /** Decides the fate of the n-th commit, counted from 1. */
  faultOf: (commit: number) => CommitFault = () => 'none';
  /** Runs before each commit is decided: a chance to change the tree first. */
  beforeCommit: () => void | Promise<void> = () => {};
  commits = 0;
  /** Every text that a znode was given by a commit, in order. */
  readonly history = new Map<string, string[]>();

  async read(path: string): Promise<MapZnode | null> {
    return this.#tree.get(path) ?? null;
  }

  async commit(ops: readonly MapOp[]): Promise<'committed' | 'conflict'> {
    this.commits += 1;
    const fault = this.faultOf(this.commits);
    if (fault === 'request lost') throw new LostConnection();
    await this.beforeCommit();
    const outcome = this.#apply(ops);
    if (fault === 'reply lost') throw new LostConnection();
    return outcome;
  }

  text(path: string): string | null {
    const found = this.#tree.get(path);
    return found === undefined ? null : Buffer.from(found.data).toString('utf8');
  }

  json(path: string): unknown {
    return JSON.parse(this.text(path) ?? 'null');
  }

  /** Writes past everybody, as another client would. */
  put(path: string, text: string): void {
    const version = (this.#tree.get(path)?.version ?? -1) + 1;
    this.#tree.set(path, { data: Buffer.from(text), version });
  }

  remove(path: string): void {
    this.#tree.delete(path);
  }

  get paths(): readonly string[] {
    return [...this.#tree.keys()].sort();
  }

  #apply(ops: readonly MapOp[]): 'committed' | 'conflict' {
    const next = new Map(this.#tree);
    for (const op of ops) {
      const current = next.get(op.path);
      const parent = op.path.slice(0, op.path.lastIndexOf('/'));
      if (op.type === 'create') {
        if (current !== undefined || (parent !== '' && !next.has(parent))) return 'conflict';
        next.set(op.path, { data: op.data, version: 0 });
      } else {
        if (current === undefined || current.version !== op.version) return 'conflict';
        if (op.type === 'delete') next.delete(op.path);
        else next.set(op.path, { data: op.data, version: current.version + 1 });
      }
    }
    this.#tree = next;
    for (const op of ops) {
      if (op.type === 'delete') continue;
      const texts = this.history.get(op.path) ?? [];
      texts.push(Buffer.from(op.data).toString('utf8'));
      this.history.set(op.path, texts);
    }
    return 'committed';
  }
}
