/** What `help`, `-h` and mistakes show of the commands. */

import type { Command, CommandResult } from './command.ts';
import { loadCommands } from './commands.ts';
import type { OptionSpec } from './flags.ts';

/** One line a command, as zkCli lists them. */
export async function describeCommands(): Promise<string> {
  return (await loadCommands()).map(([, { usage }]) => `\t${usage}`).join('\n');
}

/** `help`: every command with what it does. */
export async function helpOnCommands(): Promise<CommandResult> {
  const commands = await loadCommands();
  return {
    text: () => [
      ...commands.map(([, { usage, summary }]) => `  ${usage}\n      ${summary}`),
      'COMMAND -h tells more of a command; every command takes --json.',
    ],
    json: () => ({ commands: commands.map(([name, command]) => describe(name, command)) }),
  };
}

/** `COMMAND -h`: all there is to know of one. */
export function helpOnCommand(name: string, command: Command): CommandResult {
  const { usage, summary, options, example, json } = command;
  const lines = [`Usage: ${usage}`, '', summary.charAt(0).toUpperCase() + summary.slice(1)];
  if (options.length > 0) lines.push('', 'Options:', describeOptions(options));
  lines.push('', 'With --json:', ` ${json}`, '', 'Example:', ` ${example}`);
  return { text: () => lines, json: () => describe(name, command) };
}

/** The usage that a mistake is answered with; of some commands zkCli 3.9 explains the options there as well. */
export function describeUsage({ usage, options, explainsOptions }: Command): string {
  return explainsOptions === true ? `${usage}\n${describeOptions(options)}\n` : usage;
}

/** ` -v <arg>   Set with an expected version`, by name: commons-cli's form. */
function describeOptions(options: readonly OptionSpec[]): string {
  const rows = options
    .map(({ name, value, describe: text }) => [` -${name}${value === undefined ? '' : ` <${value}>`}`, text] as const)
    .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const width = Math.max(...rows.map(([head]) => head.length));
  return rows.map(([head, text]) => `${head.padEnd(width)}   ${text}`).join('\n');
}

function describe(name: string, { usage, summary, example, json }: Command) {
  return { name, usage, summary, example, json };
}
