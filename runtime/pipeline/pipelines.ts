/**
 * All pipelines of a configuration, from start to close: the one entry of this folder.
 *
 * Start: load plugins, check, hooks `init`, make topics, sources and sinks, hooks `start`, let events flow.
 * Drain: stop the generators, wait until what is under way is handled, hooks `drain`.
 * Close: end everything in the order of the flow, hooks `stop`. Nothing here can stop a replica.
 */

import type { Observable } from 'rxjs';
import { PluginError } from '../../core/errors.ts';
import type { DeadLetter, EmittedEvent } from '../../core/events/contracts.ts';
import { type CloudEvent, completeEvent, type EventInit } from '../../core/events/envelope.ts';
import type { StepContext } from '../../core/hooks/steps.ts';
import type { Config } from '../config/types.ts';
import { type CheckedPipeline, checkPipelines, makeStep } from './assemble.ts';
import { DeadLetters } from './dead-letters.ts';
import { EffectWriter } from './effect-writer.ts';
import { PluginLoader } from './loader.ts';
import { type Seams, SYSTEM_SEAMS } from './seams.ts';
import { Sink } from './sink.ts';
import { Source } from './source.ts';
import { Topic } from './topic.ts';
import type { Znodes } from './znodes.ts';

export interface PipelinesOptions {
  readonly config: Config;
  /** Where relative paths start: the directory of the configuration file. */
  readonly directory: string;
  /** What errors call the configuration. Default `configuration`. */
  readonly origin?: string;
  readonly znodes: Znodes;
  readonly seams?: Seams;
}

export interface PipelineStatus {
  readonly name: string;
  readonly topic: string;
  /** 'running', 'ended' (its generator has), 'failed' (its generator has thrown) or 'no generator'. */
  readonly generator: 'running' | 'ended' | 'failed' | 'no generator';
  readonly generated: number;
  /** Deliveries under way, at most `inFlightMax`. */
  readonly inFlight: number;
  readonly handled: number;
  readonly retried: number;
  readonly deadLetters: number;
}

export interface TopicStatus {
  readonly name: string;
  readonly guarantee: 'at-most-once' | 'at-least-once';
  readonly published: number;
  /** Events that slow observers lost. */
  readonly dropped: number;
}

export interface PipelinesStatus {
  readonly pipelines: readonly PipelineStatus[];
  readonly topics: readonly TopicStatus[];
}

/** How long a drain waits for generators, and then for handlers. */
export const DRAIN_TIMEOUT_MS = 10_000;

interface Running {
  readonly name: string;
  readonly topic: Topic;
  readonly source: Source | null;
  readonly sink: Sink | null;
  readonly letters: DeadLetters;
  readonly flows: Promise<void>[];
}

/**
 * Starts the pipelines. Resolves when events flow.
 * @throws ConfigError for a step that nobody makes or options that its schema refuses
 * @throws PluginError for a plugin that does not load, apply, create, init or start; nothing is left running then
 */
export async function startPipelines(options: PipelinesOptions): Promise<Pipelines> {
  const seams = options.seams ?? SYSTEM_SEAMS;
  const report = (error: Error): void => seams.log.warn(error.message);
  const loader = new PluginLoader({ directory: options.directory, thread: 'main', log: seams.log, report });
  const origin = options.origin ?? 'configuration';
  const [checked, { observeFeed }] = await Promise.all([
    checkPipelines({ config: options.config, loader, origin, directory: options.directory, seams }),
    import('./observe.ts'),
  ]);
  const pipelines = new Pipelines(options, seams, loader, observeFeed);
  try {
    await pipelines.open(checked);
  } catch (error) {
    await pipelines.close();
    throw error;
  }
  return pipelines;
}

export class Pipelines {
  readonly #options: PipelinesOptions;
  readonly #seams: Seams;
  readonly #loader: PluginLoader;
  readonly #observeFeed: typeof import('./observe.ts').observeFeed;
  readonly #run: string;
  readonly #topics = new Map<string, Topic>();
  readonly #running: Running[] = [];
  /** Stops generators. */
  readonly #draining = new AbortController();
  /** Stops everything that waits. */
  readonly #closing = new AbortController();
  #closed: Promise<void> | null = null;
  #ids = 0;

  /** Use `startPipelines`. */
  constructor(
    options: PipelinesOptions,
    seams: Seams,
    loader: PluginLoader,
    observeFeed: typeof import('./observe.ts').observeFeed,
  ) {
    this.#options = options;
    this.#seams = seams;
    this.#loader = loader;
    this.#observeFeed = observeFeed;
    this.#run = Math.floor(seams.random() * 2 ** 48).toString(36);
  }

  /** Hot, bounded, without replay; see `observeFeed`. @throws RangeError for a topic that no pipeline has */
  events(topic: string): Observable<CloudEvent> {
    return this.#observeFeed(this.#topicNamed(topic).feed);
  }

  /**
   * Publishes events from outside. Resolves once the topic's propagator has taken them; waits while it has no room.
   * @throws EventFormatError before anything is published; RangeError for an unknown topic
   */
  async publish(topic: string, events: readonly EventInit[]): Promise<void> {
    const target = this.#topicNamed(topic);
    await target.publish(
      events.map((event) => this.#complete(event, '/api')),
      this.#draining.signal,
    );
  }

  status(): PipelinesStatus {
    return {
      pipelines: this.#running.map(({ name, topic, source, sink, letters }) => ({
        name,
        topic: topic.name,
        generator: source?.state ?? 'no generator',
        generated: source?.generated ?? 0,
        inFlight: sink?.held ?? 0,
        handled: sink?.handled ?? 0,
        retried: sink?.retried ?? 0,
        deadLetters: letters.count,
      })),
      topics: [...this.#topics.values()].map(({ name, propagator, published, feed }) => ({
        name,
        guarantee: propagator.guarantee,
        published,
        dropped: feed.dropped,
      })),
    };
  }

  /** Dead letters still known, oldest first, of one pipeline or of all. */
  deadLetters(pipeline?: string): readonly DeadLetter[] {
    return this.#running
      .filter(({ name }) => pipeline === undefined || name === pipeline)
      .flatMap(({ letters }) => letters.list());
  }

  /** Stops the generators and waits until everything published is handled. Bounded; says by name what did not end. */
  async drain(): Promise<void> {
    this.#draining.abort(new Error('the pipelines drain'));
    const late = AbortSignal.any([AbortSignal.timeout(DRAIN_TIMEOUT_MS), this.#closing.signal]);
    await Promise.all(this.#running.map((running) => this.#drainOne(running, late)));
    await this.#loader.hooks.run('drain', this.#info());
  }

  /** Ends all pipelines; without a drain before it, events under way are lost as the guarantee allows. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Makes the parts and starts the flow; called once, by `startPipelines`. */
  async open(checked: readonly CheckedPipeline[]): Promise<void> {
    const { hooks } = this.#loader;
    const info = { pipelines: checked.map(({ config }) => config.name) };
    await hooks.run('init', info);
    for (const pipeline of checked) await this.#make(pipeline);
    await hooks.run('start', info);
    for (const { source, sink, flows, name } of this.#running) {
      if (sink !== null) flows.push(sink.run().catch((error: unknown) => this.#report(name, error)));
      if (source !== null) flows.push(source.run());
    }
  }

  async #make({ config, generator, propagator, handler }: CheckedPipeline): Promise<void> {
    const { name } = config;
    const { hooks } = this.#loader;
    const context = this.#contextOf(name, config.topic);
    let topic = this.#topics.get(config.topic);
    if (topic === undefined) {
      topic = new Topic(config.topic, await makeStep(propagator, 'propagator', context));
      this.#topics.set(topic.name, topic);
    }
    const letters = new DeadLetters();
    const bury = (letter: DeadLetter): void => this.#bury(letters, letter);
    const shared = { pipeline: name, hooks, seams: this.#seams, bury };
    const source =
      generator === null
        ? null
        : new Source({
            ...shared,
            plugin: generator.plugin,
            generator: await makeStep(generator, 'generator', context),
            topic,
            run: this.#run,
            signal: this.#draining.signal,
          });
    const sink =
      handler === null
        ? null
        : new Sink({
            ...shared,
            topic: topic.name,
            plugin: handler.plugin,
            step: handler.name,
            handler: handler.config,
            inFlightMax: config.inFlightMax,
            subscription: topic.propagator.subscribe(name),
            runner: await handler.open(context),
            writer: new EffectWriter({
              znodes: this.#options.znodes,
              pipeline: name,
              run: this.#run,
              frameBytesMax: this.#options.config.ensemble.maxFrameBytes,
              seams: this.#seams,
            }),
            refuse: (events) => this.#refuse(events),
            emit: (events, from) => this.#emit(events, from),
          });
    this.#running.push({ name, topic, source, sink, letters, flows: [] });
  }

  #contextOf(pipeline: string, topic: string): StepContext {
    const { log, clock } = this.#seams;
    const { directory } = this.#options;
    return { pipeline, topic, directory, log, clock, signal: this.#draining.signal };
  }

  #complete(event: EventInit, source: string): CloudEvent {
    this.#ids += 1;
    const time = new Date(this.#seams.clock.now()).toISOString();
    return completeEvent(event, { id: `${this.#run}-e${this.#ids}`, source, time });
  }

  #topicNamed(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic !== undefined) return topic;
    throw new RangeError(
      `no pipeline has the topic ${name} (topics: ${[...this.#topics.keys()].join(', ') || 'none'})`,
    );
  }

  #refuse(events: readonly EmittedEvent[]): string | null {
    try {
      for (const { topic, event } of events) {
        this.#topicNamed(topic);
        this.#complete(event, '/check');
      }
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** One topic after another, and only as long as there is room: a circle of full topics must not stand still for ever. */
  async #emit(events: readonly EmittedEvent[], from: string): Promise<void> {
    for (const { topic, event } of events) {
      const complete = this.#complete(event, `/pipelines/${from}`);
      const signal = AbortSignal.any([AbortSignal.timeout(DRAIN_TIMEOUT_MS), this.#closing.signal]);
      try {
        await this.#topicNamed(topic).publish([complete], signal);
      } catch (error) {
        const { letters } = this.#running.find(({ name }) => name === from) ?? {};
        if (letters === undefined || this.#closing.signal.aborted) return;
        const message = `topic ${topic} had no room for ${DRAIN_TIMEOUT_MS} ms: ${String(error)}`;
        const time = new Date(this.#seams.clock.now()).toISOString();
        const cause = { plugin: from, hook: 'emit', message };
        const place = { partition: null, offset: null, attempts: 1 };
        this.#bury(letters, { pipeline: from, topic, event: complete, time, cause, ...place });
      }
    }
  }

  #bury(letters: DeadLetters, letter: DeadLetter): void {
    letters.add(letter);
    this.#loader.hooks.deadLettered.call(letter);
    // Told at 1, 2, 4, 8 …: a flood of bad events must not become a flood of lines.
    if (Number.isInteger(Math.log2(letters.count))) {
      this.#seams.log.warn(`${letter.pipeline}: dead letter ${letters.count}: ${letter.cause.message}`);
    }
  }

  async #drainOne({ name, flows, source, sink }: Running, late: AbortSignal): Promise<void> {
    const ended = async (): Promise<void> => {
      if (source !== null) await flows.at(-1);
      await sink?.untilIdle();
    };
    const timeout = new Promise<'late'>((resolve) => {
      if (late.aborted) resolve('late');
      else late.addEventListener('abort', () => resolve('late'), { once: true });
    });
    if ((await Promise.race([ended(), timeout])) !== 'late') return;
    const what = source?.state === 'running' ? 'generator' : 'handler';
    this.#seams.log.warn(`${name}: its ${what} did not come to an end in ${DRAIN_TIMEOUT_MS} ms`);
  }

  async #close(): Promise<void> {
    this.#draining.abort(new Error('the pipelines close'));
    this.#closing.abort(new Error('the pipelines close'));
    for (const { sink } of this.#running) await sink?.close();
    for (const topic of this.#topics.values()) await topic.close();
    await this.#loader.hooks.run('stop', this.#info());
  }

  #info(): { readonly pipelines: readonly string[] } {
    return { pipelines: this.#running.map(({ name }) => name) };
  }

  #report(pipeline: string, error: unknown): void {
    this.#seams.log.warn(new PluginError(pipeline, 'propagator', error).message);
  }
}
