/** All subcommands but `cli`, as commander reads them. Their work is in one file each, loaded when called. */

import { Command, CommanderError, Option } from 'commander';
import { ExitCode } from './exit-code.ts';
import { declareStart, wholeNumber } from './start-options.ts';
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
    .argument('[FILE...]', 'an rc file, a zoo.cfg, or the zoo.cfg of each server')
    .option('--origins', 'say where each value comes from', false)
    .action(async (files: readonly string[], { origins }: { readonly origins: boolean }) => {
      const { printConfig } = await import('./config.ts');
      exitCode = await printConfig({ origins, files });
    });

  program
    .command('purge')
    .description('remove old snapshots and transaction logs, all but those that recovery from the newest needs')
    .argument('<DIR...>', "a data directory; or the logs' directory, then the snapshots'")
    .option('-n <COUNT>', 'snapshots to keep, at least 3', wholeNumber(3, 1_000_000), 3)
    .action(async (directories: readonly string[], { n: count }: { readonly n: number }) => {
      const { runPurge } = await import('./purge.ts');
      exitCode = runPurge({ directories, count });
    });

  program
    .command('status')
    .description('show the replicas and pipelines of a running threadkeeper')
    .addOption(clientPortOption())
    .option('--json', 'as JSON', false)
    .action(async (options: { readonly clientPort: number; readonly json: boolean }) => {
      const { printStatus } = await import('./status.ts');
      exitCode = await printStatus(options);
    });

  program
    .command('doctor')
    .description('check whether this machine and configuration will do')
    .argument('[FILE...]', 'an rc file, a zoo.cfg, or the zoo.cfg of each server')
    .option('--json', 'as JSON', false)
    .action(async (files: readonly string[], { json }: { readonly json: boolean }) => {
      const { runDoctor } = await import('./doctor.ts');
      exitCode = await runDoctor({ files, json });
    });

  program
    .command('init')
    .description('write a configuration and a handler plugin to begin with')
    .argument('[DIR]', 'where to', '.')
    .action(async (directory: string) => {
      const { runInit } = await import('./init.ts');
      exitCode = runInit({ directory });
    });

  const debug = program.command('debug').description('inject faults into a running threadkeeper');
  debug
    .command('kill')
    .description("end a replica's thread without warning; a new one takes its place")
    .argument('<REPLICA>', 'the number of a replica, or leader')
    .addOption(clientPortOption())
    .action(async (replica: string, { clientPort }: { readonly clientPort: number }) => {
      const { killReplica } = await import('./status.ts');
      exitCode = await killReplica({ clientPort, replica });
    });
  debug
    .command('freeze')
    .description("block a replica's thread")
    .argument('<REPLICA>', 'the number of a replica, or leader')
    .argument('<MS>', 'for so many milliseconds', wholeNumber(1, 3_600_000))
    .addOption(clientPortOption())
    .action(async (replica: string, ms: number, { clientPort }: { readonly clientPort: number }) => {
      const { freezeReplica } = await import('./status.ts');
      exitCode = await freezeReplica({ clientPort, replica, ms });
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

/** A running threadkeeper is named by the port of its first replica. */
function clientPortOption(): Option {
  return new Option('--client-port <P>', 'client port of its first replica')
    .default(2181)
    .argParser(wholeNumber(1, 65_535));
}
