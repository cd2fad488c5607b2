/** Commands about the shell itself: help, history, redo, printwatches, connect, close, quit, version. */

import { readVersion } from '../../version.ts';
import { type Command, type CommandTable, NO_FLAGS, operand, parseNumber } from '../command.ts';
import { CommandError } from '../command-error.ts';

/** zkCli shows as many. */
const HISTORY_SHOWN = 11;

const history: Command = {
  usage: 'history',
  flags: NO_FLAGS,
  operandsMin: 0,
  run(context) {
    const lines = context.shell.history;
    const first = Math.max(0, lines.length - HISTORY_SHOWN);
    context.out(
      lines
        .slice(first)
        .map((line, index) => `${first + index} - ${line}`)
        .join('\n'),
    );
  },
};

const redo: Command = {
  usage: 'redo cmdno',
  flags: NO_FLAGS,
  operandsMin: 1,
  async run(context, args) {
    const number = parseNumber(operand(args, 0), 'redo takes the number of a command, see history');
    const line = context.shell.history[number];
    const isItself = number === context.shell.history.length - 1;
    if (line === undefined || isItself) throw new CommandError('Command index out of range');
    await context.shell.run(line);
  },
};

const printwatches: Command = {
  usage: 'printwatches on|off',
  flags: NO_FLAGS,
  operandsMin: 0,
  run(context, { operands }) {
    const [choice] = operands;
    if (choice === undefined) context.out(`printwatches is ${context.shell.printsWatches ? 'on' : 'off'}`);
    else if (choice === 'on' || choice === 'off') context.shell.printsWatches = choice === 'on';
    else throw new CommandError(printwatches.usage);
  },
};

const connect: Command = {
  usage: 'connect host:port',
  flags: NO_FLAGS,
  operandsMin: 0,
  run: (context, { operands }) => context.shell.connect(operands[0] ?? null),
};

const close: Command = {
  usage: 'close',
  flags: NO_FLAGS,
  operandsMin: 0,
  run: (context) => context.shell.close(),
};

const quit: Command = {
  usage: 'quit',
  flags: NO_FLAGS,
  operandsMin: 0,
  run: (context) => context.shell.quit(),
};

const version: Command = {
  usage: 'version',
  flags: NO_FLAGS,
  operandsMin: 0,
  run: (context) => context.out(`Threadkeeper CLI version: ${readVersion()}`),
};

export const SHELL_COMMANDS: CommandTable = { close, connect, history, printwatches, quit, redo, version };
