/**
 * A ZooKeeper client in virtual time, speaking real frames: keeps a session over changing connections, pipelines requests
 * and keeps their history, pings, gives up a silent server, sets its watches again.
 * What it asks for comes from the workload; what it hears goes to the checkers.
 */

import { invariant } from '../../../core/assert.ts';
import type { PeerId, SessionId } from '../../../core/ids.ts';
import { NO_SESSION } from '../../../core/ids.ts';
import { readConnectResponse, writeConnectRequest } from '../../../core/jute/connect.ts';
import { FrameDecoder } from '../../../core/jute/frame.ts';
import { SpecialXid } from '../../../core/jute/op-code.ts';
import { JuteReader } from '../../../core/jute/reader.ts';
import { readReplyHeader, readWatchedEvent } from '../../../core/jute/request.ts';
import { JuteWriter } from '../../../core/jute/writer.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import { type Epoch, toZxid } from '../../../core/zxid.ts';
import type { ClientPromises } from '../checkers/client-promises.ts';
import type { Cluster } from '../cluster.ts';
import type { Prng } from '../prng.ts';
import { type Origin, ReplicaHost } from '../replica-host.ts';
import { type Operation, sessionKey } from './operation.ts';
import { type ClientRequest, describeRequest, encodeRequest, readReplyBody } from './requests.ts';
import { WatchBook } from './watch-book.ts';
import { ClientWire, type HangUp, type WireEnd } from './wire.ts';
import type { Workload } from './workload.ts';

export interface SimClientOptions {
  readonly timeoutMs: number;
  /** Requests without an answer, at most. */
  readonly pipelineMax: number;
  readonly delayUs: readonly [low: number, high: number];
  /** A silent server is given up after this share of the timeout: two thirds, or much later than anybody should. */
  readonly patience: number;
  /** Between two turns of the client, milliseconds. */
  readonly turnMs: readonly [low: number, high: number];
}

export interface SimSession {
  readonly id: SessionId;
  readonly key: string;
  readonly password: Uint8Array;
  readonly timeoutMs: number;
  readonly watches: WatchBook;
  lastZxid: number;
  nextXid: number;
  isClosing: boolean;
  replica: PeerId;
  epoch: Epoch | null;
}

export class SimClient implements WireEnd {
  readonly name: string;
  session: SimSession | null = null;
  readonly #cluster: Cluster;
  readonly #prng: Prng;
  readonly #options: SimClientOptions;
  readonly #promises: ClientPromises;
  readonly #workload: Workload;
  readonly #reader = new JuteReader();
  #wire: ClientWire | null = null;
  #decoder = new FrameDecoder();
  #isEstablished = false;
  #inFlight: Operation[] = [];
  #lastHeardUs = 0;
  #lastSentUs = 0;
  #connectAtUs = 0;
  #isWorking = false;
  #duties: ClientRequest[] = [];
  doneCount = 0;

  constructor(
    name: string,
    cluster: Cluster,
    prng: Prng,
    options: SimClientOptions,
    promises: ClientPromises,
    workload: Workload,
  ) {
    this.name = name;
    this.#cluster = cluster;
    this.#prng = prng;
    this.#options = options;
    this.#promises = promises;
    this.#workload = workload;
  }

  start(): void {
    this.#isWorking = true;
    this.#scheduleTurn();
  }

  /** No more requests of the workload; the session is kept. */
  rest(): void {
    this.#isWorking = false;
  }

  /** A write, a sync and a read to be asked as soon as there is a connection, and again if an answer is lost. */
  obligeAll(): void {
    const path = '/';
    this.#duties = [
      this.#workload.unconditional(),
      { type: 'sync', path },
      { type: 'exists', path: '/q', watch: false },
    ];
  }

  get hasDuties(): boolean {
    return this.#duties.length > 0;
  }

  get isConnected(): boolean {
    return this.#isEstablished;
  }

  get target(): PeerId | null {
    return this.#wire?.host.id ?? null;
  }

  stall(): void {
    this.#wire?.stall();
  }

  disconnect(how: HangUp, awayMs = 0): void {
    const { session } = this;
    if (this.#wire === null) return;
    // Its last words reach the replica long after it has gone on elsewhere.
    if (how === 'late' && this.#isEstablished && session !== null) {
      this.#issue(session, this.#workload.unconditional(), session.nextXid++);
    }
    this.#wire.hangUp(how);
    this.#onDisconnected(awayMs);
  }

  onBytes(bytes: Uint8Array, origin: Origin): void {
    this.#lastHeardUs = this.#cluster.scheduler.nowUs;
    const wire = this.#wire;
    this.#decoder.push(bytes, (frame, start, end) => {
      if (this.#wire === wire) this.#onFrame(this.#reader.reset(frame, start, end), origin);
    });
  }

  onClosed(): void {
    this.#write('is hung up on');
    this.#onEndedByReplica();
    this.#onDisconnected(0);
  }

  #onEndedByReplica(): void {
    const { marks } = this.#cluster;
    const { session } = this;
    if (session === null) return;
    const host = this.#wire?.host;
    if (!this.#isEstablished) {
      const isBehind = host !== undefined && host.replica.tree.lastProcessedZxid < session.lastZxid;
      if (isBehind && host.view.active) marks.hit('client ahead of a replica turned away');
      return;
    }
    marks.hit('connection ended by its replica');
    if (this.#promises.advance().sessions.get(session.key)?.isExpired) {
      marks.hit('session expired while its client was connected');
    }
  }

  #scheduleTurn(): void {
    const [low, high] = this.#options.turnMs;
    this.#cluster.scheduler.after(this.#prng.between(low * 1000, high * 1000), () => {
      this.#turn();
      this.#scheduleTurn();
    });
  }

  #turn(): void {
    const { nowUs } = this.#cluster.scheduler;
    if (this.#wire === null) {
      if (nowUs >= this.#connectAtUs) this.#connect();
      return;
    }
    const timeoutUs = (this.session?.timeoutMs ?? this.#options.timeoutMs) * 1000;
    if (nowUs - this.#lastHeardUs > timeoutUs * this.#options.patience) {
      this.#write('hears nothing and hangs up');
      const [oldest] = this.#inFlight;
      if (!this.#wire.isStalled && oldest !== undefined) this.#promises.onSilence(oldest, nowUs);
      return this.disconnect(this.#prng.pick(['in order', 'at once', 'late']));
    }
    const { session } = this;
    if (!this.#isEstablished || session === null || session.isClosing) return;
    if (this.#inFlight.length < this.#options.pipelineMax) this.#ask(session);
    if (nowUs - this.#lastSentUs > timeoutUs / 3) this.#issue(session, { type: 'ping' }, SpecialXid.ping);
  }

  #ask(session: SimSession): void {
    const duty = this.#duties[0];
    if (duty !== undefined && !this.#inFlight.some(({ request }) => request === duty)) {
      this.#issue(session, duty, session.nextXid++);
    } else if (this.#isWorking) {
      for (const request of this.#workload.next()) {
        if (request.type === 'closeSession') session.isClosing = true;
        this.#issue(session, request, session.nextXid++);
      }
    }
  }

  #connect(): void {
    const host = this.#cluster.hostOf(this.#prng.pick(this.#cluster.everybody));
    if (!(host instanceof ReplicaHost)) return;
    this.#write(`connects to ${host.id}`);
    this.#decoder = new FrameDecoder();
    this.#lastHeardUs = this.#cluster.scheduler.nowUs;
    this.#wire = new ClientWire(this.#cluster, this.#prng.fork(), this.#options.delayUs, host, this);
    const { session } = this;
    const writer = new JuteWriter();
    const start = writer.reserve(4);
    writeConnectRequest(writer, {
      protocolVersion: 0,
      lastZxidSeen: session?.lastZxid ?? 0,
      timeoutMs: this.#options.timeoutMs,
      sessionId: session?.id ?? NO_SESSION,
      password: session?.password ?? new Uint8Array(16),
      readOnly: false,
    });
    writer.patchInt(start, writer.length - start - 4);
    this.#wire.send(writer.copy());
  }

  #onFrame(reader: JuteReader, origin: Origin): void {
    if (!this.#isEstablished) return this.#onConnected(reader, origin.epoch);
    const header = readReplyHeader(reader);
    const { session } = this;
    invariant(session !== null, 'a client with a connection has a session');
    if (header.xid === SpecialXid.watchEvent) return this.#onEvent(session, header.zxid, reader, origin);
    const operation = this.#inFlight.shift();
    const isNext = operation !== undefined && operation.xid === header.xid;
    invariant(isNext, 'I17: replies come in the order of the requests', {
      client: this.name,
      got: header.xid,
      expected: operation?.xid,
    });
    const body = header.error === 0 ? readReplyBody(reader, operation.request) : null;
    this.#write(`< ${header.xid} ${describeZxid(toZxid(header.zxid))} error ${header.error}`);
    this.#promises.onReply(operation, { ...header, body, origin }, session.lastZxid);
    session.lastZxid = header.zxid;
    this.doneCount++;
    this.#onAnswered(session, operation, header.zxid, header.error);
  }

  #onAnswered(session: SimSession, operation: Operation, zxid: number, error: number): void {
    const { request } = operation;
    const { model } = this.#promises;
    if (this.#duties[0] === request) this.#duties.shift();
    session.watches.onAnswered(request, { zxid, error }, model);
    if (request.type === 'closeSession') {
      this.#promises.marks.hit('session closed by its client');
      this.session = null;
    }
    if (operation.reply !== null) this.#workload.onReply(request, operation.reply);
  }

  #onEvent(session: SimSession, zxid: number, reader: JuteReader, { wasActive }: Origin): void {
    const event = readWatchedEvent(reader);
    this.#write(`< event ${event.type} ${event.path} of ${zxid < 0 ? 'before' : describeZxid(toZxid(zxid))}`);
    const { marks } = this.#promises;
    marks.hit('watch fired');
    if (!wasActive) marks.hit('watch fired while synchronising');
    invariant(zxid < 0 || zxid >= session.lastZxid, 'I17: events do not go back in time', {
      zxid,
      last: session.lastZxid,
    });
    session.watches.onEvent(event, zxid, this.#promises.advance());
    if (zxid > session.lastZxid) session.lastZxid = zxid;
  }

  #onConnected(reader: JuteReader, epoch: Epoch | null): void {
    const response = readConnectResponse(reader);
    const wire = this.#wire;
    if (wire === null) return;
    if (response.timeoutMs === 0) return this.#onRefused();
    this.#isEstablished = true;
    const { id } = wire.host;
    const { session } = this;
    const key = sessionKey(response.sessionId);
    this.#write(`has session ${key}`);
    if (session === null) {
      const { sessionId, password, timeoutMs } = response;
      const watches = new WatchBook(key, (mark) => this.#promises.marks.hit(mark));
      this.session = {
        id: sessionId,
        key,
        password,
        timeoutMs,
        watches,
        lastZxid: 0,
        nextXid: 1,
        isClosing: false,
        replica: id,
        epoch,
      };
      return;
    }
    invariant(key === session.key, 'I20: who attaches to a session gets that session', {
      asked: session.key,
      got: key,
    });
    if (session.replica !== id) {
      this.#promises.marks.hit('session moved to another replica');
      if (session.epoch !== epoch) this.#promises.marks.hit('session moved during a failover');
    }
    this.#promises.onAttachedAnew(session.key);
    session.replica = id;
    session.epoch = epoch;
    session.isClosing = false;
    if (session.watches.isEmpty) return;
    this.#issue(session, session.watches.setWatches(session.lastZxid), SpecialXid.setWatches);
  }

  #onRefused(): void {
    this.#write('is told that its session is gone');
    const { session } = this;
    invariant(session !== null, 'only an old session is refused', { client: this.name });
    this.#promises.onSessionRefused(session.key);
    this.session = null;
  }

  #issue(session: SimSession, request: ClientRequest, xid: number): void {
    const wire = this.#wire;
    if (wire === null) return;
    this.#write(`> ${xid} ${describeRequest(request)}`);
    const operation: Operation = {
      session: session.key,
      xid,
      request,
      issuedUs: this.#cluster.scheduler.nowUs,
      acknowledgedBefore: this.#promises.acknowledged,
      epochAtIssue: wire.host.view.epoch,
      reply: null,
      isUnknown: false,
      isLeftBehind: false,
      zxid: null,
    };
    if (xid > 0) this.#promises.onIssued(operation);
    this.#inFlight.push(operation);
    this.#lastSentUs = this.#cluster.scheduler.nowUs;
    wire.send(encodeRequest(xid, request));
  }

  #onDisconnected(awayMs: number): void {
    this.#wire = null;
    this.#isEstablished = false;
    this.session?.watches.onDisconnected();
    for (const operation of this.#inFlight) operation.isUnknown = true;
    this.#inFlight = [];
    this.#connectAtUs = this.#cluster.scheduler.nowUs + awayMs * 1000 + this.#prng.between(0, 20_000);
  }

  #write(line: string): void {
    this.#cluster.transcript.write(this.name, () => line);
  }
}
