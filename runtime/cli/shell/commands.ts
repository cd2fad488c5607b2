/** All commands of the shell, by name. Names are case-sensitive, as zkCli's are. */

import type { CommandTable } from './command.ts';
import { ACCESS_COMMANDS } from './commands/access.ts';
import { READ_COMMANDS } from './commands/read.ts';
import { SHELL_COMMANDS } from './commands/shell.ts';
import { WRITE_COMMANDS } from './commands/write.ts';

export const COMMANDS: CommandTable = {
  ...ACCESS_COMMANDS,
  ...READ_COMMANDS,
  ...SHELL_COMMANDS,
  ...WRITE_COMMANDS,
};

/** One line for each command, in alphabetical order. */
export function describeCommands(): string {
  const usages = Object.values(COMMANDS).map(({ usage }) => usage);
  return usages
    .toSorted((a, b) => a.localeCompare(b, 'en'))
    .map((usage) => `\t${usage}`)
    .join('\n');
}
