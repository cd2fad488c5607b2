/**
 * One batch through one handler, on whatever thread: events in, outcomes out, never a throw.
 *
 * An outcome covers the events that share a fate: with `handle`, those of one key that went well, and each that failed;
 * with `handleBatch`, the whole batch. After an event failed, later events of its key are skipped, so that none overtakes it. Failures travel as text, because an error
 * loses its class and fields between threads.
 */

import type { Delivery, HandlerResult } from '../../core/events/contracts.ts';
import { parseHandlerResult } from '../../core/events/handler-result.ts';
import type { Handler } from '../../core/hooks/steps.ts';

export type Outcome =
  | { readonly status: 'done'; readonly indexes: readonly number[]; readonly result: HandlerResult }
  | { readonly status: 'failed'; readonly indexes: readonly number[]; readonly message: string }
  /** Not tried: comes again with the same attempt number. */
  | { readonly status: 'skipped'; readonly indexes: readonly number[] };

/** @param concurrency  events of different keys that `handle` may have under way at once */
export async function handleBatch(
  handler: Handler,
  deliveries: readonly Delivery[],
  concurrency: number,
): Promise<readonly Outcome[]> {
  if (handler.handleBatch !== undefined) return [await handleTogether(handler, deliveries)];
  if (handler.handle !== undefined) return await handleByKey(handler, deliveries, concurrency);
  return failAll(deliveries, 'it has neither handle nor handleBatch');
}

/** The same fate for all events of a batch. */
export function failAll(deliveries: readonly unknown[], message: string): readonly Outcome[] {
  return [{ status: 'failed', indexes: indexesOf(deliveries), message }];
}

async function handleTogether(handler: Handler, deliveries: readonly Delivery[]): Promise<Outcome> {
  const indexes = indexesOf(deliveries);
  try {
    const events = deliveries.map(({ event }) => event);
    return { status: 'done', indexes, result: portable(await handler.handleBatch?.(events, deliveries)) };
  } catch (error) {
    return { status: 'failed', indexes, message: messageOf(error) };
  }
}

/** Events of one key one after another; as many keys side by side as allowed, in the order of their first events. */
async function handleByKey(
  handler: Handler,
  deliveries: readonly Delivery[],
  concurrency: number,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const runs = runsByKey(deliveries).values();
  const lane = async (): Promise<void> => {
    for (const run of runs) await handleRun(handler, run, outcomes);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, deliveries.length) }, lane));
  return outcomes;
}

interface Run {
  readonly indexes: number[];
  readonly deliveries: Delivery[];
}

function runsByKey(deliveries: readonly Delivery[]): readonly Run[] {
  const runs: Run[] = [];
  const byKey = new Map<string, Run>();
  for (const [index, delivery] of deliveries.entries()) {
    let run = delivery.key === null ? undefined : byKey.get(delivery.key);
    if (run === undefined) {
      run = { indexes: [], deliveries: [] };
      runs.push(run);
      if (delivery.key !== null) byKey.set(delivery.key, run);
    }
    run.indexes.push(index);
    run.deliveries.push(delivery);
  }
  return runs;
}

/** What went well in one run is one outcome: its effects are applied together, so none of them can overtake another. */
async function handleRun(handler: Handler, { indexes, deliveries }: Run, outcomes: Outcome[]): Promise<void> {
  const results: HandlerResult[] = [];
  let failure: string | null = null;
  for (const delivery of deliveries) {
    try {
      results.push(portable(await handler.handle?.(delivery.event, delivery)));
    } catch (error) {
      failure = messageOf(error);
      break;
    }
  }
  const done = results.length;
  if (done > 0) outcomes.push({ status: 'done', indexes: indexes.slice(0, done), result: joined(results) });
  if (failure === null) return;
  outcomes.push({ status: 'failed', indexes: indexes.slice(done, done + 1), message: failure });
  if (done + 1 < indexes.length) outcomes.push({ status: 'skipped', indexes: indexes.slice(done + 1) });
}

function joined(results: readonly HandlerResult[]): HandlerResult {
  const [only] = results;
  if (only !== undefined && results.length === 1) return only;
  return {
    znodes: results.flatMap(({ znodes }) => znodes ?? []),
    events: results.flatMap(({ events }) => events ?? []),
  };
}

/** Checked, and of a kind that crosses threads: emitted events may carry anything in `data`. */
function portable(value: unknown): HandlerResult {
  const result = parseHandlerResult(value);
  return result.events === undefined ? result : { ...result, events: structuredClone(result.events) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
}

function indexesOf(list: readonly unknown[]): readonly number[] {
  return list.map((_, index) => index);
}
