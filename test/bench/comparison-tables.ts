/** Turns the samples of both sides into Markdown tables: figures with spread, ratio, target, and who used which core. */

import {
  foreignCoresKey,
  generatorCoresKey,
  LATENCY,
  LIFE,
  type Metric,
  type Sample,
  sideCoresKey,
  THROUGHPUT,
  throughputKey,
} from './metrics.ts';
import { LOAD_ROWS, type LoadRow, OFFERED_ROWS } from './rows.ts';
import { markdownTable, showNumber, showSpread, spreadOf } from './spread.ts';

export interface Samples {
  readonly ours: readonly Sample[];
  readonly theirs: readonly Sample[];
}

export interface Names {
  readonly ours: string;
  readonly theirs: string;
}

export function comparisonTables(samples: Samples, names: Names, ceiling: Sample): string {
  return [
    'Operations, thousands a second:',
    comparison(THROUGHPUT, samples, names, 1000),
    'Latency, milliseconds:',
    comparison(LATENCY, samples, names, 1),
    'Life of an ensemble:',
    comparison(LIFE, samples, names, 1),
    'CPU seconds used in a second of each row (others: everything else on the machine), and what the generator reaches against a server that only echoes:',
    coresTable(samples, names, ceiling),
  ].join('\n\n');
}

function comparison(metrics: readonly Metric[], samples: Samples, names: Names, divisor: number): string {
  const taken = metrics.filter(({ key }) => [...samples.ours, ...samples.theirs].some((sample) => key in sample));
  const rows = taken.map((metric) => {
    const ours = spreadOf(valuesOf(samples.ours, metric.key));
    const theirs = spreadOf(valuesOf(samples.theirs, metric.key));
    const ratio = ours === undefined || theirs === undefined ? undefined : ours.median / theirs.median;
    const title = metrics === LIFE ? `${metric.title}, ${metric.unit}` : metric.title;
    return [title, showSpread(ours, divisor), showSpread(theirs, divisor), showRatio(ratio), showTarget(metric, ratio)];
  });
  return markdownTable([['', names.ours, names.theirs, 'ratio', 'target'], ...rows]);
}

function coresTable(samples: Samples, names: Names, ceiling: Sample): string {
  const everyone = [...samples.ours, ...samples.theirs];
  const taken = [...OFFERED_ROWS, ...LOAD_ROWS].filter((row) => everyone.some((sample) => sideCoresKey(row) in sample));
  const rows = taken.map((row) => [
    row.name,
    showSpread(spreadOf(valuesOf(samples.ours, sideCoresKey(row)))),
    showSpread(spreadOf(valuesOf(samples.ours, generatorCoresKey(row)))),
    showSpread(spreadOf(valuesOf(samples.theirs, sideCoresKey(row)))),
    showSpread(spreadOf(valuesOf(samples.theirs, generatorCoresKey(row)))),
    showSpread(spreadOf(valuesOf(everyone, foreignCoresKey(row)))),
    showCeiling(ceiling[row.name], samples, row),
  ]);
  return markdownTable([
    ['', names.ours, 'its generator', names.theirs, 'its generator', 'others', 'generator alone, k/s'],
    ...rows,
  ]);
}

function valuesOf(samples: readonly Sample[], key: string): readonly number[] {
  return samples.flatMap((sample) => sample[key] ?? []);
}

function showRatio(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${showNumber(ratio)}×`;
}

function showTarget({ target }: Metric, ratio: number | undefined): string {
  if (target === undefined) return '';
  const sign = target.direction === 'atLeast' ? '≥' : '≤';
  const text = `${sign} ${target.least}× (${target.goal}×)`;
  if (ratio === undefined) return text;
  const reaches = (wanted: number) => (target.direction === 'atLeast' ? ratio >= wanted : ratio <= wanted);
  if (reaches(target.goal)) return `${text} goal met`;
  return `${text} ${reaches(target.least) ? 'met' : '**missed**'}`;
}

/**
 * The factor is over the faster side. Below two it is emphasised where the generator was busy as well: a generator that
 * slept more than half of the time was waiting for the servers, whatever an echo on the same cores allows.
 */
function showCeiling(operationsPerSecond: number | undefined, samples: Samples, row: LoadRow): string {
  if (operationsPerSecond === undefined) return '–';
  const sides = [samples.ours, samples.theirs];
  const medians = (key: string) => sides.map((side) => spreadOf(valuesOf(side, key))?.median ?? 0);
  const factor = operationsPerSecond / Math.max(...medians(throughputKey(row)));
  const isSuspect = factor < 2 && Math.max(...medians(generatorCoresKey(row))) > 0.5;
  const text = `${showNumber(operationsPerSecond / 1000)}, ${showNumber(factor)}×`;
  return isSuspect ? `**${text}**` : text;
}
