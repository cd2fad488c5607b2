/**
 * `threadkeeper cli`: zkCli for people without a JVM. With a command it runs that one and ends; without, it reads lines
 * at a prompt, or from stdin when that is no terminal: then there is no prompt, and only results are printed. (zkCli
 * also prints greetings and the session's events in both cases; here they are for the prompt.)
 */

import { ConfigError } from '../../core/errors.ts';
import type { ClientOptions } from '../client/options.ts';
import { ExitCode } from './exit-code.ts';
import { INVOCATION_USAGE, type Invocation, parseInvocation } from './shell/invocation.ts';
import type { Output } from './shell/output.ts';
import { Shell, type ShellOptions } from './shell/shell.ts';

/** Straight to this process's stdout and stderr. */
const STANDARD_OUTPUT: Output = {
  out: (text) => {
    process.stdout.write(text);
    process.stdout.write('\n');
  },
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** @param args  what follows `cli` @returns the exit code */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  try {
    const invocation = parseInvocation(args);
    if (invocation.wantsHelp) return await printHelp();
    const options = {
      ...invocation,
      clientOptions: await clientOptions(invocation),
      tellsSession: false,
    };
    return invocation.command.length > 0
      ? await runCommand(invocation.command, { ...options, ...STANDARD_OUTPUT })
      : await runShell(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const document = { error: { code: 'USAGE', message: error.message, path: null, exitCode: ExitCode.usage } };
    STANDARD_OUTPUT.err(args.includes('--json') ? JSON.stringify(document) : error.message);
    return ExitCode.usage;
  }
}

async function printHelp(): Promise<ExitCode> {
  const { helpOnCommands } = await import('./shell/help.ts');
  const { text } = await helpOnCommands();
  STANDARD_OUTPUT.out([`${INVOCATION_USAGE.trimEnd()}`, ...text()].join('\n'));
  return ExitCode.ok;
}

async function clientOptions({ configurationFile, allowsReadOnly }: Invocation): Promise<ClientOptions> {
  if (configurationFile === null) return { allowsReadOnly };
  const { readClientConfiguration } = await import('./shell/client-configuration.ts');
  return { allowsReadOnly, ...readClientConfiguration(configurationFile) };
}

async function runCommand(command: readonly string[], options: ShellOptions): Promise<ExitCode> {
  const shell = new Shell(options);
  shell.history.push(command.join(' '));
  await shell.runWords(command);
  await shell.end();
  return shell.exitCode;
}

async function runShell(options: Omit<ShellOptions, keyof Output>): Promise<ExitCode> {
  const { runShellSession } = await import('./shell/session.ts');
  return await runShellSession(options, STANDARD_OUTPUT);
}
