/**
 * What a replica bears of all its clients together, in ZooKeeper's terms (zookeeper-facts 10.5). Limits of the carriers
 * themselves (connections, frames, unread replies) are the host's.
 */

export interface ServerLimits {
  /** Requests that wait in all connections together; above it connections that wait for an answer are not read from. */
  readonly globalOutstandingLimit: number;
  /** Requests under way to the leader; 0: no limit. Others wait their turn, in the order in which they came. */
  readonly requestThrottleLimit: number;
  /** A request that waited longer for that turn is refused with -127; 0: however long. Milliseconds. */
  readonly throttledOpWaitMs: number;
  /** Bytes above which a request counts as large; -1: none does. */
  readonly largeRequestThreshold: number;
  /** Bytes of large requests that wait together. A client that asks for more is hung up on. */
  readonly largeRequestMaxBytes: number;
  /** Handshakes that may come at once (BlueThrottle's bucket); 0: no limit. */
  readonly connectionThrottleTokens: number;
  /** So many are let in again at every interval of so many milliseconds. */
  readonly connectionThrottleFillCount: number;
  readonly connectionThrottleFillTimeMs: number;
  /** Milliseconds between two changes of the probability by which handshakes are turned away early; -1: never. */
  readonly connectionThrottleFreezeTimeMs: number;
  /** How much it grows when the bucket is found empty, and shrinks when it is filled up to a share of its size. */
  readonly connectionThrottleDropIncrease: number;
  readonly connectionThrottleDropDecrease: number;
  readonly connectionThrottleDecreaseRatio: number;
}

export const LIMIT_DEFAULTS: ServerLimits = Object.freeze({
  globalOutstandingLimit: 1000,
  requestThrottleLimit: 0,
  throttledOpWaitMs: 0,
  largeRequestThreshold: -1,
  largeRequestMaxBytes: 100 << 20,
  connectionThrottleTokens: 0,
  connectionThrottleFillCount: 1,
  connectionThrottleFillTimeMs: 1,
  connectionThrottleFreezeTimeMs: -1,
  connectionThrottleDropIncrease: 0.02,
  connectionThrottleDropDecrease: 0.002,
  connectionThrottleDecreaseRatio: 0,
});

/** Fills in what is not said, and gives this replica its share of what the followers of the ensemble bear together. */
export function limitsOf(said: Partial<ServerLimits> = {}, voterCount: number): ServerLimits {
  const limits = { ...LIMIT_DEFAULTS, ...said };
  const shares = voterCount > 2 ? voterCount - 1 : 1;
  return { ...limits, globalOutstandingLimit: Math.max(1, Math.floor(limits.globalOutstandingLimit / shares)) };
}
