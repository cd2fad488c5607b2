/** The options of `threadkeeper start`: flags as typed, in; what `start.ts` takes, out. Values are checked here. */

import { type Command, InvalidArgumentError } from 'commander';

/** undefined: not given, so that environment, file and defaults decide. */
export interface StartOptions {
  /** An rc file, a zoo.cfg, or the zoo.cfg of each server; none: searched for. */
  readonly files: readonly string[];
  readonly replicas: number | undefined;
  /** Of the first replica; replica i listens on this + i - 1. */
  readonly clientPort: number | undefined;
  readonly dataDir: string | undefined;
  readonly inMemory: boolean | undefined;
  /** HTTP, of the first replica; numbered like `clientPort`. */
  readonly adminPort: number | undefined;
  readonly pipelines: boolean;
}

interface StartFlags {
  readonly replicas?: number;
  readonly clientPort?: number;
  readonly dataDir?: string;
  readonly inMemory?: boolean;
  readonly adminPort?: number;
  readonly pipelines: boolean;
}

const REPLICAS_MAX = 254;
const PORT_MAX = 65_535;

/** Adds the subcommand to a program; `onStart` gets what was asked for. */
export function declareStart(program: Command, onStart: (options: StartOptions) => Promise<void>): void {
  program
    .command('start')
    .description('run the ensemble and its pipelines, until SIGTERM or Ctrl-C')
    .argument(
      '[FILE...]',
      'an rc file, a zoo.cfg, or the zoo.cfg of each server (default: searched as cosmiconfig does)',
    )
    .option('--replicas <N>', 'number of replicas', wholeNumber(1, REPLICAS_MAX))
    .option(
      '--client-port <P>',
      'port of the first replica; replica i listens on P+i-1 (0: free ports)',
      wholeNumber(0, PORT_MAX),
    )
    .option('--data-dir <DIR>', 'where transaction logs and snapshots are kept')
    .option('--in-memory', 'keep nothing on disk: for tests')
    .option(
      '--admin-port <P>',
      'HTTP port of the first replica for commands, health and metrics; replica i: P+i-1 (0: free ports)',
      wholeNumber(0, PORT_MAX),
    )
    .option('--no-pipelines', 'run the ensemble only')
    .action(async (files: readonly string[], flags: StartFlags) => {
      const { replicas, clientPort, dataDir, inMemory, adminPort, pipelines } = flags;
      await onStart({ files, replicas, clientPort, dataDir, inMemory, adminPort, pipelines });
    });
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };
}
