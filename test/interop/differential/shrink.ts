/**
 * Makes a failing sequence small: leaves out runs of actions, halving their length, as long as some difference remains.
 * Each try gets a root of its own.
 */
import { compare, type Difference, type Sides } from './compare.ts';
import type { Action } from './operation.ts';
import { describeScript } from './script.ts';

export interface ShrinkOptions {
  readonly sides: Sides;
  readonly newRoot: () => string;
  /** The whole sequence, for a root. */
  readonly actionsFor: (root: string) => readonly Action[];
  /** The actions to begin with, by index, ascending. */
  readonly kept: readonly number[];
}

export interface Failure {
  /** What remains, by index in the whole sequence. */
  readonly kept: readonly number[];
  readonly script: readonly string[];
  readonly difference: Difference;
}

/** Each try plays the sequence on all sides; this many times at most. */
const TRIES_MAX = 400;
/** And no longer than this: a server that does not answer costs seconds each time. */
const TRY_MS = 60_000;

/** @returns null: it does not happen a second time */
export async function shrink(options: ShrinkOptions): Promise<Failure | null> {
  const deadline = performance.now() + TRY_MS;
  let best = await attempt(options, options.kept);
  let tries = 1;
  const mayTry = (): boolean => tries < TRIES_MAX && performance.now() < deadline;
  for (let size = (best?.kept.length ?? 0) >> 1; size >= 1 && mayTry(); size >>= 1) {
    for (let start = 0; best !== null && start < best.kept.length && mayTry(); ) {
      tries += 1;
      const smaller = await attempt(options, [...best.kept.slice(0, start), ...best.kept.slice(start + size)]);
      if (smaller === null) start += size;
      else best = smaller;
    }
  }
  return best;
}

async function attempt(options: ShrinkOptions, kept: readonly number[]): Promise<Failure | null> {
  const root = options.newRoot();
  const all = options.actionsFor(root);
  const actions = kept.flatMap((index) => all[index] ?? []);
  const difference = await compare(options.sides, root, actions);
  if (difference === null) return null;
  const needed = difference.index + 1;
  return { kept: kept.slice(0, needed), script: describeScript(actions.slice(0, needed)), difference };
}

export function describeFailure({ script, difference }: Failure): string {
  const { name, session, ours, apache } = difference;
  const told = (lines: readonly string[]): string => lines.map((line) => `\n    ${line}`).join('') || '\n    nothing';
  return [
    ...script.map((line) => `  ${line}`),
    `and then session ${session} was told`,
    `  by Apache:${told(apache)}`,
    `  by ${name}:${told(ours)}`,
  ].join('\n');
}
