/**
 * The pool thread's side of a handler: loads its plugin once, then turns batches into outcomes.
 *
 * In: the handler's origin (worker data) and one `HandlerTask` per call. Out: a `TaskReply` of plain data; it never
 * throws, because an error would lose its fields on the way and Piscina would take one at start for a broken pool.
 */

import { workerData } from 'node:worker_threads';
import type { Delivery } from '../../core/events/contracts.ts';
import type { Handler, PluginLog } from '../../core/hooks/steps.ts';
import { failAll, handleBatch, type Outcome } from './handle-batch.ts';
import { PluginLoader, type PluginSource } from './loader.ts';
import { checkOptions } from './options.ts';
import { systemClock } from './seams.ts';

/** Where the handler comes from: all a thread needs to make it. Plain data. */
export interface HandlerOrigin {
  readonly source: PluginSource;
  readonly name: string;
  readonly options: unknown;
  /** Events of different keys that a handler which waits may have under way at once. */
  readonly concurrency: number;
  readonly pipeline: string;
  readonly topic: string;
  readonly directory: string;
}

/** An empty batch only loads the handler. */
export interface HandlerTask {
  readonly deliveries: readonly Delivery[];
}

export interface TaskReply {
  readonly outcomes: readonly Outcome[];
  /** What the handler logged, in order: at most `LOG_LINES_MAX` lines a task, the rest is counted. */
  readonly lines: readonly string[];
}

const LOG_LINES_MAX = 100;

let lines: string[] = [];
let dropped = 0;
const log: PluginLog = { info: (text) => note(text), warn: (text) => note(text) };

let loading: Promise<Handler> | null = null;

export default async function run({ deliveries }: HandlerTask): Promise<TaskReply> {
  let outcomes: readonly Outcome[];
  try {
    const origin = originIn(workerData);
    loading ??= loadHandler(origin);
    const handler = await loading;
    outcomes = deliveries.length === 0 ? [] : await handleBatch(handler, deliveries, origin.concurrency);
  } catch (error) {
    // The next task tries to load again.
    loading = null;
    outcomes = failAll(deliveries, error instanceof Error ? error.message : String(error));
  }
  return { outcomes, lines: takeLines() };
}

async function loadHandler(origin: HandlerOrigin): Promise<Handler> {
  const { source, name, options, pipeline, topic, directory } = origin;
  const report = (error: Error): void => log.warn(error.message);
  const loader = new PluginLoader({ directory, thread: 'handler', log, report });
  await loader.loadSource(name, source);
  loader.hooks.seal();
  const recipe = loader.hooks.handler.recipeOf(name);
  if (recipe === null) throw new Error(`the plugin makes no handler ${name} on this thread`);
  const checked = await checkOptions(recipe, options, { origin: 'configuration', key: `${pipeline}.handler.options` });
  // A pool thread is ended, never asked: its signal stays silent.
  const { signal } = new AbortController();
  return await recipe.create(checked, { pipeline, topic, directory, log, clock: systemClock, signal });
}

function originIn(data: unknown): HandlerOrigin {
  if (typeof data === 'object' && data !== null && 'source' in data) return data as HandlerOrigin;
  throw new Error('the thread was started without a handler');
}

function note(text: string): void {
  if (lines.length < LOG_LINES_MAX) lines.push(text);
  else dropped += 1;
}

function takeLines(): readonly string[] {
  const taken = dropped === 0 ? lines : [...lines, `… and ${dropped} more lines`];
  lines = [];
  dropped = 0;
  return taken;
}
