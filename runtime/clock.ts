/** The one place that reads time. */

/** Whole milliseconds of a clock that never goes back. */
export function monotonicMs(): number {
  return Math.floor(performance.now());
}

/** Milliseconds since 1970. */
export function wallMs(): number {
  return Date.now();
}
