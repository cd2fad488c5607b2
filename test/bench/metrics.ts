/**
 * The figures of the comparison with Apache ZooKeeper: how each is called, in which unit, and which ratio (ours to
 * theirs) it has to reach. A sample is what one start of one side gave, by key.
 */

import { FILL_COUNT, LOAD_ROWS, type LoadRow, OFFERED_ROWS } from './rows.ts';

export type Sample = Readonly<Record<string, number>>;

/** `least` is what a release needs, `goal` what we are after. */
export interface Target {
  readonly direction: 'atLeast' | 'atMost';
  readonly least: number;
  readonly goal: number;
}

export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly target?: Target;
}

export const throughputKey = (row: LoadRow) => `${row.name} op/s`;
export const p50Key = (row: LoadRow) => `${row.name} p50`;
export const p99Key = (row: LoadRow) => `${row.name} p99`;
export const sideCoresKey = (row: LoadRow) => `${row.name} cores`;
/** What neither the side nor the generator used, but somebody else on the machine. */
export const foreignCoresKey = (row: LoadRow) => `${row.name} foreign cores`;
export const generatorCoresKey = (row: LoadRow) => `${row.name} generator cores`;

export const THROUGHPUT: readonly Metric[] = LOAD_ROWS.map((row) => ({
  key: throughputKey(row),
  title: row.name,
  unit: 'k/s',
  ...throughputTarget(row),
}));

export const LATENCY: readonly Metric[] = [...OFFERED_ROWS, ...LOAD_ROWS].flatMap((row) => [
  { key: p50Key(row), title: `${row.name} p50`, unit: 'ms', ...p50Target(row) },
  { key: p99Key(row), title: `${row.name} p99`, unit: 'ms', ...p99Target(row) },
]);

export const LIFE: readonly Metric[] = [
  {
    key: 'first write',
    title: 'start of the process to the first acknowledged write',
    unit: 'ms',
    target: { direction: 'atMost', least: 0.25, goal: 0.12 },
  },
  gap('gap follower', 'write gap when the leader dies, client on a follower'),
  gap('gap leader', 'write gap when the leader dies, client on the leader'),
  memory('memory idle', 'memory, idle', 0.6, 0.4),
  memory('memory loaded', 'memory after the load', 0.4, 0.2),
  memory('memory filled', `memory with ${FILL_COUNT / 1000} k znodes of 16 B more`, 0.4, 0.2),
];

function throughputTarget(row: LoadRow): Pick<Metric, 'target'> {
  if (row.connections * row.outstanding < 1_000 || row.work === 'mixed') return {};
  return row.work === 'read'
    ? { target: { direction: 'atLeast', least: 2, goal: 4 } }
    : { target: { direction: 'atLeast', least: 2.5, goal: 5 } };
}

function p50Target(row: LoadRow): Pick<Metric, 'target'> {
  if (row.connections > 1) return {};
  return { target: { direction: 'atMost', least: 0.8, goal: 0.4 } };
}

function p99Target(row: LoadRow): Pick<Metric, 'target'> {
  return row.rate === undefined ? {} : { target: { direction: 'atMost', least: 0.5, goal: 0.2 } };
}

function gap(key: string, title: string): Metric {
  return { key, title, unit: 'ms', target: { direction: 'atMost', least: 0.1, goal: 0.03 } };
}

function memory(key: string, title: string, least: number, goal: number): Metric {
  return { key, title, unit: 'MiB', target: { direction: 'atMost', least, goal } };
}
