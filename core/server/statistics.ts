/**
 * What monitors are told of one replica (ServerStats, ServerMetrics; zookeeper-facts 11.2): counts and sums, written
 * where things happen. Nobody in the core decides by them.
 *
 * Times are those of the turn's clock: a request that is answered in the turn in which it came took 0 ms. Nothing here
 * reads a clock or allocates on the way of a request.
 */

import type { PeerMessage } from '../jute/quorum.ts';
import type { RoleReport } from '../zab/effects.ts';
import type { ConnectionStatistics } from './connections/connection-statistics.ts';
import { Summary } from './summary.ts';

/** Sizes in bytes of what goes out one by one; -1 as long as nothing did. */
export class SizeStatistics {
  last = -1;
  min = -1;
  max = -1;

  record(bytes: number): void {
    this.last = bytes;
    if (bytes > this.max) this.max = bytes;
    if (bytes < this.min || this.min < 0) this.min = bytes;
  }

  reset(): void {
    this.last = -1;
    this.min = -1;
    this.max = -1;
  }
}

/** Counts since the replica started, or since `srst`. */
const COUNTS = {
  packetsReceived: 0,
  packetsSent: 0,
  bytesReceived: 0,
  bytesSent: 0,
  /** ConnectRequests. */
  connectionRequests: 0,
  /** Of them, those that came back to a session of another connection. */
  connectionRevalidations: 0,
  /** Connections that their clients ended without closing the session. */
  connectionDrops: 0,
  sessionlessConnectionsExpired: 0,
  /** Handshakes that were not taken up because too many began at a time. */
  connectionsThrottled: 0,
  /** Requests that waited for their turn, and those that waited too long. */
  requestsThrottled: 0,
  requestsThrottledOut: 0,
  largeRequestsRejected: 0,
  /** Sessions expired by this replica as the leader. */
  sessionsExpired: 0,
  /** addauth and handshakes refused. */
  authFailures: 0,
  /** Proposals made as the leader, and of them those committed. */
  proposals: 0,
  commits: 0,
  /** The same as a learner. */
  learnerProposals: 0,
  learnerCommits: 0,
  /** Elections entered. */
  elections: 0,
  /** Learners brought up to date as the leader, by what it took. */
  diffs: 0,
  truncations: 0,
  snapshotsSent: 0,
  /** Comparisons by which this replica's tree was another one than its leader's. */
  digestMismatches: 0,
};

export type ServerCounts = typeof COUNTS;

export class ServerStatistics {
  readonly counts: ServerCounts = { ...COUNTS };
  /** Milliseconds from request to reply. */
  readonly readLatency = new Summary();
  readonly updateLatency = new Summary();
  /** Milliseconds from looking for a leader to having one, and from losing the service to having it again. */
  readonly electionTime = new Summary();
  readonly unavailableTime = new Summary();
  readonly responseSizes = new SizeStatistics();
  readonly proposalSizes = new SizeStatistics();
  readonly startedAtMs: number;
  /** Share of new connections that are turned away at present, 0 … 1. */
  connectionDropProbability = 0;
  #nowMs: number;
  #lookingSinceMs: number | null = null;
  #inactiveSinceMs: number | null = null;
  #leadingSinceMs: number | null = null;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.startedAtMs = nowMs;
  }

  /** The time of what is counted from now on. */
  get nowMs(): number {
    return this.#nowMs;
  }

  onClock(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** How long this replica has led; null while it does not. */
  get leaderUptimeMs(): number | null {
    return this.#leadingSinceMs === null ? null : this.#nowMs - this.#leadingSinceMs;
  }

  /** Milliseconds over all requests, reads and updates together. */
  get latency(): { readonly min: number; readonly average: number; readonly max: number } {
    const parts = [this.readLatency, this.updateLatency].filter(({ count }) => count > 0);
    if (parts.length === 0) return { min: 0, average: 0, max: 0 };
    const count = parts.reduce((total, part) => total + part.count, 0);
    return {
      min: Math.min(...parts.map(({ min }) => min)),
      average: parts.reduce((total, part) => total + part.sum, 0) / count,
      max: Math.max(...parts.map(({ max }) => max)),
    };
  }

  /** @param bytes  the packet with its length prefix */
  onReceived(connection: ConnectionStatistics, bytes: number): void {
    connection.received += 1;
    connection.lastHeardMs = this.#nowMs;
    this.counts.packetsReceived += 1;
    this.counts.bytesReceived += bytes;
  }

  /** @param bytes  the packet without its length prefix */
  onSent(connection: ConnectionStatistics, bytes: number): void {
    connection.sent += 1;
    this.counts.packetsSent += 1;
    this.counts.bytesSent += bytes + 4;
    this.responseSizes.record(bytes);
  }

  /** A reply was made for what came at `receivedMs`. */
  onRead(connection: ConnectionStatistics, xid: number, zxid: number, opCode: number, receivedMs: number): void {
    const latencyMs = this.#nowMs - receivedMs;
    this.readLatency.record(latencyMs);
    connection.onAnswered(xid, zxid, opCode, this.#nowMs, latencyMs);
  }

  onUpdated(connection: ConnectionStatistics, xid: number, zxid: number, opCode: number, receivedMs: number): void {
    const latencyMs = this.#nowMs - receivedMs;
    this.updateLatency.record(latencyMs);
    connection.onAnswered(xid, zxid, opCode, this.#nowMs, latencyMs);
  }

  /** A txn went to the log: a proposal of this leader, or of the one that is followed. */
  onAppended({ state }: RoleReport, bytes: number): void {
    if (state === 'leading') {
      this.counts.proposals += 1;
      this.proposalSizes.record(bytes);
    } else {
      this.counts.learnerProposals += 1;
    }
  }

  onCommitted({ state }: RoleReport): void {
    if (state === 'leading') this.counts.commits += 1;
    else this.counts.learnerCommits += 1;
  }

  /** Something leaves for another peer. Told are the three ways of bringing a learner up to date. */
  onPeerMessage(message: PeerMessage): void {
    if (message.type !== 'packet') return;
    if (message.packet.type === 'diff') this.counts.diffs += 1;
    else if (message.packet.type === 'trunc') this.counts.truncations += 1;
    else if (message.packet.type === 'snap') this.counts.snapshotsSent += 1;
  }

  onRole({ state, active }: RoleReport): void {
    if (state === 'looking') {
      this.counts.elections += 1;
      this.#lookingSinceMs = this.#nowMs;
    } else if (this.#lookingSinceMs !== null) {
      this.electionTime.record(this.#nowMs - this.#lookingSinceMs);
      this.#lookingSinceMs = null;
    }
    if (!active) {
      this.#inactiveSinceMs ??= this.#nowMs;
    } else if (this.#inactiveSinceMs !== null) {
      this.unavailableTime.record(this.#nowMs - this.#inactiveSinceMs);
      this.#inactiveSinceMs = null;
    }
    if (state !== 'leading' || !active) this.#leadingSinceMs = null;
    else this.#leadingSinceMs ??= this.#nowMs;
  }

  /** As `srst` does: everything but how long things last that go on. */
  reset(): void {
    Object.assign(this.counts, COUNTS);
    for (const summary of [this.readLatency, this.updateLatency, this.electionTime, this.unavailableTime])
      summary.reset();
    this.responseSizes.reset();
    this.proposalSizes.reset();
  }
}
