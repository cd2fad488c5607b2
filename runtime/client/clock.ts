/** Time and chance as the client's session sees them; tests hand in their own. */

import { monotonicMs } from '../clock.ts';
import { chance } from '../random.ts';

export interface SessionClock {
  /** Milliseconds on a clock that never goes back. */
  nowMs(): number;
  /** Calls once after `delayMs`; returns what cancels it. */
  startTimer(delayMs: number, onTime: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
}

export const SYSTEM_CLOCK: SessionClock = {
  nowMs: monotonicMs,
  startTimer: (delayMs, onTime) => {
    const timer = setTimeout(onTime, delayMs);
    return () => clearTimeout(timer);
  },
  random: chance,
};
