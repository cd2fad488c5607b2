/**
 * From the configuration to the parts of the pipelines: plugins loaded, options checked, steps made; nothing flows yet.
 *
 * All configuration problems of all pipelines are gathered before any of them is reported. A plugin that cannot be loaded
 * or whose `create` throws is a `PluginError` with its name.
 */

import { ConfigError, type ConfigProblem, PluginError } from '../../core/errors.ts';
import type { StepKind, StepTable } from '../../core/hooks/plugin-hooks.ts';
import type { Generator, Propagator, StepContext, StepRecipe } from '../../core/hooks/steps.ts';
import { nearestName } from '../config/check.ts';
import type { Config, HandlerConfig, PipelineConfig, StepConfig } from '../config/types.ts';
import { builtInNames } from './built-in.ts';
import { openHandlerPool } from './handler-pool.ts';
import { type HandlerRunner, InlineRunner } from './handler-runner.ts';
import type { PluginLoader } from './loader.ts';
import { checkOptions } from './options.ts';
import type { Seams } from './seams.ts';

/** A step that can be made: its plugin, its recipe, its options as the schema returned them. */
export interface CheckedStep<Step> {
  readonly name: string;
  readonly plugin: string;
  readonly recipe: StepRecipe<Step>;
  readonly options: unknown;
}

export interface CheckedPipeline {
  readonly config: PipelineConfig;
  readonly generator: CheckedStep<Generator> | null;
  readonly propagator: CheckedStep<Propagator>;
  readonly handler: HandlerFactory | null;
}

export interface HandlerFactory {
  /** As the plugin names it, even where the configuration names a path. */
  readonly name: string;
  readonly plugin: string;
  readonly config: HandlerConfig;
  open(context: StepContext): Promise<HandlerRunner>;
}

export interface AssembleOptions {
  readonly config: Config;
  readonly loader: PluginLoader;
  /** What configuration errors call the place: the file, or `the program`. */
  readonly origin: string;
  readonly directory: string;
  readonly seams: Seams;
}

/** Loads every plugin, seals the hooks, checks every step. @throws PluginError, ConfigError */
export async function checkPipelines(options: AssembleOptions): Promise<readonly CheckedPipeline[]> {
  const { config, loader } = options;
  const problems: ConfigProblem[] = [];
  for (const { use, options: pluginOptions } of config.plugins) await loader.load(use, pluginOptions);
  const checked: CheckedPipeline[] = [];
  for (const [index, pipeline] of config.pipelines.entries()) {
    const key = `pipelines[${index}]`;
    const { generator: from, propagator: by, handler: to } = pipeline;
    const { hooks } = loader;
    const generator =
      from === null ? null : await checkStep(options, hooks.generator, from, `${key}.generator`, problems);
    const propagator = await checkStep(options, hooks.propagator, by, `${key}.propagator`, problems);
    const handler = to === null ? null : await checkHandler(options, to, `${key}.handler`, problems);
    if (propagator !== null) checked.push({ config: pipeline, generator, propagator, handler });
  }
  loader.hooks.seal();
  if (problems.length > 0) throw new ConfigError(problems);
  return checked;
}

/** Makes a step on this thread. @throws PluginError when `create` throws */
export async function makeStep<Step>(step: CheckedStep<Step>, kind: StepKind, context: StepContext): Promise<Step> {
  try {
    return await step.recipe.create(step.options, context);
  } catch (cause) {
    throw new PluginError(step.plugin, `${kind} ${step.name}`, cause);
  }
}

async function checkStep<Step>(
  { loader, origin }: AssembleOptions,
  table: StepTable<Step>,
  config: StepConfig,
  key: string,
  problems: ConfigProblem[],
): Promise<CheckedStep<Step> | null> {
  const name = await loader.loadStep(table, config.use);
  const recipe = name === null ? null : table.recipeOf(name);
  if (name === null || recipe === null) {
    problems.push(unknownStep({ kind: table.kind, use: config.use, key, origin, made: table.names }));
    return null;
  }
  const plugin = table.pluginOf(name) ?? name;
  const options = await gather(problems, () => checkOptions(recipe, config.options, { origin, key: `${key}.options` }));
  return { name, plugin, recipe, options };
}

async function checkHandler(
  assemble: AssembleOptions,
  config: HandlerConfig,
  key: string,
  problems: ConfigProblem[],
): Promise<HandlerFactory | null> {
  const { loader, origin, directory, seams } = assemble;
  const step = await checkStep(assemble, loader.hooks.handler, config, key, problems);
  const source = step === null ? null : loader.sourceOf(step.plugin);
  if (step === null || source === null) return null;
  const { name, plugin } = step;
  if (config.threads === 0) {
    const open = async (context: StepContext): Promise<HandlerRunner> =>
      new InlineRunner(await makeStep(step, 'handler', context), config);
    return { name, plugin, config, open };
  }
  if (!isPlain(config.options) || !isPlain(source.options)) {
    const expected = 'plain data: the handler runs on pool threads (threads: 0 runs it inline)';
    problems.push({
      origin,
      key: `${key}.options`,
      expected,
      found: 'a function or another value that cannot be sent',
    });
  }
  const open = async ({ pipeline, topic }: StepContext): Promise<HandlerRunner> => {
    const place = { pipeline, topic, directory, concurrency: config.concurrency };
    return await openHandlerPool({ source, name, options: config.options, ...place }, config, seams.log);
  };
  return { name, plugin, config, open };
}

/** Collects the problems of a ConfigError instead of throwing it. */
async function gather(problems: ConfigProblem[], check: () => Promise<unknown>): Promise<unknown> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

interface UnknownStep {
  readonly kind: StepKind;
  readonly use: string;
  readonly key: string;
  readonly origin: string;
  readonly made: readonly string[];
}

function unknownStep({ kind, use, key, origin, made }: UnknownStep): ConfigProblem {
  const known = [...new Set([...made, ...builtInNames(kind)])].sort();
  const near = nearestName(use, known);
  const hint = near === null ? '' : ` (did you mean ${near}?)`;
  const expected = `a ${kind}: ${known.join(', ')}, or the path of a plugin that makes one${hint}`;
  return { origin, key: `${key}.use`, expected, found: JSON.stringify(use) };
}
