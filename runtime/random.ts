/** The one place that draws chance. */

/** In [0, 1). */
export function chance(): number {
  return Math.random();
}
