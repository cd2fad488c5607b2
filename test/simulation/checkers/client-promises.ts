/**
 * What clients were promised (I17 to I20, I22 to I24), judged where it counts: at the client, by what arrives.
 *
 * Every reply names a zxid. A read must show exactly the committed history up to it, a write must be that history's txn
 * of that zxid, and within a session zxids never go back. So a stale, early, lost, doubled or invented answer shows.
 */

import { invariant } from '../../../core/assert.ts';
import { zkCodeOf } from '../../../core/errors.ts';
import { sessionIdEquals } from '../../../core/ids.ts';
import type { Stat } from '../../../core/jute/stat.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import { epochOf, toZxid, ZXID_ZERO, type Zxid } from '../../../core/zxid.ts';
import type { Operation, Reply } from '../clients/operation.ts';
import { describeRequest, isWrite, type ReadRequest, type ReplyBody } from '../clients/requests.ts';
import type { Marks } from '../marks.ts';
import type { AgreementChecker } from './agreement.ts';
import { isSameData, Model } from './model.ts';
import { isOfNoUse, type WriteResult, type ZnodeState } from './model-writes.ts';

/** Long against a request's way through an ensemble that serves, short against any session's timeout. */
const CALM_MS = 400;

export class ClientPromises {
  readonly model = new Model();
  readonly marks: Marks;
  readonly #agreement: AgreementChecker;
  /** Sessions that a client was told to be gone; the history has to agree in the end. */
  readonly refusedSessions = new Set<string>();
  #calmSinceUs: number | null = null;
  #acknowledged: Zxid = ZXID_ZERO;

  constructor(agreement: AgreementChecker, marks: Marks) {
    this.#agreement = agreement;
    this.marks = marks;
  }

  get acknowledged(): Zxid {
    return this.#acknowledged;
  }

  advance(): Model {
    this.model.advance(this.#agreement.committed);
    return this.model;
  }

  onIssued(operation: Operation): void {
    this.model.onIssued(operation);
  }

  /** Told often, and when faults are over: whether all replicas serve one epoch. */
  onWeather(isCalm: boolean, nowUs: number): void {
    if (!isCalm) this.#calmSinceUs = null;
    else this.#calmSinceUs ??= nowUs;
  }

  /** A client gives up a replica that it hears nothing from. Where all is well, no request stays without its answer. */
  onSilence({ session, xid, issuedUs }: Operation, nowUs: number): void {
    if (this.#calmSinceUs === null) return;
    const waitedMs = (nowUs - Math.max(this.#calmSinceUs, issuedUs)) / 1000;
    const claim = 'I25: requests that were held are answered once there is a leader';
    invariant(waitedMs < CALM_MS, claim, { session, xid, waitedMs });
  }

  /** A client has its session on another connection: what it asked for on the earlier ones is decided by now, or never. */
  onAttachedAnew(session: string): void {
    for (const operation of this.advance().operations) {
      if (operation.session === session && operation.isUnknown && operation.zxid === null)
        operation.isLeftBehind = true;
    }
  }

  onSessionRefused(session: string): void {
    this.advance();
    const found = this.model.sessions.get(session);
    invariant(found !== undefined, 'I20: a session that was given is in the history', { session });
    this.refusedSessions.add(session);
    if (found.isExpired) this.marks.hit('session expired');
  }

  /** Long after everything rests: what the leader removes by itself is gone. */
  requireReaped(wallMs: number): void {
    const model = this.advance();
    for (const path of model.paths) {
      const state = model.current(path);
      invariant(state === null || !isOfNoUse(state, wallMs), 'I26: what is of no use is removed', { path });
    }
    if (model.reapedKinds.has('container')) this.marks.hit('container removed by the leader');
    if (model.reapedKinds.has('ttl')) this.marks.hit('TTL znode removed by the leader');
  }

  /** When everything rests. @param kept  sessions that a client still holds: no others are left */
  requireSettled(kept: readonly string[]): void {
    const model = this.advance();
    for (const [key, { id, closedAt, isExpired }] of model.sessions) {
      const isLive = closedAt === null;
      invariant(isLive === kept.includes(key), 'I20: exactly the sessions of living clients are left', {
        session: key,
      });
      if (isExpired && model.hadEphemerals.has(key)) this.marks.hit('ephemeral removed with its session');
      if (!isLive)
        invariant([...model.ephemeralsOf(id)].length === 0, 'I20: no ephemeral outlives its session', { key });
    }
    for (const { outcome } of model.decided.values()) {
      if (outcome.error === zkCodeOf('SESSION_MOVED')) this.marks.hit('write refused because its session moved');
      if (outcome.error === zkCodeOf('NO_AUTH')) this.marks.hit('write refused by an ACL');
    }
    for (const operation of model.operations) {
      if (!operation.isUnknown || !isWrite(operation.request)) continue;
      if (operation.isLeftBehind) this.marks.hit('write left behind by a session that went on elsewhere');
      this.marks.hit(
        operation.zxid === null ? 'write with unknown outcome lost' : 'write with unknown outcome applied',
      );
    }
  }

  /** @param lastZxid  the latest zxid that the session had seen before this reply */
  onReply(operation: Operation, reply: Reply, lastZxid: number): void {
    this.advance();
    const seen = (): Readonly<Record<string, unknown>> => describe(operation, reply, lastZxid);
    if (reply.zxid < lastZxid) invariant(false, 'I17: a session never goes back in time', seen());
    if (reply.zxid > this.model.lastZxid) invariant(false, 'I14: only what is committed is shown', seen());
    const { epoch, wasActive } = reply.origin;
    if (epoch === null && !wasActive) invariant(false, 'I15: who does not serve answers nobody', seen());
    operation.reply = reply;
    const { request } = operation;
    if (isWrite(request)) this.#onWritten(operation, reply, seen);
    else if (request.type === 'sync') this.#onSynced(operation, reply, seen);
    else if (request.type === 'getData' || request.type === 'exists' || request.type === 'getChildren') {
      this.#onRead(operation, request, reply, seen);
    } else if (request.type === 'checkWatches' || request.type === 'removeWatches') {
      // Whether the watch was there is for the session's book to say.
      if (reply.error !== 0 && reply.error !== zkCodeOf('NO_WATCHER')) {
        invariant(false, 'a watch is there or it is not', seen());
      }
    } else if (reply.error !== 0) invariant(false, 'pings, setWatches and addWatch are not refused', seen());
  }

  #onWritten(operation: Operation, reply: Reply, seen: () => Readonly<Record<string, unknown>>): void {
    const zxid = toZxid(reply.zxid);
    const decided = this.model.decided.get(zxid);
    if (decided === undefined || decided.session !== operation.session || decided.cxid !== operation.xid) {
      invariant(false, 'I22: an answered write is in the history at the zxid of its answer', seen());
    }
    if (zxid <= operation.acknowledgedBefore) {
      invariant(false, 'I23: a write comes after all that were answered before it was asked', seen());
    }
    const { outcome } = decided;
    const { request } = operation;
    const isMulti = request.type === 'multi';
    if (reply.error !== outcome.error) invariant(false, `I22: the answer is the outcome ${outcome.error}`, seen());
    if (isMulti && reply.error === 0) this.#onMultiDone(outcome.results, reply.body, seen);
    else if (reply.error === 0 && request.type !== 'closeSession') {
      requireResult(request.type, outcome.results[0], reply.body?.path ?? null, reply.body?.stat ?? null, seen);
    }
    if (zxid > this.#acknowledged) this.#acknowledged = zxid;
    if (!reply.origin.wasActive) this.marks.hit('write answered from the history of a new leader');
  }

  #onMultiDone(
    expected: readonly WriteResult[],
    body: ReplyBody | null,
    seen: () => Readonly<Record<string, unknown>>,
  ): void {
    const results = body?.results ?? [];
    const failedAt = expected.findIndex(({ error }) => error !== 0);
    this.marks.hit(failedAt < 0 ? 'multi applied' : 'multi refused');
    results.forEach((result, index) => {
      if (failedAt >= 0) {
        const after = zkCodeOf('RUNTIME_INCONSISTENCY');
        const error = index < failedAt ? 0 : index === failedAt ? expected[failedAt]?.error : after;
        if (result.type !== 'error' || result.error !== error) {
          invariant(false, `I22: op ${index} of the multi has error ${error}`, seen());
        }
        return;
      }
      const path = result.type === 'create' ? result.path : null;
      const stat = result.type === 'create' || result.type === 'setData' ? result.stat : null;
      if (result.type === 'error') invariant(false, 'I22: a multi that was applied has no errors', seen());
      requireResult(result.type, expected[index], path, stat, seen);
    });
  }

  // A leader that does not know yet of its successor may answer: ZooKeeper's sync asks no quorum either.
  #onSynced(operation: Operation, reply: Reply, seen: () => Readonly<Record<string, unknown>>): void {
    if (reply.error !== 0) invariant(false, 'a sync is not refused', seen());
    if (operation.epochAtIssue !== reply.origin.epoch) this.marks.hit('sync held during a failover');
    const { acknowledgedBefore } = operation;
    if (reply.zxid >= acknowledgedBefore) return;
    const { epoch } = reply.origin;
    const isDeposed = epoch !== null && epoch < epochOf(acknowledgedBefore);
    if (!isDeposed) invariant(false, 'I24: after a sync a session sees what was acknowledged before it', seen());
  }

  #onRead(
    operation: Operation,
    request: ReadRequest,
    reply: Reply,
    seen: () => Readonly<Record<string, unknown>>,
  ): void {
    if (operation.epochAtIssue !== reply.origin.epoch) this.marks.hit('read held during a failover');
    const state = this.model.at(request.path, reply.zxid);
    if (state === null) {
      if (reply.error !== zkCodeOf('NO_NODE')) invariant(false, 'I18: the znode is not there at this zxid', seen());
      return;
    }
    const { body } = reply;
    if (reply.error !== 0 || body === null) invariant(false, 'I18: the znode is there at this zxid', seen());
    const { stat } = body;
    if (stat === null || !isStatOf(stat, state)) invariant(false, 'I18: a read shows the stat of its zxid', seen());
    if (request.type === 'getData' && !isSameData(body.data, state.data)) {
      invariant(false, 'I18: a read shows the data of its zxid', seen());
    }
    if (request.type !== 'getChildren') return;
    const isSame = [...(body.children ?? [])].sort().join(' ') === [...state.children].sort().join(' ');
    if (!isSame) invariant(false, 'I18: a read shows the children of its zxid', seen());
  }
}

function requireResult(
  type: string,
  expected: WriteResult | undefined,
  path: string | null,
  stat: Stat | null,
  seen: () => Readonly<Record<string, unknown>>,
): void {
  const isCreate = type.startsWith('create');
  if (isCreate && path !== expected?.path) {
    invariant(false, `I24: the created path is ${expected?.path} and not ${path}`, seen());
  }
  if (!isCreate && type !== 'setData' && type !== 'setACL') return;
  const state = expected?.state ?? null;
  if (stat === null || state === null || !isStatOf(stat, state)) {
    invariant(false, 'I22: a write is answered with the stat that it left', seen());
  }
}

export function isStatOf(stat: Stat, state: ZnodeState): boolean {
  return (
    stat.czxid === state.czxid &&
    stat.mzxid === state.mzxid &&
    stat.pzxid === state.pzxid &&
    stat.version === state.version &&
    stat.aversion === state.aversion &&
    stat.cversion === state.createdCount * 2 - state.children.length &&
    stat.numChildren === state.children.length &&
    stat.dataLength === state.data.length &&
    sessionIdEquals(stat.ephemeralOwner, state.owner)
  );
}

function describe(operation: Operation, reply: Reply, lastZxid: number): Readonly<Record<string, unknown>> {
  return {
    session: operation.session,
    xid: operation.xid,
    request: describeRequest(operation.request),
    zxid: describeZxid(toZxid(Math.max(reply.zxid, 0))),
    error: reply.error,
    lastZxid: describeZxid(toZxid(lastZxid)),
    acknowledgedBefore: describeZxid(operation.acknowledgedBefore),
    decidedAt: operation.zxid === null ? 'nowhere' : describeZxid(operation.zxid),
    epochs: `${operation.epochAtIssue} ${reply.origin.epoch}`,
    body: JSON.stringify(reply.body),
  };
}
