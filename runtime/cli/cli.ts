/**
 * `threadkeeper cli`: zkCli for people without a JVM. With a command it runs that one and ends; without, it reads lines
 * at a prompt, or from stdin when that is no terminal: then there is no prompt, and only results are printed. (zkCli
 * also prints greetings and the session's events in both cases; here they are for the prompt.)
 */

import { ConfigError } from '../../core/errors.ts';
import { ExitCode } from './exit-code.ts';
import { describeCommands } from './shell/commands.ts';
import { INVOCATION_USAGE, type Invocation, parseInvocation } from './shell/invocation.ts';
import { Shell } from './shell/shell.ts';
import { STANDARD_OUTPUT, Terminal } from './shell/terminal.ts';

/** @param args  what follows `cli` @returns the exit code */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  try {
    const invocation = parseInvocation(args);
    if (invocation.wantsHelp) {
      STANDARD_OUTPUT.out(INVOCATION_USAGE + describeCommands());
      return ExitCode.ok;
    }
    return invocation.command.length > 0 ? await runCommand(invocation) : await runShell(invocation);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    STANDARD_OUTPUT.err(error.message);
    return ExitCode.usage;
  }
}

async function runCommand(invocation: Invocation): Promise<ExitCode> {
  const shell = new Shell({ ...invocation, ...STANDARD_OUTPUT, tellsSession: false });
  shell.history.push(invocation.command.join(' '));
  await shell.runWords(invocation.command);
  await shell.end();
  return shell.exitCode;
}

async function runShell(invocation: Invocation): Promise<ExitCode> {
  const terminal = new Terminal();
  const { out, err, isInteractive } = terminal;
  const shell = new Shell({ ...invocation, out, err, tellsSession: isInteractive });
  if (isInteractive) out(`Connecting to ${invocation.server}\nWelcome to Threadkeeper! help lists the commands.`);
  shell.open();
  await terminal.readLines(
    () => shell.prompt,
    async (line) => {
      await shell.runLine(line);
      return { isLast: shell.hasQuit };
    },
  );
  await shell.close();
  return shell.exitCode;
}
