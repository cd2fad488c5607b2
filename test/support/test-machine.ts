/**
 * One replica without a thread: performs the effects of the core on a disk that is two arrays, and lends what leaves.
 * A machine outlives its replica: `crash` keeps what was synced, `boot` starts from it.
 */
import type { PeerId } from '../../core/ids.ts';
import type { PeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { readTxnBody, readTxnHeader } from '../../core/jute/txn.ts';
import type { ReplicaEffect } from '../../core/server/effects.ts';
import { type Clock, Replica, type ReplicaOptions } from '../../core/server/replica.ts';
import { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotReader } from '../../core/tree/snapshot-reader.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import { TreeState } from '../../core/tree/tree-state.ts';
import type { LogEntry } from '../../core/zab/options.ts';
import { EPOCH_ZERO, type Epoch, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';

const CHUNK_BYTES = 4096;

export class TestMachine {
  readonly options: ReplicaOptions;
  replica: Replica | null = null;
  /** While true, what is appended stays unsynced. */
  holdsSync = false;
  /** Every role that the replica reported in this life, as `state`, or `state!` while active. */
  roles: string[] = [];
  /** What the operator was told, in this life and before. */
  readonly notices: string[] = [];
  /** What the replica found wrong with itself. */
  readonly alarms: string[] = [];
  readonly #send: (from: PeerId, to: PeerId, message: PeerMessage) => void;
  #acceptedEpoch: Epoch = EPOCH_ZERO;
  #currentEpoch: Epoch = EPOCH_ZERO;
  #snapshot: { readonly zxid: Zxid; readonly bytes: readonly Uint8Array[] } | null = null;
  #log: LogEntry[] = [];
  #unsynced: LogEntry[] = [];

  constructor(options: ReplicaOptions, send: (from: PeerId, to: PeerId, message: PeerMessage) => void) {
    this.options = options;
    this.#send = send;
  }

  /** What is on its disk behind the snapshot. */
  get log(): readonly LogEntry[] {
    return this.#log;
  }

  get running(): Replica {
    if (this.replica === null) throw new Error(`replica ${this.options.id} is down`);
    return this.replica;
  }

  boot(clock: Clock): void {
    const tree = this.#recover();
    const lastZxid = this.#log.at(-1)?.zxid ?? this.#snapshot?.zxid ?? ZXID_ZERO;
    const [acceptedEpoch, currentEpoch] = [this.#acceptedEpoch, this.#currentEpoch];
    const restored = { tree, acceptedEpoch, currentEpoch, lastZxid, recent: this.#log, mayVote: true };
    this.roles = [];
    this.replica = new Replica(this.options, restored, clock);
  }

  crash(): void {
    this.replica = null;
    this.#unsynced = [];
  }

  /** Performs what the replica asked for. @returns whether there was anything */
  perform(): boolean {
    if (this.replica === null) return false;
    const effects = this.replica.takeEffects();
    for (const effect of effects) this.#perform(this.replica, effect);
    const hasBackgroundWork = this.replica.hasBackgroundWork;
    if (hasBackgroundWork) this.replica.onContinue();
    return this.#sync(this.replica) || effects.length > 0 || hasBackgroundWork;
  }

  #sync(replica: Replica): boolean {
    const last = this.#unsynced.at(-1);
    if (last === undefined || this.holdsSync) return false;
    this.#log.push(...this.#unsynced);
    this.#unsynced = [];
    replica.onSynced(last.zxid);
    return true;
  }

  #perform(replica: Replica, effect: ReplicaEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#send(this.options.id, effect.to, effect.message);
      case 'append':
        this.#unsynced.push(effect);
        return;
      case 'saveAcceptedEpoch':
        this.#acceptedEpoch = effect.epoch;
        return;
      case 'saveCurrentEpoch':
        this.#currentEpoch = effect.epoch;
        return;
      case 'truncate':
        this.#log = this.#log.filter(({ zxid }) => zxid <= effect.zxid);
        this.#unsynced = this.#unsynced.filter(({ zxid }) => zxid <= effect.zxid);
        return replica.onTruncated(effect.zxid, effect.reload ? this.#recover() : null);
      case 'install':
        this.#snapshot = { zxid: effect.zxid, bytes: snapshotOf(effect.tree) };
        this.#log = [];
        this.#unsynced = [];
        return replica.onInstalled(effect.zxid);
      case 'snapshot':
        snapshotOf(effect.tree);
        return replica.onSnapshotSaved();
      case 'completeResync':
        return;
      case 'alarm':
        this.alarms.push(effect.text);
        return;
      case 'notice':
        this.notices.push(effect.text);
        return;
      case 'role':
        this.roles.push(`${effect.role.state}${effect.role.active ? '!' : ''}`);
    }
  }

  #recover(): DataTree {
    const tree = this.#loadSnapshot();
    for (const { entry } of this.#log) {
      const reader = new JuteReader(entry);
      const header = readTxnHeader(reader);
      tree.apply(header, readTxnBody(reader, header.type), false);
    }
    return tree;
  }

  #loadSnapshot(): DataTree {
    const options = this.options.writes ?? {};
    if (this.#snapshot === null) return new DataTree(new TreeState(options));
    const reader = new SnapshotReader('stream', options);
    for (const chunk of this.#snapshot.bytes) reader.push(chunk);
    return reader.finish(this.#snapshot.zxid);
  }
}

function snapshotOf(tree: DataTree): Uint8Array[] {
  const writer = new SnapshotWriter(tree, 'stream');
  const chunks: Uint8Array[] = [];
  for (let chunk = writer.next(CHUNK_BYTES); chunk !== null; chunk = writer.next(CHUNK_BYTES)) {
    chunks.push(Uint8Array.from(chunk));
  }
  return chunks;
}
