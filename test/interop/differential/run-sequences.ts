/** Plays sequences seed by seed until one of ours is told something else than Apache's, and then makes that one small. */
import { compare, type Sides } from './compare.ts';
import type { Action } from './operation.ts';
import { makeSequence } from './sequence.ts';
import { describeFailure, shrink } from './shrink.ts';

export interface RunOptions {
  readonly sides: Sides;
  /** Of the first sequence; each further one has the next. */
  readonly seed: number;
  readonly sequences: number;
  /** Actions of a sequence. */
  readonly length: number;
  /** Of each sequence only these actions, by index. */
  readonly only?: readonly number[] | undefined;
  /** Called after each sequence. */
  readonly onSequence?: (seed: number) => void;
}

/** @returns the report on the first sequence that differs; null: none does */
export async function runSequences(options: RunOptions): Promise<string | null> {
  const { sides, seed: first, sequences, length, onSequence = () => undefined } = options;
  const newRoot = rootsOf();
  const all = Array.from({ length }, (_, index) => index);
  const kept = options.only ?? all;
  for (let seed = first; seed < first + sequences; seed++) {
    const actionsFor = (root: string): Action[] => makeSequence({ seed, root, length, dialect: sides.dialect });
    const root = newRoot();
    const actions = actionsFor(root);
    const difference = await compare(
      sides,
      root,
      kept.flatMap((index) => actions[index] ?? []),
    );
    onSequence(seed);
    if (difference === null) continue;
    const failure = await shrink({ sides, newRoot, actionsFor, kept });
    if (failure === null) return `seed ${seed}: told something else once, not twice: ${JSON.stringify(difference)}`;
    const replay = `--seed ${seed} --length ${length} --only ${failure.kept.join(',')}`;
    return `seed ${seed}:\n${describeFailure(failure)}\nReplay: npm run soak -- differential ${replay}`;
  }
  return null;
}

function rootsOf(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `/r${count}`;
  };
}
