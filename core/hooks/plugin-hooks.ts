/**
 * The hooks of the plugin API over tapable: one tap side per plugin, one call side for the runtime, sealed in between.
 *
 * A plugin sees `PluginHooks`: taps that already carry its name. The runtime holds `HookTable`. Once `seal()` was called a
 * tap throws, because each tap makes tapable recompile the next call (0.4 ms) and because a hook that changes under way
 * cannot be reasoned about. Whatever a tap throws comes out as a `PluginError` with the plugin's and the hook's name.
 * No hook lies on the path of a commit.
 */

import { AsyncSeriesHook, HookMap, SyncBailHook, SyncHook, SyncWaterfallHook } from 'tapable';
import { PluginError } from '../errors.ts';
import type { DeadLetter } from '../events/contracts.ts';
import type { CloudEvent } from '../events/envelope.ts';
import type { Generator, Handler, Propagator, StepRecipe } from './steps.ts';

/** What a plugin may tap. Every hook says its kind, its order, whether it may mutate, and what a throw does. */
export interface PluginHooks {
  /**
   * Makes generators of a name. Kind: sync bail map, called when a pipeline of the configuration uses the name.
   * Order: none, a name has one maker. A throw in `create` stops that pipeline's start.
   */
  readonly generator: StepTaps<Generator>;
  /** Makes propagators of a name; as `generator`. */
  readonly propagator: StepTaps<Propagator>;
  /** Makes handlers of a name; as `generator`, but on the thread that handles, once on each. */
  readonly handler: StepTaps<Handler>;

  /** Before any pipeline is made. Kind: async series, in load order. A throw stops the start. */
  readonly init: Tap<[LifecycleInfo], void | Promise<void>>;
  /** Pipelines are made, nothing flows yet. Kind: async series, in load order. A throw stops the start. */
  readonly start: Tap<[LifecycleInfo], void | Promise<void>>;
  /** Generators have stopped, what was under way is handled. Kind: async series. A throw is reported; the rest runs. */
  readonly drain: Tap<[LifecycleInfo], void | Promise<void>>;
  /** Everything is closed; let go of what you hold. Kind: async series. A throw is reported; the rest runs. */
  readonly stop: Tap<[LifecycleInfo], void | Promise<void>>;

  /**
   * Once per generated batch, before it is published. Kind: sync waterfall, in load order: each tap returns the events
   * that go on (fewer, others, the same); it must not mutate the array or the events it was given.
   * A throw makes dead letters of the batch.
   */
  readonly generated: Tap<[readonly CloudEvent[], BatchInfo], readonly CloudEvent[]>;
  /** Once per handled batch, after its effects are applied. Kind: sync, in load order; read only. A throw is reported. */
  readonly handled: Tap<[readonly CloudEvent[], BatchInfo], void>;
  /** Once per dead letter. Kind: sync, in load order; read only. A throw is reported. */
  readonly deadLettered: Tap<[DeadLetter], void>;
}

export interface Tap<Arguments extends readonly unknown[], Result> {
  /** @throws Error once loading has ended */
  tap(fn: (...args: Arguments) => Result): void;
}

export interface StepTaps<Step> {
  for(name: string): Tap<[], StepRecipe<Step>>;
}

export interface BatchInfo {
  readonly pipeline: string;
  readonly topic: string;
}

export interface LifecycleInfo {
  /** Names of the configured pipelines. */
  readonly pipelines: readonly string[];
}

export type StepKind = 'generator' | 'propagator' | 'handler';
type LifecycleName = 'init' | 'start' | 'drain' | 'stop';

/** The makers of one kind of step, by the name that `use` in the configuration says. */
export class StepTable<Step> {
  readonly kind: StepKind;
  readonly #hooks = new HookMap((_name: string) => new SyncBailHook<[], StepRecipe<Step>>([]));
  readonly #plugins = new Map<string, string>();

  constructor(kind: StepKind) {
    this.kind = kind;
  }

  get names(): readonly string[] {
    return [...this.#plugins.keys()];
  }

  /** The plugin that makes steps of the name; null when none does. */
  pluginOf(name: string): string | null {
    return this.#plugins.get(name) ?? null;
  }

  /** Null when no plugin makes steps of the name. @throws PluginError when the plugin's tap throws */
  recipeOf(name: string): StepRecipe<Step> | null {
    return this.#hooks.get(name)?.call() ?? null;
  }

  /** @throws Error when the name is taken */
  add({ plugin, name }: { readonly plugin: string; readonly name: string }, recipe: () => StepRecipe<Step>): void {
    const other = this.#plugins.get(name);
    if (other !== undefined) throw new Error(`${this.kind} ${name} is already made by plugin ${other}`);
    this.#plugins.set(name, plugin);
    this.#hooks.for(name).tap(plugin, () => attributed(plugin, `${this.kind} ${name}`, recipe));
  }
}

/** All hooks of one process (or of one handler thread), from the side that calls them. */
export class HookTable {
  readonly generator = new StepTable<Generator>('generator');
  readonly propagator = new StepTable<Propagator>('propagator');
  readonly handler = new StepTable<Handler>('handler');
  readonly #lifecycle = {
    init: new AsyncSeriesHook<[LifecycleInfo]>(['info']),
    start: new AsyncSeriesHook<[LifecycleInfo]>(['info']),
    drain: new AsyncSeriesHook<[LifecycleInfo]>(['info']),
    stop: new AsyncSeriesHook<[LifecycleInfo]>(['info']),
  };
  readonly generated = new SyncWaterfallHook<[readonly CloudEvent[], BatchInfo]>(['events', 'info']);
  readonly handled = new SyncHook<[readonly CloudEvent[], BatchInfo]>(['events', 'info']);
  readonly deadLettered = new SyncHook<[DeadLetter]>(['letter']);
  readonly #report: (error: PluginError) => void;
  #sealed = false;

  /** @param report  takes the failures that stop nothing */
  constructor(report: (error: PluginError) => void) {
    this.#report = report;
  }

  /** Ends loading. Idempotent. */
  seal(): void {
    this.#sealed = true;
  }

  /** The tap side for one plugin. */
  tapsFor(plugin: string): PluginHooks {
    return {
      generator: this.#stepTaps(plugin, this.generator),
      propagator: this.#stepTaps(plugin, this.propagator),
      handler: this.#stepTaps(plugin, this.handler),
      init: this.#lifecycleTap(plugin, 'init', 'fatal'),
      start: this.#lifecycleTap(plugin, 'start', 'fatal'),
      drain: this.#lifecycleTap(plugin, 'drain', 'reported'),
      stop: this.#lifecycleTap(plugin, 'stop', 'reported'),
      generated: this.#tap(plugin, 'generated', (fn) =>
        this.generated.tap(plugin, (events, info) => attributed(plugin, 'generated', () => fn(events, info))),
      ),
      handled: this.#tap(plugin, 'handled', (fn) =>
        this.handled.tap(plugin, (events, info) => this.#reported(plugin, 'handled', () => fn(events, info))),
      ),
      deadLettered: this.#tap(plugin, 'deadLettered', (fn) =>
        this.deadLettered.tap(plugin, (letter) => this.#reported(plugin, 'deadLettered', () => fn(letter))),
      ),
    };
  }

  /** @throws PluginError when a tap of `init` or `start` fails */
  async run(stage: LifecycleName, info: LifecycleInfo): Promise<void> {
    await this.#lifecycle[stage].promise(info);
  }

  #stepTaps<Step>(plugin: string, table: StepTable<Step>): StepTaps<Step> {
    return {
      for: (name) => this.#tap(plugin, `${table.kind} ${name}`, (fn) => table.add({ plugin, name }, fn)),
    };
  }

  #lifecycleTap(
    plugin: string,
    stage: LifecycleName,
    failure: 'fatal' | 'reported',
  ): Tap<[LifecycleInfo], void | Promise<void>> {
    return this.#tap(plugin, stage, (fn) =>
      this.#lifecycle[stage].tapPromise(plugin, async (info) => {
        try {
          await fn(info);
        } catch (cause) {
          const error = new PluginError(plugin, stage, cause);
          if (failure === 'fatal') throw error;
          this.#report(error);
        }
      }),
    );
  }

  #tap<Arguments extends readonly unknown[], Result>(
    plugin: string,
    hook: string,
    attach: (fn: (...args: Arguments) => Result) => void,
  ): Tap<Arguments, Result> {
    return {
      tap: (fn) => {
        if (this.#sealed) {
          throw new Error(`plugin ${plugin} taps ${hook} after loading ended: tap inside apply(host), not later`);
        }
        attach(fn);
      },
    };
  }

  #reported(plugin: string, hook: string, call: () => void): void {
    try {
      call();
    } catch (cause) {
      this.#report(new PluginError(plugin, hook, cause));
    }
  }
}

function attributed<Result>(plugin: string, hook: string, call: () => Result): Result {
  try {
    return call();
  } catch (cause) {
    throw new PluginError(plugin, hook, cause);
  }
}
