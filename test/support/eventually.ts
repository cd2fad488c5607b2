/**
 * Waits at the rim of the system, where real threads and sockets take real time: polls a predicate until it holds.
 * A wait ends as soon as it can and says what it last saw when it cannot; core tests use virtual time instead.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface EventuallyOptions {
  /** Longest wait, in milliseconds. Default 5000. */
  readonly withinMs?: number;
  /** Pause between two looks, in milliseconds. Default 10. */
  readonly everyMs?: number;
}

/**
 * @param predicate  looked at at least once; a throw counts as "not yet" and is shown as the cause if time runs out
 * @returns the first truthy value of the predicate
 */
export async function eventually<Value>(
  predicate: () => Value | Promise<Value>,
  { withinMs = 5000, everyMs = 10 }: EventuallyOptions = {},
): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let seen: string;
    let cause: unknown;
    try {
      const value = await predicate();
      if (value) return value;
      seen = inspect(value);
    } catch (error) {
      seen = 'an error';
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`did not hold within ${withinMs} ms: ${predicate.toString()} (last seen: ${seen})`, { cause });
    }
    await delay(everyMs);
  }
}
