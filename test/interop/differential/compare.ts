/** Plays a sequence with us and with Apache, finds the first difference, and makes a failing sequence small. */
import { inspect } from 'node:util';
import { play } from './play.ts';
import type { Root, Step } from './sequence.ts';

/** Client ports. All of them have lived through the same sequences before, so that even the root's Stat is the same. */
export interface Targets {
  readonly apache: readonly number[];
  /** Our ensembles by name. */
  readonly ours: ReadonlyMap<string, readonly number[]>;
}

export interface Difference {
  /** The ensemble of ours that answered differently. */
  readonly name: string;
  readonly step: number;
  readonly session: number;
  readonly ours: readonly string[];
  readonly apache: readonly string[];
}

/** Shrinking replays the sequence everywhere each time; this many times at most. */
const ATTEMPTS_MAX = 150;

export async function compare(targets: Targets, steps: readonly Step[]): Promise<Difference | null> {
  const names = [...targets.ours.keys()];
  const [apache, ...all] = await Promise.all(
    [targets.apache, ...targets.ours.values()].map((ports) => play(ports, steps)),
  );
  for (const [index, ours] of all.entries()) {
    for (const [step, sessions] of ours.entries()) {
      for (const [session, lines] of sessions.entries()) {
        const others = apache?.[step]?.[session] ?? [];
        const name = names[index] ?? '';
        if (lines.join('\n') !== others.join('\n')) return { name, step, session, ours: lines, apache: others };
      }
    }
  }
  return null;
}

/**
 * Leaves out what is not needed for a difference: ever smaller runs of steps.
 * @param stepsFor  the sequence for a root of its own, since each try needs fresh znodes
 */
export async function shrink(
  targets: Targets,
  first: Difference,
  stepsFor: (root: Root) => Step[],
  makeRoot: () => Root,
): Promise<string> {
  let kept = stepsFor('').map((_, index) => index);
  let report = '';
  let attempts = 0;
  const fails = async (candidate: readonly number[]): Promise<boolean> => {
    attempts += 1;
    const all = stepsFor(makeRoot());
    const steps = candidate.flatMap((index) => all[index] ?? []);
    const difference = await compare(targets, steps);
    if (difference === null) return false;
    report = describeFailure(steps, difference);
    kept = candidate.slice(0, difference.step + 1);
    return true;
  };
  if (!(await fails(kept))) return `it does not happen a second time. ${describeFailure(stepsFor('…'), first)}`;
  for (let size = kept.length >> 1; size >= 1 && attempts < ATTEMPTS_MAX; size >>= 1) {
    // The first step makes the root; the last one shows the difference.
    for (let start = 1; start < kept.length - 1 && attempts < ATTEMPTS_MAX; ) {
      const without = [...kept.slice(0, start), ...kept.slice(Math.min(start + size, kept.length - 1))];
      if (!(await fails(without))) start += size;
    }
  }
  return report;
}

function describeFailure(steps: readonly Step[], { name, step, session, ours, apache }: Difference): string {
  const needed = steps.slice(0, step + 1);
  const told = (lines: readonly string[]): string => lines.map((line) => `\n    ${line}`).join('') || '\n    nothing';
  return [
    `after the last of ${needed.length} steps session ${session} was told`,
    `  by ${name}:${told(ours)}`,
    `  by Apache:${told(apache)}`,
    'Steps:',
    ...needed.map((each) => `  ${inspect(each, { depth: 6, breakLength: Number.POSITIVE_INFINITY })}`),
  ].join('\n');
}
