/**
 * Completing the pipelines of a configuration: defaults filled in, names unique, one propagator per topic.
 *
 * Two pipelines may share a topic, each as its own consumer group; then they share its propagator, so they must not
 * disagree about it.
 */

import { isDeepStrictEqual } from 'node:util';
import type { ConfigProblem } from '../../core/errors.ts';
import { HANDLER_DEFAULTS, PIPELINE_DEFAULTS } from './defaults.ts';
import type { PipelineValues } from './schema.ts';
import type { HandlerConfig, PipelineConfig, StepConfig } from './types.ts';

export function completePipelines(
  values: readonly PipelineValues[],
  origin: string,
  problems: ConfigProblem[],
): readonly PipelineConfig[] {
  const names = new Set<string>();
  const propagators = new Map<string, StepConfig>();
  const pipelines: PipelineConfig[] = [];
  for (const [index, said] of values.entries()) {
    // Without a name or a topic the schema has complained already.
    if (said.name === undefined || said.topic === undefined) continue;
    const key = `pipelines[${index}]`;
    if (names.has(said.name)) {
      problems.push({ origin, key: `${key}.name`, expected: 'a name of its own', found: `a second "${said.name}"` });
    }
    names.add(said.name);
    const known = propagators.get(said.topic);
    const propagator = stepOf(said.propagator) ?? known ?? PIPELINE_DEFAULTS.propagator;
    if (known !== undefined && !isDeepStrictEqual(known, propagator)) {
      const expected = `the propagator that topic ${said.topic} already has (${known.use}), or none`;
      problems.push({ origin, key: `${key}.propagator`, expected, found: propagator.use });
    }
    propagators.set(said.topic, propagator);
    pipelines.push({
      name: said.name,
      topic: said.topic,
      generator: stepOf(said.generator),
      propagator,
      handler: handlerOf(said.handler),
      inFlightMax: said.inFlightMax ?? PIPELINE_DEFAULTS.inFlightMax,
    });
  }
  return pipelines;
}

function stepOf(
  said: { readonly use?: string | undefined; readonly options?: unknown } | null | undefined,
): StepConfig | null {
  return said?.use === undefined ? null : { use: said.use, options: said.options };
}

function handlerOf(said: PipelineValues['handler']): HandlerConfig | null {
  const step = stepOf(said);
  if (step === null || said === null || said === undefined) return null;
  return {
    ...step,
    threads: said.threads ?? HANDLER_DEFAULTS.threads,
    concurrency: said.concurrency ?? HANDLER_DEFAULTS.concurrency,
    batchMax: said.batchMax ?? HANDLER_DEFAULTS.batchMax,
    timeoutMs: said.timeoutMs ?? HANDLER_DEFAULTS.timeoutMs,
    memoryMiB: said.memoryMiB ?? HANDLER_DEFAULTS.memoryMiB,
    retry: {
      attempts: said.retry?.attempts ?? HANDLER_DEFAULTS.retry.attempts,
      delayMs: said.retry?.delayMs ?? HANDLER_DEFAULTS.retry.delayMs,
      maxDelayMs: said.retry?.maxDelayMs ?? HANDLER_DEFAULTS.retry.maxDelayMs,
      jitter: said.retry?.jitter ?? HANDLER_DEFAULTS.retry.jitter,
    },
  };
}
