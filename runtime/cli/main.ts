#!/usr/bin/env node
/**
 * The command line. Each subcommand is loaded when it is called, so that none pays for the others: a `cli get` loads
 * neither the ensemble nor RxJS. Exit codes: exit-code.ts.
 */

import { ExitCode } from './exit-code.ts';

// A reader that has seen enough (`… | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? ExitCode.ok);
});

const [subcommand, ...rest] = process.argv.slice(2);
if (subcommand === 'cli') {
  // zkCli's options have one dash and many letters, which commander cannot read.
  const { runCli } = await import('./cli.ts');
  process.exitCode = await runCli(rest);
} else {
  const { runProgram } = await import('./program.ts');
  process.exitCode = await runProgram(process.argv);
}
