/**
 * ZooKeeper's semantics once more, slow and obvious: what every committed txn must have been, given the request that it
 * answers and everything before it, and what the tree was at every zxid. The judge of replies, watches and replicas.
 *
 * In: the committed history, and the writes that clients issued. It takes nothing over from a txn that it can work out
 * from the request: a wrong version, sequence number, error or effect shows where it was decided.
 */

import { invariant } from '../../../core/assert.ts';
import { zkCodeOf } from '../../../core/errors.ts';
import { isNoSession, NO_SESSION, type SessionId } from '../../../core/ids.ts';
import { Permission } from '../../../core/jute/acl.ts';
import { OpCode } from '../../../core/jute/op-code.ts';
import { JuteReader } from '../../../core/jute/reader.ts';
import { readTxnBody, readTxnHeader, type Txn, type TxnHeader } from '../../../core/jute/txn.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import type { LogEntry } from '../../../core/zab/peer.ts';
import { ZXID_ZERO, type Zxid } from '../../../core/zxid.ts';
import { type Operation, operationKey, sessionKey } from '../clients/operation.ts';
import { isWrite, type WriteRequest } from '../clients/requests.ts';
import { sameBytes } from '../disk.ts';
import { Changes, decide, isOfNoUse, type Outcome, type ZnodeState } from './model-writes.ts';

export interface ModelSession {
  readonly id: SessionId;
  readonly timeoutMs: number;
  closedAt: Zxid | null;
  /** Closed by the leader, since nothing was heard of it. */
  isExpired: boolean;
  lastEffectiveXid: number;
}

export interface Decided {
  readonly session: string;
  readonly cxid: number;
  readonly outcome: Outcome;
}

export type Change = 'created' | 'deleted' | 'data' | 'children';

export interface PathChange {
  readonly zxid: Zxid;
  readonly path: string;
  readonly change: Change;
}

interface Version {
  readonly zxid: Zxid;
  readonly state: ZnodeState | null;
}

interface Trigger {
  readonly zxid: Zxid;
  readonly change: Change;
}

const ROOT: ZnodeState = {
  czxid: ZXID_ZERO,
  mzxid: ZXID_ZERO,
  pzxid: ZXID_ZERO,
  version: 0,
  createdCount: 0,
  children: ['zookeeper'],
  owner: NO_SESSION,
  data: new Uint8Array(0),
  aversion: 0,
  perms: Permission.all,
  mtime: 0,
  kind: 'plain',
};

export class Model {
  readonly sessions = new Map<string, ModelSession>();
  readonly decided = new Map<Zxid, Decided>();
  /** Sessions with which ephemerals went. */
  readonly hadEphemerals = new Set<string>();
  readonly reapedKinds = new Set<'container' | 'ttl'>();
  lastZxid: Zxid = ZXID_ZERO;
  readonly #operations = new Map<string, Operation>();
  readonly #versions = new Map<string, Version[]>([['/', [{ zxid: ZXID_ZERO, state: ROOT }]]]);
  readonly #dataTriggers = new Map<string, Trigger[]>();
  readonly #childTriggers = new Map<string, Trigger[]>();
  /** All that watches may be told of, in the order of telling. */
  readonly changes: PathChange[] = [];
  readonly #reader = new JuteReader();
  #count = 0;

  onIssued(operation: Operation): void {
    this.#operations.set(operationKey(operation.session, operation.xid), operation);
  }

  /** Takes up what was committed since the last call. */
  advance(committed: readonly LogEntry[]): void {
    for (; this.#count < committed.length; this.#count++) {
      const { entry } = committed[this.#count] as LogEntry;
      const reader = this.#reader.reset(entry);
      const header = readTxnHeader(reader);
      this.#apply(header, readTxnBody(reader, header.type));
      this.lastZxid = header.zxid;
    }
  }

  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get paths(): Iterable<string> {
    return this.#versions.keys();
  }

  current(path: string): ZnodeState | null {
    return this.#versions.get(path)?.at(-1)?.state ?? null;
  }

  at(path: string, zxid: number): ZnodeState | null {
    const versions = this.#versions.get(path) ?? [];
    for (let index = versions.length - 1; index >= 0; index--) {
      const version = versions[index] as Version;
      if (version.zxid <= zxid) return version.state;
    }
    return null;
  }

  /** The first change after `since` that a watch of this kind is told of. */
  nextTrigger(kind: 'data' | 'children', path: string, since: number): Trigger | null {
    const triggers = (kind === 'data' ? this.#dataTriggers : this.#childTriggers).get(path) ?? [];
    let found: Trigger | null = null;
    for (let index = triggers.length - 1; index >= 0; index--) {
      const trigger = triggers[index] as Trigger;
      if (trigger.zxid <= since) break;
      found = trigger;
    }
    return found;
  }

  /** How many of `changes` happened up to this zxid. */
  changesThrough(zxid: number): number {
    let count = this.changes.length;
    while (count > 0 && (this.changes[count - 1] as PathChange).zxid > zxid) count--;
    return count;
  }

  *ephemeralsOf(session: SessionId): IterableIterator<string> {
    for (const path of this.#versions.keys()) {
      const owner = this.current(path)?.owner;
      if (owner !== undefined && owner.hi === session.hi && owner.lo === session.lo) yield path;
    }
  }

  #apply(header: TxnHeader, txn: Txn): void {
    const { clientId, cxid, zxid } = header;
    const session = sessionKey(clientId);
    if (txn.type === OpCode.createSession) {
      const known = this.sessions.get(session);
      // A session that moves is created once more, by the replica at which it is now.
      insist(known === undefined || cxid !== 0, 'I20: a session is created once', header);
      insist(known === undefined || known.closedAt === null, 'I20: after closeSession a session does nothing', header);
      if (known !== undefined) return;
      const timeoutMs = txn.timeoutMs;
      this.sessions.set(session, { id: clientId, timeoutMs, closedAt: null, isExpired: false, lastEffectiveXid: 0 });
      return;
    }
    if (txn.type === OpCode.deleteContainer) return this.#reap(header, txn.path);
    const outcome =
      txn.type === OpCode.closeSession ? this.#close(header, txn.pathsToDelete) : this.#decide(header, txn);
    this.decided.set(zxid, { session, cxid, outcome });
  }

  #close(header: TxnHeader, paths: readonly string[] | null): Outcome {
    const { clientId, cxid, zxid } = header;
    const session = this.sessions.get(sessionKey(clientId));
    insist(session !== undefined && session.closedAt === null, 'I20: a session is closed once, and was open', header);
    if (cxid !== 0) this.#requireOperation(header).zxid = zxid;
    const owned = [...this.ephemeralsOf(clientId)].sort();
    insist(
      owned.join(' ') === [...(paths ?? [])].sort().join(' '),
      `I20: with its session go all its ephemerals (${owned.join(' ')})`,
      header,
    );
    const changes = new Changes((path) => this.current(path), header);
    // In which order they go is the leader's choice; their events come in the same.
    for (const path of paths ?? []) changes.remove(path);
    if (owned.length > 0) this.hadEphemerals.add(sessionKey(clientId));
    this.#commit(changes, zxid);
    session.closedAt = zxid;
    session.isExpired = cxid === 0;
    return { error: 0, results: [] };
  }

  /** A container or a TTL znode goes, in nobody's name. */
  #reap(header: TxnHeader, path: string): void {
    const state = this.current(path);
    const isDue = state !== null && isOfNoUse(state, header.time);
    insist(isDue && isNoSession(header.clientId), `I26: only what is of no use is removed unasked (${path})`, header);
    const changes = new Changes((each) => this.current(each), header);
    changes.remove(path);
    this.reapedKinds.add(state.kind === 'container' ? 'container' : 'ttl');
    this.#commit(changes, header.zxid);
  }

  #decide(
    header: TxnHeader,
    txn: Exclude<Txn, { type: typeof OpCode.createSession | typeof OpCode.closeSession }>,
  ): Outcome {
    const { clientId, zxid, cxid } = header;
    const session = this.sessions.get(sessionKey(clientId));
    const operation = this.#requireOperation(header);
    insist(operation.zxid === null, `I22: a write is decided once, first at ${operation.zxid}`, header);
    operation.zxid = zxid;
    const refusal = txn.type === OpCode.error ? txn.error : 0;
    if (session === undefined || session.closedAt !== null) {
      insist(refusal === zkCodeOf('SESSION_EXPIRED'), 'I20: after closeSession a session does nothing', header);
      return { error: refusal, results: [] };
    }
    if (refusal === zkCodeOf('SESSION_MOVED')) return { error: refusal, results: [] };
    insist(
      !operation.isLeftBehind,
      'I17: nothing of a connection is carried out once its session went on elsewhere',
      header,
    );
    const changes = new Changes((path) => this.current(path), header);
    const { request } = operation;
    insist(isWrite(request) && request.type !== 'closeSession', 'I22: the txn is what was asked for', header);
    const outcome = decide(request, changes);
    const found = describeTxn(txn);
    const expected = describeExpected(request, outcome);
    insist(found === expected, `I23: the leader decided ${found} and not ${expected}`, header);
    if (outcome.error === 0 && outcome.results.every(({ error }) => error === 0)) {
      insist(
        cxid > session.lastEffectiveXid,
        `I17: writes of a session in issue order, after ${session.lastEffectiveXid}`,
        header,
      );
      session.lastEffectiveXid = cxid;
      this.#commit(changes, zxid);
    }
    return outcome;
  }

  #requireOperation(header: TxnHeader): Operation {
    const operation = this.#operations.get(operationKey(sessionKey(header.clientId), header.cxid));
    insist(operation !== undefined, 'I22: what is decided was asked for', header);
    return operation;
  }

  #commit(changes: Changes, zxid: Zxid): void {
    for (const [path, state] of changes.states) add(this.#versions, path, { zxid, state });
    for (const { path, change } of changes.changes) {
      this.changes.push({ zxid, path, change });
      if (change !== 'children') add(this.#dataTriggers, path, { zxid, change });
      if (change === 'children' || change === 'deleted') add(this.#childTriggers, path, { zxid, change });
    }
  }
}

function add<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}

function insist(condition: boolean, claim: string, { clientId, cxid, zxid, type }: TxnHeader): asserts condition {
  if (condition) return;
  invariant(false, claim, { zxid: describeZxid(zxid), session: sessionKey(clientId), cxid, type });
}

function describeTxn(txn: Txn): string {
  switch (txn.type) {
    case OpCode.multi:
      return `multi [${txn.txns.map(describeTxn).join(', ')}]`;
    // The create2 of a multi is logged as a create, so that every ZooKeeper reads it.
    case OpCode.create:
    case OpCode.create2:
      return `create ${txn.path} ${hex(txn.data)} ${txn.ephemeral} parent ${txn.parentCVersion}`;
    case OpCode.createContainer:
      return `createContainer ${txn.path} ${hex(txn.data)} parent ${txn.parentCVersion}`;
    case OpCode.createTTL:
      return `createTTL ${txn.path} ${hex(txn.data)} ${txn.ttl} ms parent ${txn.parentCVersion}`;
    case OpCode.setACL:
      return `setACL ${txn.path} ${txn.acl.map(({ perms }) => perms).join(' ')} a${txn.version}`;
    case OpCode.setData:
      return `setData ${txn.path} ${hex(txn.data)} v${txn.version}`;
    case OpCode.delete:
      return `delete ${txn.path}`;
    case OpCode.check:
      return `check ${txn.path}`;
    case OpCode.error:
      return `error ${txn.error}`;
    default:
      return `txn of type ${txn.type}`;
  }
}

function describeExpected(request: WriteRequest, { error, results }: Outcome): string {
  if (error !== 0) return `error ${error}`;
  const ops =
    request.type === 'multi' ? request.ops : [request as Exclude<WriteRequest, { type: 'multi' | 'closeSession' }>];
  const failedAt = results.findIndex((result) => result.error !== 0);
  const described = ops.map((op, index) => {
    const result = results[index];
    if (failedAt >= 0 && index >= failedAt)
      return `error ${index === failedAt ? result?.error : zkCodeOf('RUNTIME_INCONSISTENCY')}`;
    const path = result?.path ?? '';
    if (op.type === 'create')
      return `create ${path} ${hex(op.data)} ${(op.flags & 1) === 1} parent ${result?.parentCreatedCount}`;
    const parent = `parent ${result?.parentCreatedCount}`;
    if (op.type === 'createContainer') return `createContainer ${path} ${hex(op.data)} ${parent}`;
    if (op.type === 'createTTL') return `createTTL ${path} ${hex(op.data)} ${op.ttl} ms ${parent}`;
    if (op.type === 'setACL') return `setACL ${path} ${op.perms} a${result?.state?.aversion}`;
    if (op.type === 'setData') return `setData ${path} ${hex(op.data)} v${result?.state?.version}`;
    return `${op.type} ${path}`;
  });
  return request.type === 'multi' ? `multi [${described.join(', ')}]` : (described[0] ?? '');
}

function hex(data: Uint8Array | null): string {
  return data === null ? 'null' : Buffer.from(data).toString('latin1');
}

export function isSameData(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && sameBytes(a, b);
}
