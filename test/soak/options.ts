/** The command line of `npm run soak`, checked once: wrong values end with exit code 2 and say what was expected. */

import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly name: string;
  readonly seed: number;
  readonly sequences: number;
  readonly length: number;
  /** Indexes of actions, ascending. */
  readonly only: readonly number[] | undefined;
  readonly classPath: string | undefined;
  readonly cases: number;
}

export class UsageError extends Error {}

export const HELP = `npm run soak -- <name> [options]

  differential   random sequences of operations against us and against Apache ZooKeeper (Debian's package): every reply
                 and event must agree; the first sequence that does not is made small and printed
    --sequences N      how many (1000)
    --length N         actions of each (300)
    --only 3,17,20     of each sequence only these actions: what a report names to replay
    --class-path PATH  another Apache ZooKeeper, 3.9, than Debian's

  frames         malformed input, made from a seed: every reader of foreign bytes, the frame decoder, whole replicas, our
                 client's decoder, and a running ensemble with neighbours, over sockets
    --cases N          how many in all (1000000)

  --seed S       of the first sequence or case (1)
`;

export function parseOptions(args: readonly string[]): SoakOptions {
  const { values, positionals } = parse(args);
  const [name = '', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one soak at a time, not "${positionals.join(' ')}"`);
  return {
    name,
    seed: count('seed', values.seed, 1),
    sequences: count('sequences', values.sequences, values.only === undefined ? 1000 : 1),
    length: count('length', values.length, 300),
    only: values.only?.split(',').map((text) => count('only', text, 0)),
    classPath: values['class-path'],
    cases: count('cases', values.cases, 1_000_000),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        sequences: { type: 'string' },
        length: { type: 'string' },
        only: { type: 'string' },
        'class-path': { type: 'string' },
        cases: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new UsageError(`--${name} expects a count, not "${text}"`);
  return value;
}
