/**
 * A host for a whole `Replica`: peer, tree, sessions, client desk. Performs its effects on the simulated disk in the order
 * of runtime/replica/replica-host.ts: what follows a cut or an installation waits for its end, bytes for clients leave at
 * the end of a turn, snapshots are written in slices between turns.
 *
 * The checkers of consensus watch it too. Commits happen inside a step and are told after it, from the log that the
 * replica believes in.
 */

import { invariant, unreachable } from '../../core/assert.ts';
import type { PeerId } from '../../core/ids.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import { readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { Connection } from '../../core/server/connections/connection.ts';
import type { ReplicaEffect } from '../../core/server/effects.ts';
import { type Clock, Replica, type ReplicaOptions } from '../../core/server/replica.ts';
import type { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import type { PeerEffect } from '../../core/zab/effects.ts';
import type { PeerView } from '../../core/zab/invariants.ts';
import type { LogEntry, Peer } from '../../core/zab/peer.ts';
import { type Epoch, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import { type Disk, truncateAfter } from './disk.ts';
import type { Host, HostEnvironment, HostInput } from './host.ts';
import type { Marks } from './marks.ts';
import type { Proposals } from './proposals.ts';
import type { SnapshotShelf } from './snapshot-shelf.ts';

/** The state of the replica that wrote something. */
export interface Origin {
  /** What it serves; null while it is not active. */
  readonly epoch: Epoch | null;
  /** Whether it served before the step in which it wrote this: else it has just caught up with a leader. */
  readonly wasActive: boolean;
}

/** Whoever has a connection to this host. */
export interface ServedClient {
  deliver(bytes: Uint8Array, origin: Origin): void;
  /** The replica hangs up. */
  end(): void;
}

export interface ReplicaHostContext {
  readonly clock: () => Clock;
  readonly shelf: SnapshotShelf;
  readonly proposals: Proposals;
  readonly marks: Marks;
  /** Bytes of a slice of a snapshot file. */
  readonly sliceBytes: number;
}

interface Served {
  readonly client: ServedClient;
  readonly decoder: FrameDecoder;
}

interface Outgoing {
  readonly client: ServedClient;
  readonly bytes: Uint8Array | null;
  readonly origin: Origin;
  readonly isLast: boolean;
}

interface SnapshotUnderWay {
  readonly zxid: Zxid;
  readonly tree: DataTree;
  readonly writer: SnapshotWriter;
  readonly chunks: Uint8Array[];
  endZxid: Zxid | null;
}

export class ReplicaHost implements Host {
  readonly id: PeerId;
  readonly disk: Disk;
  readonly replica: Replica;
  /** Those with a connection open or about to open, in whatever state: they learn of this host's death. */
  readonly clients = new Set<ServedClient>();
  applied: LogEntry[];
  logged: LogEntry[];
  readonly #environment: HostEnvironment;
  readonly #context: ReplicaHostContext;
  readonly #writer = new JuteWriter();
  readonly #served = new Map<Connection, Served>();
  /** The log with all that waits to be performed. */
  #believed: LogEntry[];
  #treeZxid: Zxid;
  #pending: ReplicaEffect[] = [];
  /** A cut or an installation that has not ended. */
  #blocking: 'cut' | 'cut, then reload' | 'installation' | null = null;
  #outgoing: Outgoing[] = [];
  #snapshot: SnapshotUnderWay | null = null;
  #isContinuing = false;
  #wasActive = false;
  #told: Partial<PeerView> = {};

  constructor(options: ReplicaOptions, environment: HostEnvironment, context: ReplicaHostContext) {
    this.id = options.id;
    this.#environment = environment;
    this.#context = context;
    this.disk = environment.disk;
    const { tree: history, ...restored } = this.disk.open((report) => environment.enqueue(report));
    const tree = context.shelf.recover();
    this.applied = [...history];
    this.logged = [...history];
    this.#believed = [...history];
    this.#treeZxid = tree.lastProcessedZxid;
    this.replica = new Replica(options, { ...restored, tree }, context.clock());
  }

  get view(): Peer {
    return this.replica.peer;
  }

  receive(input: HostInput): void {
    this.#environment.onInput(this, input);
    this.replica.onClock(this.#context.clock());
    this.#wasActive = this.view.active;
    this.#take(input);
    this.#collect();
    this.#tellStep();
  }

  perform(): void {
    this.#continueInBackground();
    this.#collect();
    this.#performPending();
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    for (const { client, bytes, origin, isLast } of outgoing) {
      if (bytes !== null) client.deliver(bytes, origin);
      if (isLast) client.end();
    }
  }

  accept(client: ServedClient): Connection {
    const connection = this.replica.onConnect('127.0.0.1');
    this.#served.set(connection, { client, decoder: new FrameDecoder() });
    return connection;
  }

  onClientBytes(connection: Connection, bytes: Uint8Array): void {
    const served = this.#served.get(connection);
    served?.decoder.push(bytes, (frame, start, end) => this.replica.onFrame(connection, frame, start, end));
  }

  onClientClosed(connection: Connection): void {
    if (this.#served.delete(connection)) this.replica.onDisconnect(connection);
  }

  #take(input: HostInput): void {
    const { replica } = this;
    switch (input.type) {
      case 'tick':
        return replica.onTick(this.#context.clock());
      case 'message':
        return replica.onPeerMessage(input.from, readPeerMessage(new JuteReader(input.bytes)));
      case 'linkUp':
        return replica.onLinkUp(input.peer);
      case 'linkDown':
        return replica.onLinkDown(input.peer);
      case 'synced':
        return replica.onSynced(input.zxid);
      case 'truncated':
        return this.#onTruncated(input.zxid);
      case 'installed':
        this.#unblock();
        return replica.onInstalled(input.zxid);
      case 'call':
        return input.work();
      case 'client':
      case 'probe':
      case 'snapshot':
        // A bare peer's: clients of a replica speak for themselves, and it takes its own snapshots.
        return;
      default:
        unreachable(input);
    }
  }

  #onTruncated(zxid: Zxid): void {
    const isReloading = this.#blocking === 'cut, then reload';
    this.#unblock();
    if (!isReloading) return this.replica.onTruncated(zxid, null);
    const { marks, shelf } = this.#context;
    marks.hit('tree read back after a cut');
    const tree = shelf.recover();
    this.#treeZxid = tree.lastProcessedZxid;
    this.replica.onTruncated(zxid, tree);
  }

  #unblock(): void {
    invariant(this.#blocking !== null, 'the disk reports what was asked of it', { id: this.id });
    this.#blocking = null;
    this.#performPending();
  }

  /** Takes up what a step has left behind. */
  #collect(): void {
    for (const effect of this.replica.takeEffects()) {
      if (effect.type === 'append') this.#onAppend(effect);
      else if (effect.type === 'truncate') truncateAfter(this.#believed, effect.zxid);
      else if (effect.type === 'install') this.#onSnapshotReceived(effect.zxid);
      this.#pending.push(effect);
    }
    this.#tellCommits();
    this.#collectOutput();
  }

  // Most inputs move nothing that a checker could judge, and judging costs more than the step.
  #tellStep(): void {
    const { lastLogged, lastCommitted, acceptedEpoch, currentEpoch, state, active } = this.view;
    const before = this.#told;
    const isSame =
      before.lastLogged === lastLogged &&
      before.lastCommitted === lastCommitted &&
      before.acceptedEpoch === acceptedEpoch &&
      before.currentEpoch === currentEpoch &&
      before.state === state &&
      before.active === active;
    if (isSame) return;
    this.#told = { lastLogged, lastCommitted, acceptedEpoch, currentEpoch, state, active };
    this.#environment.onStep(this);
  }

  #onAppend({ zxid, entry }: LogEntry): void {
    this.#believed.push({ zxid, entry });
    if (this.#context.proposals.isNew({ zxid, entry })) this.#environment.onProposed(this, { zxid, entry });
  }

  #onSnapshotReceived(zxid: Zxid): void {
    const { marks, proposals } = this.#context;
    if (this.#served.size > 0) marks.hit('connections ended by an installed snapshot');
    const effect: PeerEffect = {
      type: 'receiveSnapshot',
      bytes: new Uint8Array(0),
      last: true,
      zxid,
      wholeFrom: ZXID_ZERO,
    };
    this.#environment.beforeEffect(this, effect);
    this.#believed = [...proposals.historyAt(zxid)];
    this.applied = [...this.#believed];
    this.#treeZxid = zxid;
    this.#environment.afterEffect(this, effect);
  }

  #tellCommits(): void {
    const to = this.replica.tree.lastProcessedZxid;
    if (to === this.#treeZxid) return;
    const believed = this.#believed;
    let index = believed.length;
    while (index > 0 && (believed[index - 1]?.zxid ?? ZXID_ZERO) > this.#treeZxid) index--;
    this.#treeZxid = to;
    for (const entry of believed.slice(index)) {
      if (entry.zxid > to) return;
      const effect: PeerEffect = { type: 'commit', ...entry };
      this.#environment.beforeEffect(this, effect);
      this.applied.push(entry);
      this.#environment.afterEffect(this, effect);
    }
  }

  #collectOutput(): void {
    for (const connection of this.replica.takeDirty()) {
      const served = this.#served.get(connection);
      if (served === undefined) continue;
      const { output, phase } = connection;
      const isLast = phase === 'finishing';
      const bytes = output.length > 0 ? output.detach() : null;
      const origin = { epoch: this.view.epoch, wasActive: this.#wasActive };
      this.#outgoing.push({ client: served.client, bytes, origin, isLast });
      if (isLast) this.onClientClosed(connection);
    }
  }

  #performPending(): void {
    while (this.#blocking === null) {
      const effect = this.#pending.shift();
      if (effect === undefined) return;
      if (effect.type === 'install') this.#install(effect.zxid, effect.tree);
      else if (effect.type === 'snapshot') this.#beginSnapshot(effect.zxid, effect.tree);
      else if (effect.type === 'alarm') throw new Error(`replica ${this.id}: ${effect.text}`);
      else if (effect.type !== 'notice') {
        this.#environment.beforeEffect(this, effect);
        this.#perform(effect);
        this.#environment.afterEffect(this, effect);
      }
    }
  }

  #perform(effect: Exclude<ReplicaEffect, { type: 'install' | 'snapshot' | 'notice' | 'alarm' }>): void {
    switch (effect.type) {
      case 'send':
        this.#context.proposals.onSend(effect.message, this.logged);
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
        this.#context.shelf.requireCutPossible(effect.zxid);
        this.#abandonSnapshot();
        this.#blocking = effect.reload ? 'cut, then reload' : 'cut';
        truncateAfter(this.logged, effect.zxid);
        truncateAfter(this.applied, effect.zxid);
        return this.disk.truncate(effect.zxid);
      case 'completeResync':
        this.disk.mayVote = true;
        return;
      case 'role':
        return;
      default:
        unreachable(effect);
    }
  }

  #install(zxid: Zxid, tree: DataTree): void {
    this.#blocking = 'installation';
    this.#abandonSnapshot();
    const entries = this.#context.proposals.historyAt(zxid);
    this.logged = [...entries];
    const chunks: Uint8Array[] = [];
    const writer = new SnapshotWriter(tree, 'file');
    for (let chunk = writer.next(1000); chunk !== null; chunk = writer.next(1000)) chunks.push(chunk);
    const endZxid = tree.lastProcessedZxid;
    this.#context.shelf.add({ zxid, bytes: Buffer.concat(chunks), endZxid, isInstalled: true });
    this.disk.install(zxid, entries);
  }

  #beginSnapshot(zxid: Zxid, tree: DataTree): void {
    this.#abandonSnapshot();
    this.#snapshot = { zxid, tree, writer: new SnapshotWriter(tree, 'file'), chunks: [], endZxid: null };
  }

  #abandonSnapshot(): void {
    this.#snapshot?.writer.close();
    this.#snapshot = null;
  }

  #continueInBackground(): void {
    const { replica } = this;
    if (replica.hasBackgroundWork) replica.onContinue();
    if (this.#snapshot !== null) this.#continueSnapshot(this.#snapshot);
    const hasMore = replica.hasBackgroundWork || this.#snapshot?.endZxid === null;
    if (!hasMore || this.#isContinuing) return;
    this.#isContinuing = true;
    const work = (): void => {
      this.#isContinuing = false;
    };
    this.#environment.enqueue({ type: 'call', name: 'goes on in the background', work });
  }

  #continueSnapshot(snapshot: SnapshotUnderWay): void {
    const { zxid, tree, writer, chunks } = snapshot;
    const chunk = snapshot.endZxid === null ? writer.next(this.#context.sliceBytes) : null;
    if (chunk !== null) {
      chunks.push(chunk);
      return;
    }
    snapshot.endZxid ??= tree.lastProcessedZxid;
    // The log has to reach the snapshot, or the disk's history would have a gap.
    if (this.disk.lastZxid < zxid) return;
    const { endZxid } = snapshot;
    this.#context.shelf.add({ zxid, bytes: Buffer.concat(chunks), endZxid, isInstalled: false });
    const count = this.disk.history.findLastIndex((entry) => entry.zxid <= zxid) + 1;
    this.disk.snapshot(count);
    this.#snapshot = null;
    this.replica.onSnapshotSaved();
  }
}
