/**
 * Time, chance and words: what the pipeline takes from outside, so that tests can put a virtual clock and a seed in place.
 */

import type { Clock, PluginLog } from '../../core/hooks/steps.ts';

export interface Seams {
  readonly clock: Clock;
  /** 0 ≤ chance < 1. */
  readonly random: () => number;
  readonly log: PluginLog;
}

/** The machine's clock. A wait keeps the process alive, as a socket would. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  wait: (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort, { once: true });
    }),
});

export const consoleLog: PluginLog = Object.freeze({
  info: (text: string) => console.log(text),
  warn: (text: string) => console.error(text),
});

export const SYSTEM_SEAMS: Seams = Object.freeze({ clock: systemClock, random: Math.random, log: consoleLog });
