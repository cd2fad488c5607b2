/**
 * Prometheus' text format 0.0.4: families of samples, each with what it means and of which type it is.
 *
 *     # HELP name text        \ and line ends escaped
 *     # TYPE name counter | gauge | summary
 *     name{label="value",…} number
 */

import type { Summary } from '../../../core/server/summary.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** What follows the family's name: `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'summary';
  readonly samples: readonly Sample[];
}

const QUANTILES = [0.5, 0.9, 0.99] as const;

export function formatFamily({ name, help, type, samples }: Family): string {
  const lines = samples.map(
    ({ suffix = '', labels = {}, value }) => `${name}${suffix}${formatLabels(labels)} ${formatNumber(value)}\n`,
  );
  const told = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return `# HELP ${name} ${told}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

export function summarySamples(summary: Summary): Sample[] {
  const quantiles = QUANTILES.map((quantile) => ({
    labels: { quantile: String(quantile) },
    value: summary.count === 0 ? Number.NaN : summary.quantile(quantile),
  }));
  return [...quantiles, { suffix: '_sum', value: summary.sum }, { suffix: '_count', value: summary.count }];
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
