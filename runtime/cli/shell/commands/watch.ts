/** Commands around watches that last: addWatch, removewatches. */

import type { WatchSelection } from '../../../client/operations/watching.ts';
import { type Command, type CommandTable, operand } from '../command.ts';
import { usageError } from '../command-error.ts';

const MODES = { PERSISTENT: 'persistent', PERSISTENT_RECURSIVE: 'persistentRecursive' } as const;

const addWatch: Command = {
  usage:
    'addWatch [-m mode] path # optional mode is one of [PERSISTENT, PERSISTENT_RECURSIVE] - ' +
    'default is PERSISTENT_RECURSIVE',
  summary: 'watch a znode, and everything below it, until the watch is removed',
  options: [{ name: 'm', value: 'mode', describe: 'PERSISTENT or PERSISTENT_RECURSIVE (default)' }],
  operandsMin: 1,
  operandsMax: 1,
  takesPath: true,
  example: 'addWatch /config',
  json: '{"path", "mode"}; events follow as {"event": {"type", "path", "zxid"}}',
  async run(context, args) {
    const path = operand(args, 0);
    const mode = args.value('m')?.toUpperCase() ?? 'PERSISTENT_RECURSIVE';
    if (mode !== 'PERSISTENT' && mode !== 'PERSISTENT_RECURSIVE') throw usageError(addWatch.usage);
    const client = await context.client();
    await client.addWatch(path, context.onWatch, { mode: MODES[mode] });
    return { text: () => [], json: () => ({ path, mode }) };
  },
};

/** In the order in which zkCli looks for them: the first one given counts. */
const SELECTIONS: readonly (readonly [option: string, type: WatchSelection])[] = [
  ['c', 'children'],
  ['d', 'data'],
  ['p', 'persistent'],
  ['r', 'persistentRecursive'],
];

const removewatches: Command = {
  usage: 'removewatches path [-c|-d|-a] [-l]',
  summary: 'remove the watches of this session at a path',
  options: [
    { name: 'c', describe: 'Those of children' },
    { name: 'd', describe: 'Those of data' },
    { name: 'p', describe: 'Persistent ones' },
    { name: 'r', describe: 'Persistent recursive ones' },
    { name: 'a', describe: 'All of them (default)' },
    { name: 'l', describe: 'Here, when there is no connection' },
  ],
  operandsMin: 1,
  takesPath: true,
  example: 'removewatches /config -d',
  json: '{"path", "type": "children" | "data" | "persistent" | "persistentRecursive" | "any"}',
  async run(context, args) {
    const path = operand(args, 0);
    const type = SELECTIONS.find(([option]) => args.has(option))?.[1] ?? 'any';
    const client = await context.client();
    await client.removeWatches(path, { type, local: args.has('l') });
    return { text: () => [], json: () => ({ path, type }) };
  },
};

export const WATCH_COMMANDS: CommandTable = { addWatch, removewatches };
