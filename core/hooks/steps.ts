/**
 * What the three kinds of plugin implement: generators, propagators, handlers, and what they are given.
 *
 * Everything that touches the machine (time, logging, cancelling) is in the context that is handed over, so a plugin can
 * be tested on a virtual clock. Back-pressure is pulling: a generator is asked for the next batch only when there is
 * room for it, and a propagator's `publish` resolves only when it has taken the events.
 */

import type { Delivery, HandlerResult } from '../events/contracts.ts';
import type { CloudEvent, EventInit } from '../events/envelope.ts';
import type { StandardSchema } from './standard-schema.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export interface PluginLog {
  info(text: string): void;
  warn(text: string): void;
}

/** What every step is given. */
export interface StepContext {
  /** Name of the pipeline, unique in the process. */
  readonly pipeline: string;
  readonly topic: string;
  /** Directory of the configuration file: relative paths in options start here. */
  readonly directory: string;
  readonly log: PluginLog;
  readonly clock: Clock;
  /** Aborted when the pipeline drains or closes. */
  readonly signal: AbortSignal;
}

/** E = G(t). Yields events, singly or in batches, each missing what the runtime can fill in. Its end ends the source. */
export type Generator = AsyncIterable<EventInit | readonly EventInit[]>;

/** P = T(E). Carries the events of one topic from whoever publishes to whoever subscribes. */
export interface Propagator {
  /** What a crash may cost: events ('at-most-once') or repetition ('at-least-once'). */
  readonly guarantee: 'at-most-once' | 'at-least-once';
  /** Most events a call of `publish` may bring. */
  readonly batchMax: number;
  /**
   * Takes events in order; resolves once they are taken as firmly as the guarantee says, which may mean waiting for room.
   * Rejects with the signal's reason when it is aborted first: then none of them was taken.
   */
  publish(events: readonly CloudEvent[], signal: AbortSignal): Promise<void>;
  /** Joins as a consumer group. A second member of one group shares the partitions with the first, or is refused. */
  subscribe(group: string): Subscription;
  /** Lets go of everything; pending pulls resolve with null. Idempotent. */
  close(): Promise<void>;
}

export interface Subscription {
  /**
   * The next deliveries, at least one and at most `max`, in order within each partition; waits for the first. Null once
   * the subscription is closed. One pull at a time.
   */
  pull(max: number): Promise<readonly Delivery[] | null>;
  /** These deliveries are done with: handled, or dead letters. Frees their room; a durable propagator moves its offsets. */
  settle(deliveries: readonly Delivery[]): Promise<void>;
  close(): Promise<void>;
}

/** H = P(E). One of the two methods; `close` when the thread lets go of it. */
export interface Handler {
  /** One event after another; a throw fails this event alone. */
  handle?(event: CloudEvent, delivery: Delivery): HandlerResult | undefined | Promise<HandlerResult | undefined>;
  /** A batch at once; a throw fails the batch, and its events come again one by one. Events of one key are in order. */
  handleBatch?(
    events: readonly CloudEvent[],
    deliveries: readonly Delivery[],
  ): HandlerResult | undefined | Promise<HandlerResult | undefined>;
  close?(): void | Promise<void>;
}

/** How a step is made: options are checked by the schema first, then handed to `create`. */
export interface StepRecipe<Step> {
  readonly options?: StandardSchema | undefined;
  create(options: unknown, context: StepContext): Step | Promise<Step>;
}
