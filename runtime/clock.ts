/** The one place that reads time. */

/** Whole milliseconds of a clock that never goes back. */
export function monotonicMs(): number {
  return Math.floor(performance.now());
}

/** The same clock in fractions of milliseconds, to measure what is short. */
export function preciseMs(): number {
  return performance.now();
}

/** Milliseconds since 1970. */
export function wallMs(): number {
  return Date.now();
}
