/** Plays a sequence against both servers, finds the first difference, and makes a failing sequence small. */
import { inspect } from 'node:util';
import { play } from './play.ts';
import type { Root, Step } from './sequence.ts';

export interface Pair {
  readonly ours: number;
  readonly apache: number;
}

export interface Difference {
  readonly step: number;
  readonly session: number;
  readonly ours: readonly string[];
  readonly apache: readonly string[];
}

/** Shrinking replays the sequence on both servers each time; this many times at most. */
const ATTEMPTS_MAX = 150;

export async function compare(ports: Pair, steps: readonly Step[]): Promise<Difference | null> {
  const [ours, apache] = await Promise.all([play(ports.ours, steps), play(ports.apache, steps)]);
  for (const [step, sessions] of ours.entries()) {
    for (const [session, lines] of sessions.entries()) {
      const others = apache[step]?.[session] ?? [];
      if (lines.join('\n') !== others.join('\n')) return { step, session, ours: lines, apache: others };
    }
  }
  return null;
}

/**
 * Leaves out what is not needed for a difference: ever smaller runs of steps, then single requests.
 * @param at  makes the sequence's steps for a root of their own, since each try needs fresh znodes
 */
export async function shrink(
  ports: Pair,
  first: Difference,
  at: (root: Root) => Step[],
  makeRoot: () => Root,
): Promise<string> {
  let kept = at('').map((_, index) => index);
  let best: { steps: Step[]; difference: Difference } | null = null;
  let attempts = 0;
  const fails = async (candidate: readonly number[]): Promise<boolean> => {
    attempts += 1;
    const all = at(makeRoot());
    const steps = candidate.flatMap((index) => all[index] ?? []);
    const difference = await compare(ports, steps);
    if (difference === null) return false;
    best = { steps: steps.slice(0, difference.step + 1), difference };
    kept = candidate.slice(0, difference.step + 1);
    return true;
  };
  if (!(await fails(kept))) {
    return `it does not happen a second time. ${describeFailure({ steps: at('…').slice(0, first.step + 1), difference: first })}`;
  }
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1 && attempts < ATTEMPTS_MAX;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    // The first step makes the root; the last one shows the difference.
    for (let start = 1; start < kept.length - 1 && attempts < ATTEMPTS_MAX; ) {
      const without = [...kept.slice(0, start), ...kept.slice(Math.min(start + size, kept.length - 1))];
      if (!(await fails(without))) start += size;
    }
  }
  return best === null ? '' : describeFailure(best);
}

function describeFailure({ steps, difference }: { steps: readonly Step[]; difference: Difference }): string {
  const lines = steps.map((step) => `  ${inspect(step, { depth: 6, breakLength: Number.POSITIVE_INFINITY })}`);
  const told = (by: readonly string[]): string => by.map((line) => `\n    ${line}`).join('') || '\n    nothing';
  return [
    `${steps.length} steps suffice; after the last one session ${difference.session} was told`,
    `  by us:${told(difference.ours)}`,
    `  by Apache:${told(difference.apache)}`,
    'Steps:',
    ...lines,
  ].join('\n');
}
