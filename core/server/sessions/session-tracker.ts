/**
 * The leader's view of who is alive: every session with its timeout, owner and moment of expiry
 * (SessionTrackerImpl, ExpiryQueue). Sessions expire in buckets one tick wide, so a session lives between `timeout` and
 * `timeout + tick` without a sign of life.
 *
 * Time is what the leader spent listening. A standstill of its thread or machine counts as one tick, whatever the clock
 * says afterwards: the signs of life of that time wait unread in its sockets. Rebuilt from the tree's session table when a
 * leader takes over: a failover extends every session.
 */

import { type PeerId, type SessionId, SessionMap } from '../../ids.ts';

export type SessionCheck = 'ok' | 'expired' | 'moved';

/** What became of a session at a re-attach: `moved` says that it was elsewhere before, or that nobody knows where. */
export type Attachment = 'gone' | 'kept' | 'moved';

interface TrackedSession {
  readonly id: SessionId;
  timeoutMs: number;
  /** The replica that last (re-)attached it; null until the first request after a change of leader. */
  owner: PeerId | null;
  expiresAtMs: number;
  isClosing: boolean;
}

export interface TrackerOptions {
  /** Width of a bucket, milliseconds. */
  readonly tickMs: number;
  /** The clock is told at least this often, unless everything stands still. */
  readonly clockIntervalMs: number;
  readonly nowMs: number;
}

export class SessionTracker {
  readonly #tickMs: number;
  readonly #stepMaxMs: number;
  readonly #sessions = new SessionMap<TrackedSession>();
  readonly #buckets = new Map<number, Set<TrackedSession>>();
  /** The host's clock at the last call, and the time that counts here. */
  #clockMs: number;
  #nowMs: number;
  #nextBucketMs: number;

  constructor({ tickMs, clockIntervalMs, nowMs }: TrackerOptions) {
    this.#tickMs = tickMs;
    this.#stepMaxMs = Math.max(tickMs, clockIntervalMs);
    this.#clockMs = nowMs;
    this.#nowMs = nowMs;
    this.#nextBucketMs = this.#bucketOf(nowMs);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The time of the signs of life that follow. */
  onClock(clockMs: number): void {
    this.#nowMs += Math.min(clockMs - this.#clockMs, this.#stepMaxMs);
    this.#clockMs = clockMs;
  }

  add(id: SessionId, timeoutMs: number, owner: PeerId | null): void {
    const known = this.#sessions.get(id);
    if (known !== undefined) this.#leaveBucket(known);
    const session: TrackedSession = { id, timeoutMs, owner, expiresAtMs: 0, isClosing: false };
    this.#sessions.set(id, session);
    this.#enterBucket(session);
  }

  /** A sign of life. @returns false for a session that is unknown or closing */
  touch(id: SessionId, timeoutMs: number): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || session.isClosing) return false;
    session.timeoutMs = timeoutMs;
    const bucket = this.#bucketOf(this.#nowMs + timeoutMs);
    if (bucket <= session.expiresAtMs) return true;
    this.#leaveBucket(session);
    this.#enterBucket(session);
    return true;
  }

  /** A session re-attaches to `owner`, perhaps with another timeout. */
  attach(id: SessionId, timeoutMs: number, owner: PeerId): Attachment {
    const session = this.#sessions.get(id);
    if (session === undefined || !this.touch(id, timeoutMs)) return 'gone';
    if (session.owner === owner) return 'kept';
    session.owner = owner;
    return 'moved';
  }

  /** Whether a write of this session that came over `owner` may go ahead. */
  check(id: SessionId, owner: PeerId): SessionCheck {
    const session = this.#sessions.get(id);
    if (session === undefined || session.isClosing) return 'expired';
    session.owner ??= owner;
    return session.owner === owner ? 'ok' : 'moved';
  }

  /** From now on requests of this session are refused. @returns false when it was closing already, or unknown */
  markClosing(id: SessionId): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || session.isClosing) return false;
    session.isClosing = true;
    this.#leaveBucket(session);
    return true;
  }

  remove(id: SessionId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#leaveBucket(session);
    this.#sessions.delete(id);
  }

  /** Moves time forward, by about a tick at most. @returns the sessions that expire by it, in bucket order */
  advance(clockMs: number): SessionId[] {
    this.onClock(clockMs);
    const expired: SessionId[] = [];
    for (; this.#nextBucketMs <= this.#nowMs; this.#nextBucketMs += this.#tickMs) {
      const bucket = this.#buckets.get(this.#nextBucketMs);
      if (bucket === undefined) continue;
      for (const session of bucket) expired.push(session.id);
    }
    return expired;
  }

  /** The sessions by their moment of expiry on the monotonic clock, soonest first. */
  expiries(): [expiresAtMs: number, sessions: SessionId[]][] {
    return [...this.#buckets]
      .sort(([one], [other]) => one - other)
      .map(([expiresAtMs, bucket]) => [expiresAtMs, [...bucket].map(({ id }) => id)]);
  }

  #bucketOf(timeMs: number): number {
    return (Math.floor(timeMs / this.#tickMs) + 1) * this.#tickMs;
  }

  #enterBucket(session: TrackedSession): void {
    session.expiresAtMs = this.#bucketOf(this.#nowMs + session.timeoutMs);
    const bucket = this.#buckets.get(session.expiresAtMs);
    if (bucket === undefined) this.#buckets.set(session.expiresAtMs, new Set([session]));
    else bucket.add(session);
  }

  #leaveBucket(session: TrackedSession): void {
    const bucket = this.#buckets.get(session.expiresAtMs);
    if (bucket?.delete(session) === true && bucket.size === 0) this.#buckets.delete(session.expiresAtMs);
  }
}
