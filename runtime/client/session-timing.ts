/**
 * What a session has to do at a moment, judged from times alone: a pure function, so that every deadline is tested
 * without waiting. T is the negotiated session timeout (facts 2.8).
 */

import { unreachable } from '../../core/assert.ts';

export type Duty =
  | { readonly type: 'ping' }
  /** The server was silent for too long: give the connection up. */
  | { readonly type: 'dropSilent'; readonly silentMs: number }
  /** This attempt to connect takes too long. */
  | { readonly type: 'abandonAttempt' }
  | { readonly type: 'openNext' }
  /** Nobody confirmed the session for so long that it counts as expired. */
  | { readonly type: 'expire' }
  /** The close was not answered in time. */
  | { readonly type: 'endClosing' }
  | { readonly type: 'wait'; readonly untilMs: number };

export interface SessionTimes {
  readonly phase: 'established' | 'attempting' | 'pausing';
  /** T; before the first session, the timeout that the user asked for. */
  readonly timeoutMs: number;
  readonly hasSession: boolean;
  /** Last byte from a server that holds the session. */
  readonly lastHeardMs: number;
  readonly lastSentMs: number;
  readonly attemptEndsMs: number;
  readonly retryAtMs: number;
  /** Infinity unless the session is being closed. */
  readonly closeEndsMs: number;
}

const PING_IDLE_MS_MAX = 10_000;

export function dutyAt(nowMs: number, times: SessionTimes): Duty {
  if (nowMs >= times.closeEndsMs) return { type: 'endClosing' };
  const { timeoutMs, lastHeardMs } = times;
  if (times.phase === 'established') {
    const silentMs = nowMs - lastHeardMs;
    const silenceMax = readTimeoutMs(timeoutMs);
    if (silentMs >= silenceMax) return { type: 'dropSilent', silentMs };
    const pingAtMs = times.lastSentMs + pingIntervalMs(timeoutMs);
    if (nowMs >= pingAtMs) return { type: 'ping' };
    return wait(lastHeardMs + silenceMax, pingAtMs, times.closeEndsMs);
  }
  const expiresMs = times.hasSession ? lastHeardMs + localExpiryMs(timeoutMs) : Number.POSITIVE_INFINITY;
  if (nowMs >= expiresMs) return { type: 'expire' };
  switch (times.phase) {
    case 'attempting':
      if (nowMs >= times.attemptEndsMs) return { type: 'abandonAttempt' };
      return wait(times.attemptEndsMs, expiresMs, times.closeEndsMs);
    case 'pausing':
      if (nowMs >= times.retryAtMs) return { type: 'openNext' };
      return wait(times.retryAtMs, expiresMs, times.closeEndsMs);
    default:
      return unreachable(times.phase);
  }
}

export function readTimeoutMs(timeoutMs: number): number {
  return (timeoutMs * 2) / 3;
}

export function pingIntervalMs(timeoutMs: number): number {
  return Math.min(timeoutMs / 3, PING_IDLE_MS_MAX);
}

export function localExpiryMs(timeoutMs: number): number {
  return (timeoutMs * 4) / 3;
}

function wait(...momentsMs: readonly number[]): Duty {
  return { type: 'wait', untilMs: Math.min(...momentsMs) };
}
