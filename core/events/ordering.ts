/**
 * Which event may start now: events of one key one after another, events of different keys side by side.
 *
 * A state machine without a clock: deliveries come in (`offer`), batches go out (`take`), and each delivery of a batch
 * comes back as done (`finish`) or to be tried again at a given time (`retry`). A key is in one of three states:
 *
 *     ready ──take──▶ busy ──finish──▶ ready (or forgotten when nothing waits)
 *                      │
 *                      └──retry──▶ parked ──its time has come──▶ ready
 *
 * While a key is busy or parked its later events wait, so a retry never lets a successor overtake; other keys flow.
 * Holds no more than its owner offers: the owner offers at most the credits it has.
 */

import { invariant } from '../assert.ts';
import type { Delivery } from './contracts.ts';

/** A delivery and how often it has been tried, this time included. */
export interface Attempt {
  readonly delivery: Delivery;
  readonly attempt: number;
}

interface KeyState {
  readonly waiting: Attempt[];
  /** Attempts out in a batch. */
  out: number;
  /** Time before which the key does not start; null unless parked. */
  parkedUntilMs: number | null;
}

export class KeyedOrder {
  readonly #byKey = new Map<string, KeyState>();
  /** Keys (and single events without one) that may start, first come first served. */
  #ready: KeyState[] = [];
  readonly #parked = new Set<KeyState>();
  #held = 0;

  /** Deliveries offered and not yet finished. */
  get held(): number {
    return this.#held;
  }

  /** Earliest time at which a parked key may start; null when none is parked. */
  get nextWakeMs(): number | null {
    let earliest: number | null = null;
    for (const { parkedUntilMs } of this.#parked) {
      if (parkedUntilMs !== null && (earliest === null || parkedUntilMs < earliest)) earliest = parkedUntilMs;
    }
    return earliest;
  }

  offer(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.#held += 1;
      const state = this.#stateOf(delivery.key);
      const idle = state.waiting.length === 0 && state.out === 0 && state.parkedUntilMs === null;
      state.waiting.push({ delivery, attempt: 1 });
      if (idle) this.#ready.push(state);
    }
  }

  /**
   * The next batch, at most `max` attempts; empty when nothing may start. Its keys are busy until every attempt is back.
   * An event that failed before comes alone, so that one bad event cannot fail its neighbours again.
   */
  take(max: number, nowMs: number): readonly Attempt[] {
    this.#wake(nowMs);
    const batch: Attempt[] = [];
    let taken = 0;
    for (const state of this.#ready) {
      if (batch.length >= max) break;
      const again = (state.waiting[0]?.attempt ?? 1) > 1;
      if (again && batch.length > 0) break;
      taken += 1;
      const firstRetry = state.waiting.findIndex(({ attempt }) => attempt > 1);
      const fresh = firstRetry === -1 ? state.waiting.length : firstRetry;
      const count = again ? 1 : Math.min(max - batch.length, fresh);
      const out = state.waiting.splice(0, count);
      state.out += out.length;
      batch.push(...out);
      if (again) break;
    }
    this.#ready = this.#ready.slice(taken);
    return batch;
  }

  /** The attempt is over for good: handled, or given up. */
  finish(attempt: Attempt): void {
    const state = this.#returning(attempt);
    this.#held -= 1;
    this.#settle(attempt.delivery.key, state);
  }

  /**
   * The attempt failed, or was not made: it goes back in front of what came after it.
   * @param atMs     time before which the key does not start again
   * @param attempt  number of the attempt to come: the same when this one was not made
   */
  retry(failed: Attempt, { atMs, attempt }: { readonly atMs: number; readonly attempt: number }): void {
    const state = this.#returning(failed);
    const again = { delivery: failed.delivery, attempt };
    const successor = state.waiting.findIndex(({ delivery }) => delivery.offset > failed.delivery.offset);
    if (successor === -1) state.waiting.push(again);
    else state.waiting.splice(successor, 0, again);
    state.parkedUntilMs = Math.max(state.parkedUntilMs ?? 0, atMs);
    this.#settle(failed.delivery.key, state);
  }

  #stateOf(key: string | null): KeyState {
    const fresh: KeyState = { waiting: [], out: 0, parkedUntilMs: null };
    if (key === null) return fresh;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#byKey.set(key, fresh);
    return fresh;
  }

  /** State of an attempt that comes back. An event without a key has no state of its own while it is out. */
  #returning({ delivery }: Attempt): KeyState {
    if (delivery.key === null) return { waiting: [], out: 0, parkedUntilMs: null };
    const state = this.#byKey.get(delivery.key);
    invariant(state !== undefined && state.out > 0, 'E1: only an attempt that is out comes back', {
      key: delivery.key,
      offset: delivery.offset,
    });
    state.out -= 1;
    return state;
  }

  #settle(key: string | null, state: KeyState): void {
    if (state.out > 0) return;
    if (state.waiting.length === 0) {
      if (key !== null) this.#byKey.delete(key);
    } else if (state.parkedUntilMs === null) this.#ready.push(state);
    else this.#parked.add(state);
  }

  #wake(nowMs: number): void {
    for (const state of this.#parked) {
      if (state.parkedUntilMs !== null && state.parkedUntilMs > nowMs) continue;
      state.parkedUntilMs = null;
      this.#parked.delete(state);
      this.#ready.push(state);
    }
  }
}
