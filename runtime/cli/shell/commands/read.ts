/** Commands that read znodes: get, stat, ls, getAllChildrenNumber, getEphemerals. */

import type { WatchListener } from '../../../client/watches.ts';
import {
  type Command,
  type CommandContext,
  type CommandTable,
  operand,
  STAT_OPTION,
  WATCH_OPTION,
} from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { ParsedArguments } from '../flags.ts';
import { formatHexDump, formatList, formatStat } from '../output.ts';
import { listPaths, readSubtree } from '../subtree.ts';

const get: Command = {
  usage: 'get [-s] [-w] [-b] [-x] path',
  summary: "print a znode's data",
  options: [
    { name: 'b', describe: 'Output data in base64 format' },
    STAT_OPTION,
    WATCH_OPTION,
    { name: 'x', describe: 'Output data in hexdump format' },
  ],
  operandsMin: 1,
  explainsOptions: true,
  takesPath: true,
  example: 'get -s /config/db',
  json: '{"path", "data", "encoding": "utf8" | "base64" | null, "stat"}',
  async run(context, args) {
    const path = operand(args, 0);
    const watch = watchOf(context, args, 'get [-s] [-w] path');
    const client = await context.client();
    const { data, stat: found } = await client.getData(path, { watch });
    return {
      text: () => [renderData(data, args), ...(args.has('s') ? [formatStat(found)] : [])],
      json: (shapes) => ({ path, ...shapes.data(data), stat: shapes.stat(found) }),
    };
  },
};

const stat: Command = {
  usage: 'stat [-w] path',
  summary: "print a znode's stats",
  options: [WATCH_OPTION],
  operandsMin: 1,
  takesPath: true,
  example: 'stat /config/db',
  json: '{"path", "stat"}',
  async run(context, args) {
    const path = operand(args, 0);
    const watch = watchOf(context, args, 'stat [-w] path');
    const client = await context.client();
    const found = await client.exists(path, { watch });
    if (found === null) throw new CommandError(`Node does not exist: ${path}`);
    return { text: () => [formatStat(found)], json: (shapes) => ({ path, stat: shapes.stat(found) }) };
  },
};

const ls: Command = {
  usage: 'ls [-s] [-w] [-R] path',
  summary: "list a znode's children, or with -R everything below it",
  options: [STAT_OPTION, WATCH_OPTION, { name: 'R', describe: 'List the whole subtree, one path a line' }],
  operandsMin: 1,
  takesPath: true,
  example: 'ls -R /config',
  json: '{"path", "children": […], "stat"}; with -R {"path", "paths": […]}',
  async run(context, args) {
    const path = operand(args, 0);
    const watch = watchOf(context, args, 'ls [-w] path');
    const client = await context.client();
    if (args.has('R')) {
      if (watch !== undefined) await client.getData(path, { watch });
      const paths = listPaths(await readSubtree(client, path, watch), path);
      return { text: () => [paths.join('\n')], json: () => ({ path, paths }) };
    }
    const { children, stat: parentStat } = await client.getChildren(path, { watch });
    const sorted = children.toSorted();
    return {
      text: () => [formatList(sorted), ...(args.has('s') ? [formatStat(parentStat)] : [])],
      json: (shapes) => ({ path, children: sorted, stat: shapes.stat(parentStat) }),
    };
  },
};

const getAllChildrenNumber: Command = {
  usage: 'getAllChildrenNumber path',
  summary: 'count everything below a znode',
  options: [],
  operandsMin: 1,
  takesPath: true,
  example: 'getAllChildrenNumber /config',
  json: '{"path", "count"}',
  async run(context, args) {
    const path = operand(args, 0);
    const client = await context.client();
    const count = await client.getAllChildrenNumber(path);
    return { text: () => [String(count)], json: () => ({ path, count }) };
  },
};

const getEphemerals: Command = {
  usage: 'getEphemerals path',
  summary: "list this session's ephemeral znodes, all or those whose path begins so",
  options: [],
  operandsMin: 0,
  takesPath: true,
  example: 'getEphemerals /members',
  json: '{"paths": […]}',
  async run(context, { operands }) {
    const client = await context.client();
    const paths = (await client.getEphemerals(operands[0] ?? '/')).toSorted();
    return { text: () => [formatList(paths)], json: () => ({ paths }) };
  },
};

export const READ_COMMANDS: CommandTable = { get, stat, ls, getAllChildrenNumber, getEphemerals };

/** A second operand asks for a watch as well: the way of old, which zkCli still takes and complains about. */
function watchOf(context: CommandContext, args: ParsedArguments, better: string): WatchListener | undefined {
  const isOldWay = args.operands.length > 1;
  if (isOldWay) {
    const name = better.split(' ', 1)[0];
    context.warn(`'${name} path [watch]' has been deprecated. Please use '${better}' instead.`);
  }
  return isOldWay || args.has('w') ? context.onWatch : undefined;
}

function renderData(data: Uint8Array | null, args: ParsedArguments): string | Uint8Array {
  // zkCli formats the text "null" as it would data.
  const bytes = data ?? Buffer.from('null');
  if (args.has('x')) return formatHexDump(bytes);
  return args.has('b') ? Buffer.from(bytes).toString('base64') : bytes;
}
