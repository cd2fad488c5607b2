/** Commands about the shell itself: history, redo, printwatches, connect, close, quit, version. */

import { readVersion } from '../../version.ts';
import { type Command, type CommandResult, type CommandTable, operand, parseNumber } from '../command.ts';
import { usageError } from '../command-error.ts';
import type { JsonObject } from '../json-shapes.ts';
import { splitWords } from '../words.ts';

/** zkCli shows as many. */
const HISTORY_SHOWN = 11;

const history: Command = {
  usage: 'history',
  summary: 'print the last commands with their numbers',
  options: [],
  operandsMin: 0,
  example: 'history',
  json: '{"commands": [{"number", "line"}]}',
  run(context) {
    const lines = context.shell.history;
    const first = Math.max(0, lines.length - HISTORY_SHOWN);
    const shown = lines.slice(first).map((line, index) => ({ number: first + index, line }));
    return {
      text: () => shown.map(({ number, line }) => `${number} - ${line}`),
      json: () => ({ commands: shown }),
    };
  },
};

const redo: Command = {
  usage: 'redo cmdno',
  summary: 'run a command again, by its number in the history',
  options: [],
  operandsMin: 1,
  example: 'redo 3',
  json: 'that of the command',
  async run(context, args) {
    const number = parseNumber(operand(args, 0), 'redo takes the number of a command, see history');
    const line = context.shell.history[number];
    const isItself = number === context.shell.history.length - 1;
    if (line === undefined || isItself) throw usageError('Command index out of range');
    if (splitWords(line)[0] === 'redo') throw usageError('No redoing redos');
    return await context.shell.run(line);
  },
};

const printwatches: Command = {
  usage: 'printwatches on|off',
  summary: 'print the events of watches or not; without on or off, say which',
  options: [],
  operandsMin: 0,
  example: 'printwatches off',
  json: '{"printwatches": "on" | "off"}',
  run({ shell }, { operands }) {
    const [choice] = operands;
    if (choice !== undefined && choice !== 'on' && choice !== 'off') throw usageError(printwatches.usage);
    if (choice !== undefined) shell.printsWatches = choice === 'on';
    const state = shell.printsWatches ? 'on' : 'off';
    return {
      text: () => (choice === undefined ? [`printwatches is ${state}`] : []),
      json: () => ({ printwatches: state }),
    };
  },
};

const connect: Command = {
  usage: 'connect host:port',
  summary: 'open another session, with these servers or the present ones',
  options: [],
  operandsMin: 0,
  example: 'connect 10.0.0.1:2181,10.0.0.2:2181/app',
  json: '{"server"}',
  async run({ shell }, { operands }) {
    const server = await shell.connect(operands[0] ?? null);
    return silent({ server });
  },
};

const close: Command = {
  usage: 'close',
  summary: 'close the session; connect opens another',
  options: [],
  operandsMin: 0,
  example: 'close',
  json: '{"closed": true}',
  async run({ shell }) {
    await shell.close();
    return silent({ closed: true });
  },
};

const quit: Command = {
  usage: 'quit',
  summary: 'close the session and leave',
  options: [],
  operandsMin: 0,
  example: 'quit',
  json: '{"quit": true}',
  run({ shell }) {
    shell.quit();
    return silent({ quit: true });
  },
};

const version: Command = {
  usage: 'version',
  summary: 'print the version of this program',
  options: [],
  operandsMin: 0,
  operandsMax: 0,
  example: 'version',
  json: '{"version"}',
  run() {
    const text = readVersion();
    return { text: () => [`Threadkeeper CLI version: ${text}`], json: () => ({ version: text }) };
  },
};

export const SHELL_COMMANDS: CommandTable = { close, connect, history, printwatches, quit, redo, version };

function silent(document: JsonObject): CommandResult {
  return { text: () => [], json: () => document };
}
