/** The command line of `npm run bench`, checked once: wrong values end with exit code 2 and say what was expected. */

import { statfsSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly name: string;
  readonly isQuick: boolean;
  /** Starts of each side. */
  readonly repeats: number;
  readonly seconds: number;
  readonly warmup: number;
  /** Only rows whose name contains this. */
  readonly only: string;
  readonly sides: 'both' | 'ours' | 'theirs';
  readonly withLife: boolean;
  readonly record: boolean;
  readonly directory: string;
  readonly work: 'read' | 'set' | 'create' | 'mixed';
  readonly connections: number;
  readonly outstanding: number;
}

export class UsageError extends Error {}

const TMPFS_MAGIC = 0x01021994;

export const HELP = `npm run bench -- <name> [options]

  zookeeper   three durable replicas against three Apache ZooKeeper servers (Debian's package): throughput, latency,
              first write, write gap when the leader dies, memory
  start       from the start of our process to its line "ready" and to the first acknowledged write
  profile     our server under one load with --cpu-prof: the functions with most self time, thread by thread

  --quick              one start, one second a row; for a first look, never for a claim
  --repeats N          starts of each side (3; start: 15)
  --seconds S          measured seconds of a row (5)
  --warmup S           seconds before them (2)
  --only TEXT          only rows whose name contains TEXT
  --sides WHICH        both, ours or theirs (both)
  --no-life            without the leader's death and the memory of many znodes
  --record             write the tables into test/bench/RESULTS.md as well
  --dir DIR            where data directories go (/var/tmp); must be a disk
  --work KIND --connections C --outstanding D      the load of profile (set 10 100)

The sides take turns; each start is on an empty directory; figures are medians with [least–most] over the starts.
Full results go to test/bench/results/<name>.json.
`;

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  const isQuick = values.quick === true;
  const [name = '', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one bench at a time, not "${positionals.join(' ')}"`);
  const directory = values.dir ?? '/var/tmp';
  if (statfsSync(directory).type === TMPFS_MAGIC) throw new UsageError(`--dir ${directory} is memory, not a disk`);
  return {
    name,
    isQuick,
    repeats: positive('repeats', values.repeats, isQuick ? 1 : name === 'start' ? 15 : 3),
    seconds: positive('seconds', values.seconds, isQuick ? 1 : 5),
    warmup: positive('warmup', values.warmup, isQuick ? 0.5 : 2),
    only: values.only ?? '',
    sides: oneOf('sides', values.sides ?? 'both', ['both', 'ours', 'theirs'] as const),
    withLife: values['no-life'] !== true,
    record: values.record === true,
    directory,
    work: oneOf('work', values.work ?? 'set', ['read', 'set', 'create', 'mixed'] as const),
    connections: positive('connections', values.connections, 10),
    outstanding: positive('outstanding', values.outstanding, 100),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        repeats: { type: 'string' },
        seconds: { type: 'string' },
        warmup: { type: 'string' },
        only: { type: 'string' },
        sides: { type: 'string' },
        'no-life': { type: 'boolean' },
        record: { type: 'boolean' },
        dir: { type: 'string' },
        work: { type: 'string' },
        connections: { type: 'string' },
        outstanding: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`--${name} expects a number above 0, not "${text}"`);
  return value;
}

function oneOf<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${name} expects one of ${choices.join(', ')}, not "${text}"`);
  return found;
}
