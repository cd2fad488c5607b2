/** Commands that read znodes: get, stat, ls, getAllChildrenNumber, getEphemerals. */

import { type Command, type CommandContext, type CommandTable, NO_FLAGS, operand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { ParsedArguments } from '../flags.ts';
import { formatHexDump, formatList, formatStat } from '../output.ts';
import { listPaths, readSubtree } from '../subtree.ts';

const get: Command = {
  usage: 'get [-s] [-w] [-b] [-x] path',
  flags: { flags: 'swbx', values: '' },
  operandsMin: 1,
  async run(context, args) {
    const client = await context.client();
    const { data, stat } = await client.getData(operand(args, 0), watchOf(context, args));
    context.out(renderData(data, args));
    if (args.has('s')) context.out(formatStat(stat));
  },
};

const stat: Command = {
  usage: 'stat [-w] path',
  flags: { flags: 'w', values: '' },
  operandsMin: 1,
  async run(context, args) {
    const path = operand(args, 0);
    const client = await context.client();
    const found = await client.exists(path, watchOf(context, args));
    if (found === null) throw new CommandError(`Node does not exist: ${path}`);
    context.out(formatStat(found));
  },
};

const ls: Command = {
  usage: 'ls [-s] [-w] [-R] path',
  flags: { flags: 'swR', values: '' },
  operandsMin: 1,
  async run(context, args) {
    const path = operand(args, 0);
    const client = await context.client();
    if (args.has('R')) {
      const subtree = await readSubtree(client, path);
      context.out(listPaths(subtree, path).join('\n'));
      return;
    }
    const { children, stat: parentStat } = await client.getChildren(path, watchOf(context, args));
    context.out(formatList(children.toSorted()));
    if (args.has('s')) context.out(formatStat(parentStat));
  },
};

const getAllChildrenNumber: Command = {
  usage: 'getAllChildrenNumber path',
  flags: NO_FLAGS,
  operandsMin: 1,
  async run(context, args) {
    const client = await context.client();
    context.out(String(await client.getAllChildrenNumber(operand(args, 0))));
  },
};

const getEphemerals: Command = {
  usage: 'getEphemerals [path]',
  flags: NO_FLAGS,
  operandsMin: 0,
  async run(context, { operands }) {
    const client = await context.client();
    context.out(formatList((await client.getEphemerals(operands[0] ?? '/')).toSorted()));
  },
};

export const READ_COMMANDS: CommandTable = { get, stat, ls, getAllChildrenNumber, getEphemerals };

function watchOf(context: CommandContext, args: ParsedArguments) {
  return { watch: args.has('w') ? context.onWatch : undefined };
}

function renderData(data: Uint8Array | null, args: ParsedArguments): string | Uint8Array {
  if (data === null) return 'null';
  if (args.has('b')) return Buffer.from(data).toString('base64');
  return args.has('x') ? formatHexDump(data) : data;
}
