/** What each write does to znodes, by ZooKeeper's rules (zookeeper-facts 4.2, 5.1): with plain objects and no cleverness. */

import { zkCodeOf } from '../../../core/errors.ts';
import { NO_SESSION, type SessionId } from '../../../core/ids.ts';
import { Permission } from '../../../core/jute/acl.ts';
import type { TxnHeader } from '../../../core/jute/txn.ts';
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
  readonly aversion: number;
  /** What everybody may do. */
  readonly perms: number;
  /** Milliseconds since 1970, of the leader that decided. */
  readonly mtime: number;
  readonly kind: ZnodeKind;
}

/** `ttl` in milliseconds. */
export type ZnodeKind = 'plain' | 'container' | { readonly ttl: number };

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
  readonly #time: number;

  constructor(before: (path: string) => ZnodeState | null, { zxid, clientId, time }: TxnHeader) {
    this.#before = before;
    this.#zxid = zxid;
    this.#session = clientId;
    this.#time = time;
  }

  get(path: string): ZnodeState | null {
    const changed = this.states.get(path);
    return changed === undefined ? this.#before(path) : changed;
  }

  create(path: string, data: Uint8Array, kind: ZnodeKind | 'ephemeral'): ZnodeState {
    const [parentPath, name] = split(path);
    const parent = this.get(parentPath);
    if (parent === null) throw new Error(`no parent for ${path}`);
    const zxid = this.#zxid;
    const children = [...parent.children, name];
    this.states.set(parentPath, { ...parent, createdCount: parent.createdCount + 1, pzxid: zxid, children });
    const state: ZnodeState = {
      czxid: zxid,
      mzxid: zxid,
      pzxid: zxid,
      version: 0,
      createdCount: 0,
      children: [],
      owner: kind === 'ephemeral' ? this.#session : NO_SESSION,
      data,
      aversion: 0,
      perms: Permission.all,
      mtime: this.#time,
      kind: kind === 'ephemeral' ? 'plain' : kind,
    };
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
    const changed = { ...state, data, version: state.version + 1, mzxid: this.#zxid, mtime: this.#time };
    this.states.set(path, changed);
    this.changes.push({ path, change: 'data' });
    return changed;
  }

  setAcl(path: string, state: ZnodeState, perms: number): ZnodeState {
    const changed = { ...state, perms, aversion: state.aversion + 1 };
    this.states.set(path, changed);
    return changed;
  }
}

type AnyCreate = Extract<SimpleWrite, { readonly type: 'create' | 'createContainer' | 'createTTL' }>;
type SetAcl = Extract<WriteRequest, { readonly type: 'setACL' }>;

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

function decideOne(op: SimpleWrite | SetAcl, changes: Changes): WriteResult {
  switch (op.type) {
    case 'create':
    case 'createContainer':
    case 'createTTL':
      return decideCreate(op, changes);
    case 'delete': {
      const parent = changes.get(split(op.path)[0]);
      if (parent === null) return refused('NO_NODE');
      if (!permits(parent, Permission.delete)) return refused('NO_AUTH');
      const state = changes.get(op.path);
      if (state === null) return refused('NO_NODE');
      if (!matches(op.version, state.version)) return refused('BAD_VERSION');
      if (state.children.length > 0) return refused('NOT_EMPTY');
      changes.remove(op.path);
      return done(op.path, null);
    }
    case 'setData':
    case 'check': {
      const state = changes.get(op.path);
      if (state === null) return refused('NO_NODE');
      if (op.type === 'setData' && !permits(state, Permission.write)) return refused('NO_AUTH');
      if (!matches(op.version, state.version)) return refused('BAD_VERSION');
      return done(op.path, op.type === 'setData' ? changes.setData(op.path, state, op.data) : null);
    }
    case 'setACL': {
      const state = changes.get(op.path);
      if (state === null) return refused('NO_NODE');
      if (!matches(op.version, state.aversion)) return refused('BAD_VERSION');
      return done(op.path, changes.setAcl(op.path, state, op.perms));
    }
  }
}

function decideCreate(op: AnyCreate, changes: Changes): WriteResult {
  const [parentPath] = split(op.path);
  const parent = changes.get(parentPath);
  if (parent === null) return refused('NO_NODE');
  if (!permits(parent, Permission.create)) return refused('NO_AUTH');
  const flags = op.type === 'create' ? op.flags : 0;
  const isSequential = (flags & 2) !== 0;
  const path = isSequential ? op.path + String(parent.createdCount).padStart(10, '0') : op.path;
  if (changes.get(path) !== null) return refused('NODE_EXISTS');
  if (parent.owner.hi !== 0 || parent.owner.lo !== 0) return refused('NO_CHILDREN_FOR_EPHEMERALS');
  const state = changes.create(path, op.data, kindOf(op));
  return { error: 0, path, state, parentCreatedCount: parent.createdCount + 1 };
}

function kindOf(op: AnyCreate): ZnodeKind | 'ephemeral' {
  if (op.type === 'createContainer') return 'container';
  if (op.type === 'createTTL') return { ttl: op.ttl };
  return (op.flags & 1) === 0 ? 'plain' : 'ephemeral';
}

/** Whether the leader may remove a znode in nobody's name. */
export function isOfNoUse({ children, createdCount, mtime, kind }: ZnodeState, time: number): boolean {
  if (kind === 'plain' || children.length > 0) return false;
  return kind === 'container' ? createdCount > 0 : time - mtime > kind.ttl;
}

function permits({ perms }: ZnodeState, permission: number): boolean {
  return (perms & permission) !== 0;
}

function matches(expected: number, version: number): boolean {
  return expected === -1 || expected === version;
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
