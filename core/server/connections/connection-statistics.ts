/**
 * What monitors are told of one connection (ServerCnxn's statistics; `cons` in zookeeper-facts 11.1). A handful of
 * numbers, written where packets come and go; nobody in the core decides by them.
 */

/** Above every latency: nothing was answered yet. */
const NONE = 2 ** 30 - 1;

export class ConnectionStatistics {
  /** Milliseconds since 1970. */
  readonly establishedMs: number;
  received = 0;
  sent = 0;
  /** Monotonic: when the client was heard of last. */
  lastHeardMs: number;
  /** Op code of the last request answered; 0: none. */
  lastOpCode = 0;
  lastCxid = -1;
  lastZxid = -1;
  /** Monotonic: when the last answer was made; 0: never. */
  lastResponseMs = 0;
  lastLatencyMs = 0;
  maxLatencyMs = 0;
  #minLatencyMs = NONE;
  #latencyCount = 0;
  #latencySumMs = 0;

  constructor(wallMs: number, nowMs: number) {
    this.establishedMs = wallMs;
    this.lastHeardMs = nowMs;
  }

  get minLatencyMs(): number {
    return this.#minLatencyMs === NONE ? 0 : this.#minLatencyMs;
  }

  /** Whole milliseconds, cut off. */
  get averageLatencyMs(): number {
    return this.#latencyCount === 0 ? 0 : Math.floor(this.#latencySumMs / this.#latencyCount);
  }

  onAnswered(cxid: number, zxid: number, opCode: number, nowMs: number, latencyMs: number): void {
    // Of pings and the like, whose xids are negative, the client's last request of its own is not displaced.
    if (cxid >= 0) this.lastCxid = cxid;
    this.lastZxid = zxid;
    this.lastOpCode = opCode;
    this.lastResponseMs = nowMs;
    this.lastLatencyMs = latencyMs;
    if (latencyMs < this.#minLatencyMs) this.#minLatencyMs = latencyMs;
    if (latencyMs > this.maxLatencyMs) this.maxLatencyMs = latencyMs;
    this.#latencyCount += 1;
    this.#latencySumMs += latencyMs;
  }

  /** As `crst` does: everything but when it was established. */
  reset(): void {
    this.received = 0;
    this.sent = 0;
    this.lastOpCode = 0;
    this.lastCxid = -1;
    this.lastZxid = -1;
    this.lastResponseMs = 0;
    this.lastLatencyMs = 0;
    this.maxLatencyMs = 0;
    this.#minLatencyMs = NONE;
    this.#latencyCount = 0;
    this.#latencySumMs = 0;
  }
}
