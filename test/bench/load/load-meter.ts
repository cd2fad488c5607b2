/**
 * What one run of the load generator adds up, over all its connections. It counts only between `begin` and `end`;
 * what came before is warm-up, what comes after is draining.
 */

import { LatencyHistogram } from './latency-histogram.ts';
import type { AckSink } from './pipelined-connection.ts';

export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  readonly operationsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Longest time without an acknowledgement on any of the connections together: the gap of a failover when there is one. */
  readonly longestGapMs: number;
  /** Replies with an error, by ZooKeeper's number; they are not among the operations. */
  readonly errors: Readonly<Record<string, number>>;
  readonly reconnects: number;
  /** User and system time of the generator's own process in the same span. */
  readonly generatorCpuSeconds: number;
}

export class LoadMeter implements AckSink {
  readonly #latency = new LatencyHistogram();
  readonly #errors: Record<string, number> = {};
  #running = false;
  #beganAtMs = 0;
  #endedAtMs = 0;
  #lastAckAtMs = 0;
  #longestGapMs = 0;
  #reconnects = 0;
  #cpuAtBegin = process.cpuUsage();
  #cpu = process.cpuUsage();

  begin(nowMs: number): void {
    this.#running = true;
    this.#beganAtMs = nowMs;
    this.#lastAckAtMs = nowMs;
    this.#cpuAtBegin = process.cpuUsage();
  }

  end(nowMs: number): void {
    this.#running = false;
    this.#endedAtMs = nowMs;
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastAckAtMs);
    this.#cpu = process.cpuUsage(this.#cpuAtBegin);
  }

  /** A chunk with at least one acknowledgement came in. */
  onAcksArrived(nowMs: number): void {
    if (!this.#running) return;
    const gapMs = nowMs - this.#lastAckAtMs;
    if (gapMs > this.#longestGapMs) this.#longestGapMs = gapMs;
    this.#lastAckAtMs = nowMs;
  }

  onAck(latencyMs: number, err: number): void {
    if (!this.#running) return;
    if (err === 0) this.#latency.add(latencyMs);
    else this.#errors[err] = (this.#errors[err] ?? 0) + 1;
  }

  onReconnect(): void {
    if (this.#running) this.#reconnects++;
  }

  result(): LoadResult {
    const seconds = (this.#endedAtMs - this.#beganAtMs) / 1000;
    return {
      operations: this.#latency.count,
      seconds,
      operationsPerSecond: this.#latency.count / seconds,
      latencyMs: {
        p50: this.#latency.percentileMs(0.5),
        p90: this.#latency.percentileMs(0.9),
        p99: this.#latency.percentileMs(0.99),
        max: this.#latency.maxMs,
      },
      longestGapMs: this.#longestGapMs,
      errors: this.#errors,
      reconnects: this.#reconnects,
      generatorCpuSeconds: (this.#cpu.user + this.#cpu.system) / 1e6,
    };
  }
}
