/**
 * How many handshakes are taken up in how much time: a bucket of tokens that fills up steadily, and, if asked for, a
 * probability of being turned away that grows while the bucket is empty and shrinks while it is full, so that clients
 * which all come back at once are spread out (BlueThrottle; the probability follows W. Feng et al., BLUE, 1999).
 */

import type { ServerLimits } from './limits.ts';

export class ConnectionThrottle {
  readonly #limits: ServerLimits;
  readonly #chance: () => number;
  #tokens: number;
  #filledAtMs: number | null = null;
  #dropProbability = 0;
  #changedAtMs: number | null = null;

  /** @param chance  a draw from [0, 1), for each handshake */
  constructor(limits: ServerLimits, chance: () => number) {
    this.#limits = limits;
    this.#chance = chance;
    this.#tokens = limits.connectionThrottleTokens;
  }

  get dropProbability(): number {
    return this.#dropProbability;
  }

  /** Whether a handshake of now is taken up. */
  admits(nowMs: number): boolean {
    const { connectionThrottleTokens, connectionThrottleFreezeTimeMs } = this.#limits;
    if (connectionThrottleTokens === 0) return true;
    this.#fill(nowMs);
    if (connectionThrottleFreezeTimeMs >= 0) {
      this.#adjust(nowMs);
      if (this.#chance() < this.#dropProbability) return false;
    }
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  // Whole tokens for whole intervals; the rest of the time counts for the next one.
  #fill(nowMs: number): void {
    const { connectionThrottleTokens, connectionThrottleFillCount, connectionThrottleFillTimeMs } = this.#limits;
    this.#filledAtMs ??= nowMs;
    const intervals = Math.floor((nowMs - this.#filledAtMs) / connectionThrottleFillTimeMs);
    this.#filledAtMs += intervals * connectionThrottleFillTimeMs;
    this.#tokens = Math.min(this.#tokens + intervals * connectionThrottleFillCount, connectionThrottleTokens);
  }

  #adjust(nowMs: number): void {
    const limits = this.#limits;
    this.#changedAtMs ??= nowMs;
    if (nowMs - this.#changedAtMs <= limits.connectionThrottleFreezeTimeMs) return;
    this.#changedAtMs = nowMs;
    const usedUp = limits.connectionThrottleTokens - this.#tokens;
    if (this.#tokens < 1) {
      this.#dropProbability = Math.min(this.#dropProbability + limits.connectionThrottleDropIncrease, 1);
    } else if (usedUp <= limits.connectionThrottleTokens * limits.connectionThrottleDecreaseRatio) {
      this.#dropProbability = Math.max(this.#dropProbability - limits.connectionThrottleDropDecrease, 0);
    }
  }
}
