/**
 * What only the leader's server does: decide requests one after another, give each its zxid, watch over the sessions
 * (PrepRequestProcessor, LeaderZooKeeperServer). Exists from the moment a replica leads actively until it stops to.
 */

import { zkCodeOf } from '../errors.ts';
import type { PeerId, SessionId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import { JuteError, JuteReader } from '../jute/reader.ts';
import { type Txn, type TxnHeader, writeTxnBody, writeTxnHeader } from '../jute/txn.ts';
import { JuteWriter } from '../jute/writer.ts';
import type { DataTree } from '../tree/data-tree.ts';
import type { Peer } from '../zab/peer.ts';
import { counterOf, ZXID_ZERO, type Zxid } from '../zxid.ts';
import type { Connection } from './connection.ts';
import { OutstandingChanges } from './outstanding-changes.ts';
import { prepare } from './prepare.ts';
import { RequestRefused } from './refusal.ts';
import { SessionTracker } from './session-tracker.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';
import { readWriteRequest } from './write-request.ts';

/** A proposal in decoded form, kept so that the leader need not decode what it has just encoded. */
export interface Proposed {
  readonly header: TxnHeader;
  readonly txn: Txn;
}

/** Where the answers go that are no txns: to this replica's own clients, or back over a link. */
export interface LeaderReplies {
  syncReleased(origin: PeerId): void;
  revalidated(origin: PeerId, session: SessionId, isValid: boolean): void;
}

interface WaitingSync {
  readonly origin: PeerId;
  readonly after: Zxid;
}

export class LeaderDesk implements Upstream {
  readonly #self: PeerId;
  readonly #peer: Peer;
  readonly #tree: DataTree;
  readonly #replies: LeaderReplies;
  readonly #changes: OutstandingChanges;
  readonly #tracker: SessionTracker;
  readonly #reader = new JuteReader();
  readonly #writer = new JuteWriter(4096);
  readonly #syncs: WaitingSync[] = [];
  #proposed: Proposed[] = [];
  #proposedHead = 0;
  #lastProposed = ZXID_ZERO;
  #wallMs: number;

  constructor(
    peer: Peer,
    tree: DataTree,
    replies: LeaderReplies,
    { self, tickMs, nowMs, wallMs }: { self: PeerId; tickMs: number; nowMs: number; wallMs: number },
  ) {
    this.#self = self;
    this.#peer = peer;
    this.#tree = tree;
    this.#replies = replies;
    this.#wallMs = wallMs;
    this.#changes = new OutstandingChanges(tree);
    this.#tracker = new SessionTracker(tickMs, nowMs);
    for (const [session, timeoutMs] of tree.sessions.entries()) this.#tracker.add(session, timeoutMs, null);
  }

  submit(request: UpstreamRequest): void {
    this.onRequest(this.#self, request);
  }

  sync(): void {
    this.onSync(this.#self);
  }

  revalidate(session: SessionId, timeoutMs: number): void {
    this.onRevalidate(this.#self, session, timeoutMs);
  }

  touch(connections: readonly Connection[]): void {
    for (const { session, timeoutMs } of connections) this.#tracker.touch(session, timeoutMs);
  }

  onTouched(session: SessionId, timeoutMs: number): void {
    this.#tracker.touch(session, timeoutMs);
  }

  onRevalidate(origin: PeerId, session: SessionId, timeoutMs: number): void {
    this.#replies.revalidated(origin, session, this.#tracker.attach(session, timeoutMs, origin));
  }

  /** A sync is answered once everything that was outstanding at its arrival is committed. */
  onSync(origin: PeerId): void {
    if (this.#lastProposed <= this.#tree.lastProcessedZxid) this.#replies.syncReleased(origin);
    else this.#syncs.push({ origin, after: this.#lastProposed });
  }

  onClock(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  /** Expires sessions. Each becomes a closeSession txn like that of a client, with cxid 0. */
  onTick(nowMs: number): void {
    for (const session of this.#tracker.advance(nowMs)) {
      this.#propose(session, 0, OpCode.closeSession, () => this.#closeSession(session));
    }
  }

  onRequest(origin: PeerId, request: UpstreamRequest): void {
    const { session, cxid, opCode } = request;
    this.#propose(session, cxid, opCode, () => this.#decide(origin, request));
  }

  /** The decoded form of a proposal that is being committed, if this desk made it. */
  takeProposed(zxid: Zxid): Proposed | null {
    const proposed = this.#proposed[this.#proposedHead];
    if (proposed === undefined || proposed.header.zxid !== zxid) return null;
    this.#proposedHead++;
    if (this.#proposedHead === this.#proposed.length) {
      this.#proposed = [];
      this.#proposedHead = 0;
    }
    return proposed;
  }

  /** The tree shows this txn now. */
  onApplied(header: TxnHeader): void {
    this.#changes.applied(header.zxid);
    if (header.type === OpCode.closeSession) this.#tracker.remove(header.clientId);
    while (this.#syncs[0] !== undefined && this.#syncs[0].after <= header.zxid) {
      const sync = this.#syncs.shift();
      if (sync !== undefined) this.#replies.syncReleased(sync.origin);
    }
  }

  // Each request takes a zxid, refused or not: a failed write has its place in the order like any other.
  #propose(session: SessionId, cxid: number, opCode: number, decide: () => Txn): void {
    if (counterOf(this.#peer.nextZxid) === 0) return;
    const zxid = this.#peer.nextZxid;
    this.#changes.begin(zxid);
    const txn = this.#attempt(decide);
    const type = txn.type === OpCode.error ? OpCode.error : opCode;
    const header: TxnHeader = { clientId: session, cxid, zxid, time: this.#wallMs, type };
    this.#writer.reset();
    writeTxnHeader(this.#writer, header);
    writeTxnBody(this.#writer, txn);
    this.#proposed.push({ header, txn });
    this.#lastProposed = zxid;
    this.#peer.step({ type: 'propose', zxid, entry: this.#writer.copy() });
  }

  #attempt(decide: () => Txn): Txn {
    try {
      return decide();
    } catch (reason) {
      if (reason instanceof RequestRefused) return { type: OpCode.error, error: reason.zkCode };
      if (reason instanceof JuteError) return { type: OpCode.error, error: zkCodeOf('MARSHALLING_ERROR') };
      throw reason;
    }
  }

  #decide(origin: PeerId, { session, opCode, body, identities }: UpstreamRequest): Txn {
    const request = readWriteRequest(this.#reader.reset(body), opCode);
    if (request.type === OpCode.createSession) this.#tracker.add(session, request.timeoutMs, origin);
    else if (request.type === OpCode.closeSession) return this.#closeSession(session);
    else this.#requireSession(session, origin);
    return prepare(request, { session, identities }, this.#changes);
  }

  #closeSession(session: SessionId): Txn {
    this.#tracker.markClosing(session);
    return prepare({ type: OpCode.closeSession }, { session, identities: [] }, this.#changes);
  }

  #requireSession(session: SessionId, origin: PeerId): void {
    const check = this.#tracker.check(session, origin);
    if (check === 'expired') throw new RequestRefused('SESSION_EXPIRED');
    if (check === 'moved') throw new RequestRefused('SESSION_MOVED');
  }
}
