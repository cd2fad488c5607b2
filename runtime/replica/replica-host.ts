/**
 * The machine around one replica: performs the effects of the core, in their order, and feeds back what comes of them.
 *
 * One turn: whatever arrived since the last (frames of clients and peers, a finished sync, a tick) went into the core
 * at once; now its effects are performed, the log is flushed, links and clients get their bytes, once each. It decides
 * nothing about the protocol.
 */

import { unreachable } from '../../core/assert.ts';
import type { PeerId } from '../../core/ids.ts';
import type { ReplicaEffect } from '../../core/server/effects.ts';
import type { EnsembleMember } from '../../core/server/membership/ensemble-config.ts';
import { Replica, type ReplicaOptions } from '../../core/server/replica.ts';
import type { RoleReport } from '../../core/zab/effects.ts';
import type { Zxid } from '../../core/zxid.ts';
import type { Link } from '../bus/message-bus.ts';
import { monotonicMs, preciseMs, wallMs } from '../clock.ts';
import { describeError, type Log } from '../logger.ts';
import type { LogFencedError } from '../storage/errors.ts';
import type { RecoveredState, ReplicaStorage, StorageListener } from '../storage/replica-storage.ts';
import { boundedLog } from './bounded-log.ts';
import { CLIENT_LIMITS, type ClientLimits, Clients } from './clients.ts';
import { PeerLinks } from './peer-links.ts';
import type { ReplicaMeters } from './replica-meters.ts';
import type { AnswerWord } from './served-client.ts';
import { SnapshotTask } from './snapshot-task.ts';

const FENCE_RETRY_MS = 1000;

export interface ReplicaHostOptions {
  readonly replica: ReplicaOptions;
  readonly log: Log;
  /** Default: `CLIENT_LIMITS`. */
  readonly clientLimits?: Partial<ClientLimits>;
  readonly meters: ReplicaMeters;
  readonly answerWord: AnswerWord | null;
  readonly openStorage: (listener: StorageListener) => { storage: ReplicaStorage; recovered: RecoveredState };
  readonly onRole: (role: RoleReport) => void;
  /** The replica cannot go on; its thread should end. */
  readonly onFatal: (error: Error) => void;
}

export class ReplicaHost {
  readonly clients: Clients;
  readonly #options: ReplicaHostOptions;
  readonly #storage: ReplicaStorage;
  readonly #replica: Replica;
  readonly #links: PeerLinks;
  readonly #ticker: NodeJS.Timeout;
  /** Effects that wait for a truncation or an installation to end. */
  #waiting: ReplicaEffect[] = [];
  #isBlocked = false;
  #snapshot: SnapshotTask | null = null;
  #snapshotBeganMs = 0;
  /** Whoever asked for the snapshot that is being taken. */
  #onSnapshotEnd: ((error: Error | null) => void) | null = null;
  #isTurnScheduled = false;
  #retryFencedAtMs = 0;
  #isClosed = false;

  constructor(options: ReplicaHostOptions) {
    this.#options = options;
    const openedMs = preciseMs();
    const { storage, recovered } = options.openStorage({
      onDurable: (zxid) => this.#onDurable(zxid),
      onFenced: (error) => this.#onFenced(error),
    });
    this.#storage = storage;
    options.meters.loadTime.record(Math.round(preciseMs() - openedMs));
    options.meters.loadedTxns.record(recovered.report.replayedCount);
    const restored = { ...recovered, mayVote: storage.mayVote };
    this.#replica = new Replica(options.replica, restored, this.#now());
    this.clients = new Clients(this.#replica, {
      ...options,
      log: boundedLog(options.log),
      limits: { ...CLIENT_LIMITS, ...options.clientLimits },
      scheduleTurn: () => this.#scheduleTurn(),
    });
    this.#links = new PeerLinks({
      onMessage: (from, message) => {
        this.#scheduleTurn();
        this.#replica.onPeerMessage(from, message);
      },
      onUp: (peer) => {
        this.#scheduleTurn();
        this.#replica.onLinkUp(peer);
      },
      onDown: (peer) => {
        this.#scheduleTurn();
        this.#replica.onLinkDown(peer);
      },
    });
    this.#ticker = setInterval(() => this.#onTick(), Math.ceil(options.replica.heartbeatIntervalMs / 2));
    this.#scheduleTurn();
  }

  get replica(): Replica {
    return this.#replica;
  }

  onMembers(members: readonly EnsembleMember[]): void {
    this.#scheduleTurn();
    this.#replica.onMembers(members);
  }

  addPeer(peer: PeerId, link: Link): void {
    this.#links.add(peer, link);
  }

  linkTo(peer: PeerId): Link | undefined {
    return this.#links.get(peer);
  }

  links(): Iterable<readonly [peer: PeerId, link: Link]> {
    return this.#links.entries();
  }

  /** Why writes are refused at present; null while they are taken. */
  get storageProblem(): string | null {
    return this.#storage.fenced?.message ?? null;
  }

  /**
   * Takes a snapshot beside those that are due. Resolves to its zxid when it is durable.
   * @throws Error while another one is being taken, or when it cannot be written
   */
  async takeSnapshot(): Promise<Zxid> {
    this.#scheduleTurn();
    const zxid = this.#replica.tree.lastProcessedZxid;
    if (!this.#replica.onSnapshotWanted()) throw new Error('another snapshot is being taken');
    await new Promise<void>((resolve, reject) => {
      this.#onSnapshotEnd = (error) => (error === null ? resolve() : reject(error));
    });
    return zxid;
  }

  /** Stops in order: clients are hung up on, what is logged reaches the disk, peers see the links go down. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#replica.closeConnections();
    this.#turn();
    this.#isClosed = true;
    clearInterval(this.#ticker);
    this.#endSnapshot(new Error('the replica is stopping'));
    await this.#storage.close();
    this.#links.close();
  }

  // The first input after a turn brings the clock up to date for all that come with it, and orders the next turn: after
  // the events that the loop has at hand, so that they share one write, one sync and one post.
  #scheduleTurn(): void {
    if (this.#isTurnScheduled || this.#isClosed) return;
    this.#isTurnScheduled = true;
    this.#replica.onClock(this.#now());
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isTurnScheduled = false;
    if (this.#isClosed) return;
    try {
      this.#continueInBackground();
      this.#performAll(this.#replica.takeEffects());
      // Links first: the followers' disks are to work while this one does. Nothing that leaves here speaks of what is
      // about to be written; that is said after its sync.
      this.#links.flush();
      this.clients.flush();
      this.#storage.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  #continueInBackground(): void {
    if (this.#snapshot !== null && !this.#snapshot.advance()) this.#snapshot = null;
    if (this.#replica.hasBackgroundWork && this.#links.isWritable) this.#replica.onContinue();
    if (this.#snapshot !== null || this.#replica.hasBackgroundWork) setImmediate(() => this.#scheduleTurn());
  }

  #performAll(effects: readonly ReplicaEffect[]): void {
    for (const effect of effects) {
      if (this.#isBlocked) this.#waiting.push(effect);
      else this.#perform(effect);
    }
  }

  #perform(effect: ReplicaEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#links.send(effect.to, effect.message);
      case 'append':
        return this.#storage.append(effect.zxid, effect.entry);
      case 'saveAcceptedEpoch':
        return this.#storage.saveAcceptedEpoch(effect.epoch);
      case 'saveCurrentEpoch':
        return this.#storage.saveCurrentEpoch(effect.epoch);
      case 'truncate':
        return this.#truncate(effect.zxid, effect.reload);
      case 'install': {
        this.#block();
        this.#abandonSnapshot();
        const { zxid, tree } = effect;
        // Written like any snapshot: nothing is applied to this tree before the installation has ended.
        this.#snapshot = new SnapshotTask(tree, this.#storage.beginInstall(zxid), (error) =>
          this.#unblock(error, () => this.#replica.onInstalled(zxid)),
        );
        return;
      }
      case 'snapshot':
        this.#snapshotBeganMs = preciseMs();
        this.#snapshot = new SnapshotTask(effect.tree, this.#storage.beginSnapshot(effect.zxid), (error) =>
          this.#onSnapshotDone(error),
        );
        return;
      case 'completeResync':
        return this.#storage.completeResync();
      case 'role':
        return this.#options.onRole(effect.role);
      case 'alarm':
        return this.#options.log('error', `alarm: ${effect.text}`);
      case 'notice':
        return this.#options.log('warn', effect.text);
      default:
        unreachable(effect);
    }
  }

  // A truncation or an installation ends the snapshot under way: its tree or its log is not this replica's any more.
  #abandonSnapshot(): void {
    if (this.#snapshot === null) return;
    this.#snapshot.abandon();
    this.#snapshot = null;
    this.#replica.onSnapshotSaved();
    this.#endSnapshot(new Error('the history was replaced before the snapshot was complete'));
  }

  #truncate(zxid: Zxid, reload: boolean): void {
    this.#block();
    this.#abandonSnapshot();
    this.#storage.truncate(zxid, (error) =>
      this.#unblock(error, () => this.#replica.onTruncated(zxid, reload ? this.#storage.recover().tree : null)),
    );
  }

  #block(): void {
    this.#isBlocked = true;
  }

  #unblock(error: Error | null, proceed: () => void): void {
    if (this.#isClosed) return;
    if (error !== null) return this.#fail(error);
    this.#scheduleTurn();
    this.#isBlocked = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      this.#performAll(waiting);
      proceed();
    } catch (reason) {
      this.#fail(reason);
    }
  }

  // A snapshot that fails costs nothing but a longer log: the next one is due after as many txns again.
  #onSnapshotDone(error: Error | null): void {
    const { meters, log } = this.#options;
    if (error === null) meters.snapshotTime.record(Math.round(preciseMs() - this.#snapshotBeganMs));
    else {
      meters.failedSnapshotCount += 1;
      log('warn', `no snapshot was taken: ${describeError(error)}`);
    }
    this.#replica.onSnapshotSaved();
    this.#endSnapshot(error);
  }

  #endSnapshot(error: Error | null): void {
    this.#onSnapshotEnd?.(error);
    this.#onSnapshotEnd = null;
  }

  #onDurable(zxid: Zxid): void {
    if (this.#isClosed) return;
    this.#scheduleTurn();
    this.#replica.onSynced(zxid);
    if (this.#retryFencedAtMs === 0) return;
    this.#retryFencedAtMs = 0;
    this.#replica.onWritable(true);
    this.#options.log('info', 'the log takes writes again');
  }

  #onFenced(error: LogFencedError): void {
    if (!error.retryable) return this.#fail(error);
    if (this.#retryFencedAtMs === 0) {
      this.#options.log('error', `${error.message}; writes are refused until there is room, reads go on`);
    }
    this.#retryFencedAtMs = monotonicMs() + FENCE_RETRY_MS;
    this.#replica.onWritable(false);
  }

  #onTick(): void {
    this.#scheduleTurn();
    this.#replica.onTick(this.#now());
    if (this.#retryFencedAtMs === 0 || monotonicMs() < this.#retryFencedAtMs) return;
    this.#retryFencedAtMs = monotonicMs() + FENCE_RETRY_MS;
    this.#storage.retryFenced();
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#ticker);
    this.#options.onFatal(error instanceof Error ? error : new Error(String(error)));
  }

  #now(): { nowMs: number; wallMs: number } {
    return { nowMs: monotonicMs(), wallMs: wallMs() };
  }
}
