/**
 * A host for a bare `Peer`. Its state machine is the list of applied entries; its snapshot is that list in bytes. Every
 * message goes through the codec of quorum packets on its way out and in.
 */

import { makeSessionId, type PeerId } from '../../core/ids.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { type QuorumPacket, readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { PeerEffect, PeerInput } from '../../core/zab/effects.ts';
import { type LogEntry, Peer, type PeerOptions } from '../../core/zab/peer.ts';
import { counterOf, toZxid, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import { type Disk, truncateAfter } from './disk.ts';
import type { Host, HostEnvironment, HostInput } from './host.ts';

export class ZabHost implements Host {
  readonly id: PeerId;
  readonly view: Peer;
  readonly disk: Disk;
  applied: LogEntry[];
  logged: LogEntry[];
  readonly #environment: HostEnvironment;
  readonly #writer = new JuteWriter();
  /** Chunks of a snapshot whose last has not come yet. */
  #chunks: Uint8Array[] = [];
  /** Packets for the server layer, taken up once the effects before them are performed. */
  #delivered: { readonly from: PeerId; readonly packet: QuorumPacket }[] = [];
  #requestCount = 0;

  constructor(options: PeerOptions, environment: HostEnvironment) {
    this.id = options.id;
    this.#environment = environment;
    this.disk = environment.disk;
    const { tree, ...restored } = this.disk.open((report) => environment.enqueue(report));
    this.applied = [...tree];
    this.logged = [...tree];
    this.view = new Peer(options, restored, environment.nowMs);
  }

  receive(input: HostInput): void {
    this.#environment.onInput(this, input);
    switch (input.type) {
      case 'message': {
        const message = readPeerMessage(new JuteReader(input.bytes));
        return this.#step({ type: 'message', from: input.from, message });
      }
      case 'client':
        return this.#onClient(input.entry);
      case 'probe':
        return this.#onProbe(input.token);
      case 'snapshot':
        return this.#takeSnapshot();
      case 'call':
        return input.work();
      default:
        return this.#step(input);
    }
  }

  perform(): void {
    for (;;) {
      for (const effect of this.view.takeEffects()) {
        this.#environment.beforeEffect(this, effect);
        this.#perform(effect);
        this.#environment.afterEffect(this, effect);
      }
      const delivered = this.#delivered.shift();
      if (delivered === undefined) return;
      this.#onDelivered(delivered.from, delivered.packet);
    }
  }

  #step(input: PeerInput): void {
    this.view.step(input);
    this.#environment.onStep(this);
  }

  #perform(effect: PeerEffect): void {
    switch (effect.type) {
      case 'send':
        this.#writer.reset();
        writePeerMessage(this.#writer, effect.message);
        return this.#environment.send(effect.to, this.#writer.copy());
      case 'append':
        this.logged.push({ zxid: effect.zxid, entry: effect.entry });
        return this.disk.append({ zxid: effect.zxid, entry: effect.entry });
      case 'saveAcceptedEpoch':
        this.disk.acceptedEpoch = effect.epoch;
        return;
      case 'saveCurrentEpoch':
        this.disk.currentEpoch = effect.epoch;
        return;
      case 'truncate':
        truncateAfter(this.logged, effect.zxid);
        truncateAfter(this.applied, effect.zxid);
        return this.disk.truncate(effect.zxid);
      case 'streamSnapshot':
        return this.#streamSnapshot(effect.to, effect.stream);
      case 'receiveSnapshot':
        this.#chunks.push(effect.bytes);
        if (effect.last) this.#install(effect.zxid);
        return;
      case 'completeResync':
        this.disk.mayVote = true;
        return;
      case 'commit':
        this.applied.push({ zxid: effect.zxid, entry: effect.entry });
        return;
      case 'role':
        // The connection over which a snapshot was coming is over: the next one starts from its beginning.
        if (effect.role.state === 'looking') this.#chunks = [];
        return;
      case 'deliver':
        this.#delivered.push(effect);
        return;
    }
  }

  #onClient(entry: Uint8Array): void {
    if (this.view.active && this.view.state === 'leading') return this.#propose(entry);
    const session = makeSessionId(this.id, this.#requestCount++);
    const request = { type: 'request', session, cxid: 1, opCode: OpCode.setData, body: entry, identities: [] } as const;
    this.#step({ type: 'sendToLeader', packet: request });
  }

  #propose(entry: Uint8Array): void {
    const zxid = this.view.nextZxid;
    // Counter 0: the epoch has no zxid left, and the leader is about to step down.
    if (counterOf(zxid) === 0) return;
    this.#environment.onProposed(this, { zxid, entry });
    this.#step({ type: 'propose', zxid, entry });
  }

  #onProbe(token: number): void {
    this.#step({
      type: 'sendToLeader',
      packet: { type: 'revalidate', session: makeSessionId(0, token), timeoutMs: 1 },
    });
  }

  #onDelivered(from: PeerId, packet: QuorumPacket): void {
    if (packet.type === 'request') {
      if (this.view.active && this.view.state === 'leading') this.#propose(packet.body);
    } else if (packet.type === 'revalidate') {
      const { session } = packet;
      this.#environment.onProbeAnswered(this, session.lo);
      this.#step({ type: 'sendToLearner', learner: from, packet: { type: 'revalidated', session, valid: true } });
    } else if (packet.type === 'revalidated') {
      this.#environment.onProbeReturned(this, packet.session.lo);
    }
  }

  // Only of what is committed and durable: a cut never has to reach below a snapshot.
  #takeSnapshot(): void {
    if (!this.view.active || !this.disk.isIdle) return;
    this.disk.snapshot(this.applied.length);
  }

  #streamSnapshot(to: PeerId, stream: number): void {
    const bytes = encodeEntries(this.applied);
    const chunkCount = this.#environment.chunkCount();
    const chunkBytes = Math.ceil(bytes.length / chunkCount);
    for (let index = 0; index < chunkCount; index++) {
      const chunk = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes);
      const last = index === chunkCount - 1;
      this.#writer.reset();
      const packet: QuorumPacket = { type: 'snapshotChunk', bytes: chunk, last, wholeFrom: ZXID_ZERO };
      writePeerMessage(this.#writer, { type: 'packet', stream, packet });
      this.#environment.send(to, this.#writer.copy());
    }
  }

  #install(zxid: Zxid): void {
    const entries = decodeEntries(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.applied = [...entries];
    this.logged = [...entries];
    this.disk.install(zxid, entries);
  }
}

function encodeEntries(entries: readonly LogEntry[]): Uint8Array {
  const writer = new JuteWriter();
  writer.writeInt(entries.length);
  for (const { zxid, entry } of entries) {
    writer.writeLong(zxid);
    writer.writeBuffer(entry);
  }
  return writer.copy();
}

function decodeEntries(bytes: Uint8Array): LogEntry[] {
  const reader = new JuteReader(bytes);
  const count = reader.readCount();
  const entries: LogEntry[] = [];
  for (let index = 0; index < count; index++) {
    const zxid = toZxid(reader.readLong());
    entries.push({ zxid, entry: reader.readBuffer() ?? Buffer.alloc(0) });
  }
  return entries;
}
