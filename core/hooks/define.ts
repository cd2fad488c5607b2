/**
 * The plugin itself: a name and `apply(host)`, written out or made by one of the three `define…` functions.
 *
 * A plugin module exports a plugin as its default, or a function from the options of the configuration to one. The same
 * module is loaded on the main thread and, for a handler on the pool, once more on each handler thread: keep its top
 * level free of side effects.
 */

import type { PluginHooks } from './plugin-hooks.ts';
import type { StandardSchema } from './standard-schema.ts';
import type { Generator, Handler, PluginLog, Propagator, StepContext, StepRecipe } from './steps.ts';

export interface Plugin {
  /** What errors and logs call it: letters, digits, and `- _ . / @`. */
  readonly name: string;
  /** Taps hooks. Called once per thread that loads the plugin; must not start anything by itself (that is `hooks.start`). */
  apply(host: PluginHost): void;
}

/** What a plugin may reach. */
export interface PluginHost {
  readonly hooks: PluginHooks;
  /** 'main', or 'handler' on a pool thread, where only the `handler` hook is ever called. */
  readonly thread: 'main' | 'handler';
  readonly log: PluginLog;
}

/** A plugin module's default export. */
export type PluginExport = Plugin | ((options: unknown) => Plugin);

interface StepDefinition<Options> {
  /** Name of the plugin and of the step, as `use` in the configuration says it. */
  readonly name: string;
  /** Checks the options and fills in defaults. Without one, options are not accepted. */
  readonly options?: StandardSchema<unknown, Options>;
}

export interface GeneratorDefinition<Options> extends StepDefinition<Options> {
  /** E = G(t): usually an `async *generate`. */
  generate(options: Options, context: StepContext): Generator;
}

export interface PropagatorDefinition<Options> extends StepDefinition<Options> {
  create(options: Options, context: StepContext): Propagator | Promise<Propagator>;
}

export interface HandlerDefinition<Options> extends StepDefinition<Options> {
  create(options: Options, context: StepContext): Handler | Promise<Handler>;
}

/** A plugin that makes one generator, used under the plugin's own name. */
export function defineGenerator<Options = undefined>(definition: GeneratorDefinition<Options>): Plugin {
  const recipe = recipeOf<Options, Generator>(definition, (options, context) => definition.generate(options, context));
  return { name: definition.name, apply: (host) => host.hooks.generator.for(definition.name).tap(() => recipe) };
}

/** A plugin that makes one propagator, used under the plugin's own name. */
export function definePropagator<Options = undefined>(definition: PropagatorDefinition<Options>): Plugin {
  const recipe = recipeOf<Options, Propagator>(definition, (options, context) => definition.create(options, context));
  return { name: definition.name, apply: (host) => host.hooks.propagator.for(definition.name).tap(() => recipe) };
}

/** A plugin that makes one handler, used under the plugin's own name. */
export function defineHandler<Options = undefined>(definition: HandlerDefinition<Options>): Plugin {
  const recipe = recipeOf<Options, Handler>(definition, (options, context) => definition.create(options, context));
  return { name: definition.name, apply: (host) => host.hooks.handler.for(definition.name).tap(() => recipe) };
}

function recipeOf<Options, Step>(
  { options: schema }: StepDefinition<Options>,
  create: (options: Options, context: StepContext) => Step | Promise<Step>,
): StepRecipe<Step> {
  return {
    options: schema,
    // The runtime hands over what the schema of this same definition returned, so the type is the schema's.
    create: (options, context) => create(options as Options, context),
  };
}
