/**
 * Bounds how many lines whoever connects to a client port can make a replica write: the first of each window as they
 * come, the rest as one line with their number once the window is over. A flood of bad connections then costs no disk.
 */

import { monotonicMs } from '../clock.ts';
import type { Log } from '../logger.ts';

export interface BoundedLogOptions {
  /** Lines of a window that are written. Default 100. */
  readonly linesMax?: number;
  /** Default 10,000. */
  readonly windowMs?: number;
  /** Time, for tests. */
  readonly nowMs?: () => number;
  /** Calls back once after so many milliseconds, without keeping the thread alive for it. */
  readonly after?: (ms: number, call: () => void) => void;
}

const startTimer = (ms: number, call: () => void): void => void setTimeout(call, ms).unref();

export function boundedLog(log: Log, options: BoundedLogOptions = {}): Log {
  const { linesMax = 100, windowMs = 10_000, nowMs = monotonicMs, after = startTimer } = options;
  let windowEndsMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;

  const close = (): void => {
    if (leftOut > 0) log('warn', `and ${leftOut} more lines about connections within ${windowMs} ms, left out`);
    leftOut = 0;
    written = 0;
  };
  return (level, message) => {
    const now = nowMs();
    if (now >= windowEndsMs) {
      close();
      windowEndsMs = now + windowMs;
    }
    if (written < linesMax) {
      written += 1;
      log(level, message);
      return;
    }
    if (leftOut === 0) after(windowEndsMs - now, close);
    leftOut += 1;
  };
}
