/** A bench to try one plugin on: its recipe with checked options, and a context on a virtual clock. */

import type { Plugin } from '../../core/hooks/define.ts';
import { HookTable } from '../../core/hooks/plugin-hooks.ts';
import type { Clock, Generator, Handler, Propagator, StepContext, StepRecipe } from '../../core/hooks/steps.ts';
import { checkOptions } from '../../runtime/pipeline/options.ts';
import { VirtualClock } from './virtual-clock.ts';

const PLACE = { origin: 'test', key: 'options' };

export interface Bench {
  readonly context: StepContext;
  readonly clock: VirtualClock;
  readonly lines: string[];
  readonly stop: AbortController;
}

export function makeBench(directory = '.'): Bench {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const stop = new AbortController();
  const log = { info: (text: string) => void lines.push(text), warn: (text: string) => void lines.push(text) };
  const context = { pipeline: 'bench', topic: 'bench', directory, log, clock: clock as Clock, signal: stop.signal };
  return { context, clock, lines, stop };
}

function tableWith(plugin: Plugin, { context }: Bench): HookTable {
  const table = new HookTable((error) => context.log.warn(error.message));
  plugin.apply({ hooks: table.tapsFor(plugin.name), thread: 'main', log: context.log });
  table.seal();
  return table;
}

async function make<Step>(recipe: StepRecipe<Step> | null, options: unknown, { context }: Bench): Promise<Step> {
  if (recipe === null) throw new Error('the plugin makes no such step');
  return await recipe.create(await checkOptions(recipe, options, PLACE), context);
}

export async function makeGenerator(plugin: Plugin, options: unknown, bench: Bench): Promise<Generator> {
  return await make(tableWith(plugin, bench).generator.recipeOf(plugin.name), options, bench);
}

export async function makePropagator(plugin: Plugin, options: unknown, bench: Bench): Promise<Propagator> {
  return await make(tableWith(plugin, bench).propagator.recipeOf(plugin.name), options, bench);
}

export async function makeHandler(plugin: Plugin, options: unknown, bench: Bench): Promise<Handler> {
  return await make(tableWith(plugin, bench).handler.recipeOf(plugin.name), options, bench);
}
