/**
 * When a failed event is tried again: exponential backoff with jitter, as a function of the attempt and of chance.
 *
 * Chance is handed in, because this decides and the runtime rolls the dice. Jitter takes away from the full delay, so
 * `maxDelayMs` is a bound that holds.
 */

export interface RetryPolicy {
  /** Attempts in all, the first included. 1 means: never again. */
  readonly attempts: number;
  /** Delay before the second attempt. Each further one doubles. */
  readonly delayMs: number;
  readonly maxDelayMs: number;
  /** Part of the delay that chance may take away, 0 … 1. */
  readonly jitter: number;
}

export const RETRY_DEFAULTS: RetryPolicy = Object.freeze({
  attempts: 5,
  delayMs: 100,
  maxDelayMs: 10_000,
  jitter: 0.5,
});

/**
 * Delay before the next attempt, in milliseconds, or null when the event has had all of its attempts.
 * @param attempts  attempts made so far, 1 or more
 * @param chance    0 ≤ chance < 1
 */
export function nextDelayMs(policy: RetryPolicy, attempts: number, chance: number): number | null {
  if (attempts >= policy.attempts) return null;
  const full = Math.min(policy.maxDelayMs, policy.delayMs * 2 ** (attempts - 1));
  return full * (1 - policy.jitter * chance);
}
