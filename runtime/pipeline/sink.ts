/**
 * The last step of a pipeline: pulls deliveries, starts batches in key order, applies their effects, retries, gives up.
 *
 * Credits bound it: at most `inFlightMax` deliveries are held here, from the pull until they are settled, so a slow
 * handler (or an ensemble that is away) stops the pulling, the propagator fills up, and the generator waits.
 *
 *     pull ─▶ order ─▶ runner ─▶ effects ─▶ emitted events ─▶ settle
 *               ▲         │ failed  │ refused
 *               └─ retry ─┴─────────┴──▶ dead letter ─▶ settle
 *
 * A lane of the runner is free again as soon as its batch is handled; the batch's keys are free when it is settled.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { PluginError } from '../../core/errors.ts';
import type { DeadLetter, EmittedEvent, HandlerResult } from '../../core/events/contracts.ts';
import { type Attempt, KeyedOrder } from '../../core/events/ordering.ts';
import { nextDelayMs } from '../../core/events/retry.ts';
import type { HookTable } from '../../core/hooks/plugin-hooks.ts';
import type { Subscription } from '../../core/hooks/steps.ts';
import type { HandlerConfig } from '../config/types.ts';
import type { EffectWriter } from './effect-writer.ts';
import type { Outcome } from './handle-batch.ts';
import type { HandlerRunner } from './handler-runner.ts';
import type { Seams } from './seams.ts';

export interface SinkOptions {
  readonly pipeline: string;
  readonly topic: string;
  readonly plugin: string;
  /** Name of the handler. */
  readonly step: string;
  readonly handler: HandlerConfig;
  readonly inFlightMax: number;
  readonly subscription: Subscription;
  readonly runner: HandlerRunner;
  readonly writer: EffectWriter;
  readonly hooks: HookTable;
  readonly seams: Seams;
  readonly bury: (letter: DeadLetter) => void;
  /** Says what is wrong with the events a handler emits, before anything is applied; null when nothing is. */
  readonly refuse: (events: readonly EmittedEvent[]) => string | null;
  /** Publishes what a handler emitted; never rejects. */
  readonly emit: (events: readonly EmittedEvent[], from: string) => Promise<void>;
}

export class Sink {
  readonly #options: SinkOptions;
  readonly #order = new KeyedOrder();
  readonly #closing = new AbortController();
  #busyLanes = 0;
  #alarm: AbortController | null = null;
  #pulling = false;
  /** Resolvers of those who wait for any change of `held` or `idle`. */
  #waiting: (() => void)[] = [];
  #handled = 0;
  #retried = 0;

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  /** Events whose effects are applied. */
  get handled(): number {
    return this.#handled;
  }

  /** Attempts that failed and were put back. */
  get retried(): number {
    return this.#retried;
  }

  /** Deliveries pulled and not settled. Never above `inFlightMax`. */
  get held(): number {
    return this.#order.held;
  }

  /** Resolves once nothing is held here and nothing waits in the propagator, or the sink is closed. */
  async untilIdle(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      // A turn of the event loop lets a pull that has something to give be answered; one still open then has nothing.
      await nextTurn();
      if (this.#order.held === 0 && this.#pulling) return;
      if (this.#order.held > 0) await this.#change();
    }
  }

  /** Pulls until the subscription closes. Rejects with a PluginError when the propagator fails. */
  async run(): Promise<void> {
    const { subscription, inFlightMax } = this.#options;
    while (!this.#closing.signal.aborted) {
      const room = inFlightMax - this.#order.held;
      if (room === 0) {
        await this.#change();
        continue;
      }
      this.#pulling = true;
      const deliveries = await subscription.pull(room);
      this.#pulling = false;
      if (deliveries === null) return;
      this.#order.offer(deliveries);
      this.#dispatch();
    }
  }

  /** Resolves at the next change; for those who wait until the sink is idle. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Stops pulling and retrying; batches under way end with their thread. Idempotent. */
  async close(): Promise<void> {
    const { subscription, runner, writer } = this.#options;
    this.#closing.abort(new Error('the pipeline was closed'));
    this.#alarm?.abort();
    this.#wake();
    await subscription.close();
    writer.close();
    await runner.close();
  }

  #dispatch(): void {
    const { runner, handler, seams } = this.#options;
    while (this.#busyLanes < runner.lanes && !this.#closing.signal.aborted) {
      const batch = this.#order.take(handler.batchMax, seams.clock.now());
      if (batch.length === 0) break;
      this.#busyLanes += 1;
      void this.#handle(batch);
    }
    this.#setAlarm();
  }

  async #handle(batch: readonly Attempt[]): Promise<void> {
    const { runner } = this.#options;
    const outcomes = await runner.run(batch.map(({ delivery }) => delivery));
    this.#busyLanes -= 1;
    this.#dispatch();
    if (this.#closing.signal.aborted) return;
    await Promise.all(outcomes.map((outcome) => this.#conclude(outcome, pick(batch, outcome.indexes))));
    this.#wake();
    this.#dispatch();
  }

  async #conclude(outcome: Outcome, attempts: readonly Attempt[]): Promise<void> {
    switch (outcome.status) {
      case 'done':
        return await this.#apply(outcome.result, attempts);
      case 'failed':
        return await this.#fail(attempts, outcome.message);
      case 'skipped':
        // Behind the event of its key that failed, whose parking time holds for the whole key.
        for (const attempt of attempts) this.#order.retry(attempt, { atMs: 0, attempt: attempt.attempt });
    }
  }

  async #apply({ znodes = [], events = [] }: HandlerResult, attempts: readonly Attempt[]): Promise<void> {
    const { writer, hooks, pipeline, topic, refuse, emit } = this.#options;
    const refused = refuse(events);
    if (refused !== null) return await this.#fail(attempts, refused);
    try {
      await writer.apply(znodes);
    } catch (error) {
      // Closed on the way: the effects may be applied or not, and nobody is left to be told.
      if (this.#closing.signal.aborted) return;
      return await this.#fail(attempts, error instanceof Error ? error.message : String(error));
    }
    if (events.length > 0) await emit(events, pipeline);
    this.#handled += attempts.length;
    await this.#settle(attempts);
    if (hooks.handled.isUsed()) {
      hooks.handled.call(
        attempts.map(({ delivery }) => delivery.event),
        { pipeline, topic },
      );
    }
  }

  async #fail(attempts: readonly Attempt[], message: string): Promise<void> {
    const { handler, seams } = this.#options;
    const lost: Attempt[] = [];
    for (const attempt of attempts) {
      const delay = nextDelayMs(handler.retry, attempt.attempt, seams.random());
      if (delay === null) {
        lost.push(attempt);
        continue;
      }
      this.#retried += 1;
      this.#order.retry(attempt, { atMs: seams.clock.now() + delay, attempt: attempt.attempt + 1 });
    }
    for (const attempt of lost) this.#bury(attempt, message);
    await this.#settle(lost);
  }

  #bury({ delivery, attempt }: Attempt, message: string): void {
    const { pipeline, topic, plugin, step, seams, bury } = this.#options;
    const hook = `handler ${step}`;
    const cause = { plugin, hook, message: new PluginError(plugin, hook, new Error(message)).message };
    const time = new Date(seams.clock.now()).toISOString();
    const { partition, offset, event } = delivery;
    bury({ pipeline, topic, partition, offset, event, attempts: attempt, time, cause });
  }

  async #settle(attempts: readonly Attempt[]): Promise<void> {
    if (attempts.length === 0) return;
    const { subscription, pipeline, seams } = this.#options;
    try {
      await subscription.settle(attempts.map(({ delivery }) => delivery));
    } catch (error) {
      // The effects are applied: what a propagator forgets it may deliver again, as its guarantee says.
      seams.log.warn(new PluginError(pipeline, 'propagator settle', error).message);
    }
    for (const attempt of attempts) this.#order.finish(attempt);
    this.#wake();
  }

  /** One timer for the earliest parked key. */
  #setAlarm(): void {
    this.#alarm?.abort();
    this.#alarm = null;
    const atMs = this.#order.nextWakeMs;
    if (atMs === null || this.#closing.signal.aborted) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    const { clock } = this.#options.seams;
    clock.wait(Math.max(0, atMs - clock.now()), alarm.signal).then(
      () => this.#dispatch(),
      () => {}, // replaced by an earlier alarm, or closed
    );
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function pick(batch: readonly Attempt[], indexes: readonly number[]): readonly Attempt[] {
  return indexes.flatMap((index) => batch[index] ?? []);
}
