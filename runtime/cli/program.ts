/** All subcommands but `cli`, as commander reads them. Their work is in one file each, loaded when called. */

import { Command, CommanderError } from 'commander';
import { ExitCode } from './exit-code.ts';
import { declareStart } from './start-options.ts';
import { readVersion } from './version.ts';

/** @param argv  as in process.argv @returns the exit code */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.ok;
  const program = new Command('threadkeeper')
    .description('A ZooKeeper-compatible ensemble and an event pipeline in one process')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .showHelpAfterError('(threadkeeper --help lists the commands)');

  declareStart(program, async (options) => {
    const { runStart } = await import('./start.ts');
    exitCode = await runStart(options);
  });

  // For the list of commands only: main.ts takes `cli` before commander sees it.
  program
    .command('cli')
    .description("zkCli's commands against any ZooKeeper-compatible server; a shell without COMMAND")
    .usage('[-server HOST:PORT[,…][/chroot]] [COMMAND …]');

  program
    .command('config')
    .description('look into the configuration')
    .command('print')
    .description('print the configuration in force')
    .argument('[FILE]', 'an rc file or a zoo.cfg')
    .option('--origins', 'say where each value comes from', false)
    .action(async (file: string | undefined, { origins }: { readonly origins: boolean }) => {
      const { printConfig } = await import('./config.ts');
      exitCode = await printConfig({ origins, ...(file === undefined ? {} : { file }) });
    });

  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are asked for and end with 0; everything else that commander refuses is a mistake in usage.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  return exitCode;
}
