/**
 * A replica as a step function: one ZooKeeper server without its machine (QuorumPeer and ZooKeeperServer, less the
 * threads). Every `on…` method is an input; what must be done afterwards waits in `takeEffects` and `takeDirty`.
 *
 * Joins the parts that do not know each other: consensus orders txns (`core/zab`), the tree applies them (`core/tree`),
 * the client desk answers, the leader's desk decides. It adds no rules of its own beyond who hears of what.
 *
 *       frames ─▶ ClientDesk ─▶ Upstream ─▶ LeaderDesk ─▶ Peer ──▶ effects
 *         ▲           ▲       (or a link)                   │
 *         └─ output ──┴──────── tree.apply ◀── commit ◀─────┘
 */

import { unreachable } from '../assert.ts';
import type { PeerId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import type { PeerMessage, QuorumPacket } from '../jute/quorum.ts';
import { JuteReader } from '../jute/reader.ts';
import { readEntry } from '../jute/txn.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { SnapshotReader } from '../tree/snapshot-reader.ts';
import type { PeerEffect, PeerInput, RoleReport } from '../zab/effects.ts';
import { Peer } from '../zab/peer.ts';
import type { Zxid } from '../zxid.ts';
import { ClientDesk } from './client-desk.ts';
import type { Connection } from './connections/connection.ts';
import { limitsOf } from './connections/limits.ts';
import { DigestWatch } from './digest-watch.ts';
import type { ReplicaEffect } from './effects.ts';
import { LeaderDesk, type LeaderReplies, type LeaderReport } from './leader-desk.ts';
import { LearnerDesk } from './learner-desk.ts';
import type { EnsembleMember } from './membership/ensemble-config.ts';
import { Membership } from './membership/membership.ts';
import type { Clock, ReplicaOptions, RestoredReplica } from './replica-options.ts';
import { type ServerMode, serverMode } from './server-mode.ts';
import { SessionIdSource } from './sessions/session-ids.ts';
import { SnapshotSchedule } from './snapshot-schedule.ts';
import { SnapshotTransfers } from './snapshot-transfers.ts';
import { ServerStatistics } from './statistics.ts';
import { EagerAclCheck } from './writes/eager-acl-check.ts';
import { WRITE_DEFAULTS, type WriteSettings } from './writes/write-rules.ts';

export type { Clock, ReplicaOptions, RestoredReplica } from './replica-options.ts';

export class Replica {
  readonly statistics: ServerStatistics;
  readonly #options: ReplicaOptions;
  readonly #writes: WriteSettings;
  readonly #peer: Peer;
  readonly #clients: ClientDesk;
  readonly #sessionIds: SessionIdSource;
  readonly #transfers: SnapshotTransfers;
  readonly #entryReader = new JuteReader();
  readonly #leaderReplies: LeaderReplies;
  readonly #membership: Membership;
  readonly digests: DigestWatch;
  readonly #snapshots: SnapshotSchedule;
  #tree: DataTree;
  #leader: LeaderDesk | null = null;
  #role: RoleReport = { state: 'looking', active: false, leader: null, epoch: null, resynchronised: null };
  #clock: Clock;
  #incoming: SnapshotReader | null = null;
  #effects: ReplicaEffect[] = [];
  #dirty: Connection[] = [];

  constructor(options: ReplicaOptions, restored: RestoredReplica, clock: Clock) {
    this.#options = options;
    this.#writes = { ...WRITE_DEFAULTS, ...options.writes };
    this.#clock = clock;
    this.#snapshots = new SnapshotSchedule(options);
    this.statistics = new ServerStatistics(clock.nowMs);
    this.#tree = restored.tree;
    this.#peer = new Peer(options, { ...restored, appliedZxid: restored.tree.lastProcessedZxid }, clock.nowMs);
    const fromMs = options.sessionPasswords.idsFromMs;
    this.#sessionIds = SessionIdSource.above(restored, options.id, { wallMs: clock.wallMs, fromMs });
    this.#membership = new Membership(this.#peer, options.voters.length + options.observers.length);
    this.#membership.showIn(this.#tree, clock.wallMs);
    const isEager = this.#writes.eagerAclCheck && !this.#membership.isStandalone;
    const policy = {
      ...options,
      self: options.id,
      ids: this.#sessionIds,
      eagerAcls: isEager ? new EagerAclCheck(options.auth, this.#writes) : null,
      limits: limitsOf(options.limits, options.voters.length),
      // A disk that has lost what it acknowledged has nothing to show.
      mayServeReadOnly: () => options.readOnlyMode === true && this.#peer.mayVote,
    };
    this.#clients = new ClientDesk(restored.tree, policy, this.statistics);
    this.#transfers = new SnapshotTransfers((to, message) => this.#effects.push({ type: 'send', to, message }));
    const { counts } = this.statistics;
    this.#leaderReplies = {
      sessionExpired: () => {
        counts.sessionsExpired += 1;
      },
      syncReleased: (origin) => this.#answer(origin, { type: 'sync' }),
      revalidated: (origin, session, valid) => this.#answer(origin, { type: 'revalidated', session, valid }),
      notice: (text) => this.#effects.push({ type: 'notice', text }),
    };
    this.digests = new DigestWatch({
      counts,
      alarm: (text) => this.#effects.push({ type: 'alarm', text }),
    });
    this.#settle();
  }

  get id(): PeerId {
    return this.#options.id;
  }

  get role(): RoleReport {
    return this.#role;
  }

  /** What a client meets here; null while nobody is served. */
  get mode(): ServerMode | null {
    const { isReadOnly } = this.#clients;
    return serverMode(this.#role, { isReadOnly, isStandalone: this.#membership.isStandalone });
  }

  get tree(): DataTree {
    return this.#tree;
  }

  get peer(): Peer {
    return this.#peer;
  }

  get connectionCount(): number {
    return this.#clients.connectionCount;
  }

  /** Requests of clients that are not answered yet. */
  get outstandingCount(): number {
    return this.#clients.outstandingCount;
  }

  /** What only the leader knows; null for the others. */
  get leading(): LeaderReport | null {
    return this.#leader;
  }

  /** Whether `onContinue` has something to do. */
  get hasBackgroundWork(): boolean {
    return !this.#transfers.isEmpty || this.#clients.hasBackgroundWork;
  }

  takeEffects(): ReplicaEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Connections with output to send or an end to perform. */
  takeDirty(): Connection[] {
    // The connections hold on to the array, so it is emptied rather than replaced.
    const taken = this.#dirty.splice(0);
    for (const connection of taken) connection.markClean();
    return taken;
  }

  /** The time of what follows: cheap, for the start of each turn. */
  onClock(clock: Clock): void {
    this.#clock = clock;
    this.statistics.onClock(clock.nowMs);
    this.#leader?.onClock(clock);
  }

  /** Time for heartbeats, timeouts and expiries; a few times within `heartbeatIntervalMs`. */
  onTick(clock: Clock): void {
    this.onClock(clock);
    this.#clients.onTick(clock.nowMs);
    this.#step({ type: 'tick', nowMs: clock.nowMs });
    this.#leader?.onTick(clock.nowMs);
    this.#settle();
  }

  onPeerMessage(from: PeerId, message: PeerMessage): void {
    this.#step({ type: 'message', from, message });
  }

  onLinkUp(peer: PeerId): void {
    this.#step({ type: 'linkUp', peer });
  }

  onLinkDown(peer: PeerId): void {
    this.#transfers.stop(peer);
    this.#step({ type: 'linkDown', peer });
  }

  onSynced(zxid: Zxid): void {
    this.#step({ type: 'synced', zxid });
  }

  /** @param tree  the tree loaded anew from disk, if the effect asked for it */
  onTruncated(zxid: Zxid, tree: DataTree | null): void {
    if (tree !== null) this.#replaceTree(tree);
    this.#step({ type: 'truncated', zxid });
  }

  onInstalled(zxid: Zxid): void {
    this.#snapshots.onInstalled();
    this.#step({ type: 'installed', zxid });
  }

  onSnapshotSaved(): void {
    this.#snapshots.onSaved();
  }

  /** Where every member of the ensemble is reached: once that is known, and whenever it changes. */
  onMembers(members: readonly EnsembleMember[]): void {
    this.#membership.onMembers(members);
    this.#membership.showIn(this.#tree, this.#clock.wallMs);
  }

  /** An operator wants a snapshot. @returns false when one is being taken already */
  onSnapshotWanted(): boolean {
    if (!this.#snapshots.begin()) return false;
    this.#beginSnapshot();
    return true;
  }

  /** The disk takes nothing more (false), or takes writes again. */
  onWritable(isWritable: boolean): void {
    this.#clients.setWritable(isWritable);
  }

  /** A slice of background work; the host calls it between turns, while the links have room. */
  onContinue(): void {
    this.#transfers.advance();
    this.#clients.onContinue();
  }

  /** @param certificate  of the client, in DER and checked by the host; null: it has shown none */
  onConnect(address: string, certificate: Uint8Array | null = null): Connection {
    const connection = this.#clients.onConnect({ address, certificate, dirty: this.#dirty, ...this.#clock });
    connection.skipsAcl = this.#writes.skipAcl;
    return connection;
  }

  /**
   * From now on the session of this connection needs no sign of life as long as the connection is open: for clients inside
   * the process, whose end is told at once, and whose thread may be busy with other things for longer than a session lasts.
   */
  keepAlive(connection: Connection): void {
    this.#clients.keepAlive(connection);
  }

  /** One payload from a client, without its length. The bytes must never be written to afterwards. */
  onFrame(connection: Connection, bytes: Uint8Array, start: number, end: number): void {
    this.#clients.onFrame(connection, bytes, start, end);
    this.#settle();
  }

  onDisconnect(connection: Connection): void {
    this.#clients.onDisconnect(connection);
  }

  /** Ends every client connection, as before a stop. */
  closeConnections(): void {
    this.#clients.closeAll();
  }

  #step(input: PeerInput): void {
    this.#peer.step(input);
    this.#settle();
  }

  // Reacting to an effect can make new ones (a commit answers a client, whose next request becomes a proposal). They
  // are performed after all that the peer has asked for before.
  #settle(): void {
    for (let effects = this.#peer.takeEffects(); effects.length > 0; effects = this.#peer.takeEffects()) {
      for (const effect of effects) this.#perform(effect);
    }
  }

  #perform(effect: PeerEffect): void {
    switch (effect.type) {
      case 'send':
        this.statistics.onPeerMessage(effect.message);
        return this.#transfers.send(effect.to, effect.message);
      case 'append':
        this.statistics.onAppended(this.#role, effect.entry.length);
        this.#effects.push(effect);
        return;
      case 'saveAcceptedEpoch':
      case 'saveCurrentEpoch':
      case 'completeResync':
        this.#effects.push(effect);
        return;
      case 'truncate':
        this.#effects.push({ ...effect, reload: this.#tree.lastProcessedZxid > effect.zxid });
        return;
      case 'streamSnapshot':
        return this.#transfers.begin(effect.to, effect.stream, this.#tree);
      case 'receiveSnapshot':
        return this.#receiveSnapshot(effect);
      case 'commit':
        return this.#commit(effect.zxid, effect.entry);
      case 'role':
        return this.#onRole(effect.role);
      case 'deliver':
        return this.#onPacket(effect.from, effect.packet);
      default:
        unreachable(effect);
    }
  }

  #commit(zxid: Zxid, entry: Uint8Array): void {
    const { header, txn, digest } = this.#leader?.takeProposed(zxid) ?? readEntry(this.#entryReader.reset(entry));
    const result = this.#tree.apply(header, txn, this.#clients.makeWay(header));
    if (header.type === OpCode.createSession) this.#sessionIds.onKnown(header.clientId);
    this.#leader?.onApplied(header);
    this.statistics.onCommitted(this.#role);
    this.#clients.onApplied(header, result);
    if (digest !== null) this.digests.compare(this.#tree, digest, this.#clock.nowMs);
    if (this.#snapshots.onTxn(entry.length)) this.#beginSnapshot();
  }

  #beginSnapshot(): void {
    this.#effects.push({ type: 'snapshot', zxid: this.#tree.lastProcessedZxid, tree: this.#tree });
  }

  #onRole(role: RoleReport): void {
    this.#role = role;
    this.statistics.onRole(role);
    this.#leader = null;
    // What had come of a snapshot belongs to the role that ends.
    this.#incoming = null;
    this.#effects.push({ type: 'role', role });
    const { epoch } = role;
    if (!role.active || epoch === null) {
      this.#transfers.stopAll();
      this.#clients.onLeaderLost();
      return;
    }
    if (role.state === 'leading') {
      const own = { self: this.id, settings: this.#writes, membership: this.#membership };
      const options = { ...this.#options, ...this.#clock, ...own };
      this.#leader = new LeaderDesk(this.#peer, this.#tree, this.#leaderReplies, options);
      this.#clients.onLeader(this.#leader, epoch);
    } else {
      this.#clients.onLeader(new LearnerDesk(this.#peer), epoch);
    }
  }

  #onPacket(from: PeerId, packet: QuorumPacket): void {
    switch (packet.type) {
      case 'revalidated':
        return this.#clients.onRevalidated(packet.session, packet.valid);
      case 'sync':
        return this.#clients.onSynced();
      default:
        return this.#leader?.onPacket(from, packet);
    }
  }

  #answer(origin: PeerId, packet: QuorumPacket & { readonly type: 'sync' | 'revalidated' }): void {
    if (origin !== this.#options.id) this.#peer.step({ type: 'sendToLearner', learner: origin, packet });
    else if (packet.type === 'sync') this.#clients.onSynced();
    else this.#clients.onRevalidated(packet.session, packet.valid);
  }

  #receiveSnapshot({ bytes, last, zxid, wholeFrom }: PeerEffect & { type: 'receiveSnapshot' }): void {
    this.#incoming ??= new SnapshotReader('stream', { ...this.#writes, digestEnabled: this.#tree.hasDigest });
    this.#incoming.push(bytes);
    if (!last) return;
    const tree = this.#incoming.finish(zxid);
    this.#incoming = null;
    tree.wholeFrom = wholeFrom;
    this.#replaceTree(tree);
    this.#effects.push({ type: 'install', zxid, tree });
  }

  #replaceTree(tree: DataTree): void {
    this.#tree = tree;
    this.digests.restart();
    this.#sessionIds.onTree(tree);
    this.#snapshots.onAbandoned();
    this.#membership.showIn(tree, this.#clock.wallMs);
    this.#clients.replaceTree(tree);
  }
}
