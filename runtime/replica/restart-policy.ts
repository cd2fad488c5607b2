/** When to start a thread anew: at once the first time, later and later when it keeps dying young. */

const SETTLED_MS = 10_000;
const STEP_MS = 100;
const DELAY_MAX_MS = 5000;

export class RestartPolicy {
  #youngDeaths = 0;

  /** @param livedMs  how long the thread has lived @returns how long to wait before the next one, milliseconds */
  delayAfter(livedMs: number): number {
    this.#youngDeaths = livedMs < SETTLED_MS ? this.#youngDeaths + 1 : 1;
    if (this.#youngDeaths === 1) return 0;
    return Math.min(STEP_MS * 2 ** (this.#youngDeaths - 2), DELAY_MAX_MS);
  }
}
