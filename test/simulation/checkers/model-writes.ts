/** What each write does to znodes, by ZooKeeper's rules (zookeeper-facts 4.2, 5.1): with plain objects and no cleverness. */

import { zkCodeOf } from '../../../core/errors.ts';
import { NO_SESSION, type SessionId } from '../../../core/ids.ts';
import type { Zxid } from '../../../core/zxid.ts';
import type { SimpleWrite, WriteRequest } from '../clients/requests.ts';
import type { Change } from './model.ts';

export interface ZnodeState {
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly pzxid: Zxid;
  readonly version: number;
  /** Children ever created. */
  readonly createdCount: number;
  readonly children: readonly string[];
  readonly owner: SessionId;
  readonly data: Uint8Array;
}

export interface WriteResult {
  readonly error: number;
  readonly path: string | null;
  /** The znode right after this write; null where it is none's result. */
  readonly state: ZnodeState | null;
  readonly parentCreatedCount: number;
}

export interface Outcome {
  /** Of the whole request; a multi that fails carries its errors in its results. */
  readonly error: number;
  readonly results: readonly WriteResult[];
}

/** Changes of one txn, over the states before it. */
export class Changes {
  readonly states = new Map<string, ZnodeState | null>();
  readonly changes: { readonly path: string; readonly change: Change }[] = [];
  readonly #before: (path: string) => ZnodeState | null;
  readonly #zxid: Zxid;
  readonly #session: SessionId;

  constructor(before: (path: string) => ZnodeState | null, zxid: Zxid, session: SessionId) {
    this.#before = before;
    this.#zxid = zxid;
    this.#session = session;
  }

  get(path: string): ZnodeState | null {
    const changed = this.states.get(path);
    return changed === undefined ? this.#before(path) : changed;
  }

  create(path: string, data: Uint8Array, isEphemeral: boolean): ZnodeState {
    const [parentPath, name] = split(path);
    const parent = this.get(parentPath);
    if (parent === null) throw new Error(`no parent for ${path}`);
    const zxid = this.#zxid;
    const children = [...parent.children, name];
    this.states.set(parentPath, { ...parent, createdCount: parent.createdCount + 1, pzxid: zxid, children });
    const owner = isEphemeral ? this.#session : NO_SESSION;
    const state = { czxid: zxid, mzxid: zxid, pzxid: zxid, version: 0, createdCount: 0, children: [], owner, data };
    this.states.set(path, state);
    this.changes.push({ path, change: 'created' }, { path: parentPath, change: 'children' });
    return state;
  }

  remove(path: string): void {
    const [parentPath, name] = split(path);
    this.states.set(path, null);
    const parent = this.get(parentPath);
    if (parent !== null) {
      const children = parent.children.filter((child) => child !== name);
      this.states.set(parentPath, { ...parent, pzxid: this.#zxid, children });
    }
    this.changes.push({ path, change: 'deleted' }, { path: parentPath, change: 'children' });
  }

  setData(path: string, state: ZnodeState, data: Uint8Array): ZnodeState {
    const changed = { ...state, data, version: state.version + 1, mzxid: this.#zxid };
    this.states.set(path, changed);
    this.changes.push({ path, change: 'data' });
    return changed;
  }
}

export function decide(request: WriteRequest, changes: Changes): Outcome {
  if (request.type === 'closeSession') return { error: 0, results: [] };
  if (request.type !== 'multi') {
    const result = decideOne(request, changes);
    return { error: result.error, results: [result] };
  }
  const results: WriteResult[] = [];
  for (const op of request.ops) {
    const result = decideOne(op, changes);
    results.push(result);
    if (result.error !== 0) break;
  }
  return { error: 0, results };
}

function decideOne(op: SimpleWrite, changes: Changes): WriteResult {
  switch (op.type) {
    case 'create':
      return decideCreate(op, changes);
    case 'delete': {
      const state = changes.get(op.path);
      if (changes.get(split(op.path)[0]) === null || state === null) return refused('NO_NODE');
      if (!matches(op.version, state)) return refused('BAD_VERSION');
      if (state.children.length > 0) return refused('NOT_EMPTY');
      changes.remove(op.path);
      return done(op.path, null);
    }
    case 'setData':
    case 'check': {
      const state = changes.get(op.path);
      if (state === null) return refused('NO_NODE');
      if (!matches(op.version, state)) return refused('BAD_VERSION');
      return done(op.path, op.type === 'setData' ? changes.setData(op.path, state, op.data) : null);
    }
  }
}

function decideCreate(op: SimpleWrite & { readonly type: 'create' }, changes: Changes): WriteResult {
  const [parentPath] = split(op.path);
  const parent = changes.get(parentPath);
  if (parent === null) return refused('NO_NODE');
  const isSequential = (op.flags & 2) !== 0;
  const path = isSequential ? op.path + String(parent.createdCount).padStart(10, '0') : op.path;
  if (changes.get(path) !== null) return refused('NODE_EXISTS');
  if (parent.owner.hi !== 0 || parent.owner.lo !== 0) return refused('NO_CHILDREN_FOR_EPHEMERALS');
  const state = changes.create(path, op.data, (op.flags & 1) !== 0);
  return { error: 0, path, state, parentCreatedCount: parent.createdCount + 1 };
}

function matches(version: number, state: ZnodeState): boolean {
  return version === -1 || version === state.version;
}

function refused(code: Parameters<typeof zkCodeOf>[0]): WriteResult {
  return { error: zkCodeOf(code), path: null, state: null, parentCreatedCount: 0 };
}

function done(path: string, state: ZnodeState | null): WriteResult {
  return { error: 0, path, state, parentCreatedCount: 0 };
}

/** Parent and name. */
export function split(path: string): readonly [parent: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [slash === 0 ? '/' : path.slice(0, slash), path.slice(slash + 1)];
}
