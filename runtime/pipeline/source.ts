/**
 * The first step of a pipeline: pulls a generator, completes and checks what it yields, publishes it.
 *
 * The next batch is asked for only when the last was taken, so a full topic stops the generator. What is no event becomes
 * a dead letter; what a `generated` hook throws makes dead letters of the batch. A generator that throws has ended, named.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { PluginError } from '../../core/errors.ts';
import type { DeadLetter } from '../../core/events/contracts.ts';
import { type CloudEvent, completeEvent } from '../../core/events/envelope.ts';
import type { HookTable } from '../../core/hooks/plugin-hooks.ts';
import type { Generator } from '../../core/hooks/steps.ts';
import type { Seams } from './seams.ts';
import type { Topic } from './topic.ts';

/** Batches after which the event loop gets a turn, in case the generator never waits for anything. */
const BATCHES_PER_TURN = 32;

export type SourceState = 'running' | 'ended' | 'failed';

export interface SourceOptions {
  readonly pipeline: string;
  readonly plugin: string;
  readonly generator: Generator;
  readonly topic: Topic;
  readonly hooks: HookTable;
  readonly seams: Seams;
  /** Part of the ids that events are given, unique per start of the process. */
  readonly run: string;
  /** Aborted to stop the generator. */
  readonly signal: AbortSignal;
  readonly bury: (letter: DeadLetter) => void;
}

export class Source {
  readonly #options: SourceOptions;
  #state: SourceState = 'running';
  #generated = 0;
  #ids = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Events that went into the topic. */
  get generated(): number {
    return this.#generated;
  }

  /** Resolves when the generator has ended, for whatever reason; never rejects. */
  async run(): Promise<void> {
    const { generator, signal, plugin, pipeline, topic, seams } = this.#options;
    let batches = 0;
    try {
      for await (const yielded of generator) {
        if (signal.aborted) break;
        const events = this.#admit(Array.isArray(yielded) ? yielded : [yielded]);
        await topic.publish(events, signal);
        this.#generated += events.length;
        batches += 1;
        if (batches % BATCHES_PER_TURN === 0) await nextTurn();
      }
      this.#state = 'ended';
    } catch (cause) {
      this.#state = signal.aborted ? 'ended' : 'failed';
      if (this.#state === 'failed') {
        seams.log.warn(
          `${pipeline}: ${new PluginError(plugin, 'generate', cause).message}; its pipeline goes on without it`,
        );
      }
    }
  }

  #admit(yielded: readonly unknown[]): readonly CloudEvent[] {
    const { pipeline, plugin, topic, hooks, seams, run } = this.#options;
    const events: CloudEvent[] = [];
    const time = new Date(seams.clock.now()).toISOString();
    for (const value of yielded) {
      this.#ids += 1;
      try {
        events.push(completeEvent(value, { id: `${run}-${this.#ids}`, source: `/pipelines/${pipeline}`, time }));
      } catch (cause) {
        this.#bury(value, new PluginError(plugin, 'generate', cause));
      }
    }
    try {
      return hooks.generated.call(events, { pipeline, topic: topic.name });
    } catch (cause) {
      const error = cause instanceof PluginError ? cause : new PluginError(plugin, 'generated', cause);
      for (const event of events) this.#bury(event, error);
      return [];
    }
  }

  #bury(event: unknown, error: PluginError): void {
    const { pipeline, topic, seams, bury } = this.#options;
    const time = new Date(seams.clock.now()).toISOString();
    const cause = { plugin: error.plugin, hook: error.hook, message: error.message };
    bury({ pipeline, topic: topic.name, partition: null, offset: null, event, attempts: 0, time, cause });
  }
}
