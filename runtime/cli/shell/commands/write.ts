/** Commands that change znodes: create, set, delete, deleteall, sync. */

import { EnsembleError } from '../../../../core/errors.ts';
import type { Client } from '../../../client/client.ts';
import type { CreateMode } from '../../../client/create-request.ts';
import { parseAcl } from '../acl-text.ts';
import { type Command, type CommandTable, NO_FLAGS, operand, parseNumber, parseVersion } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { ParsedArguments } from '../flags.ts';
import { formatStat } from '../output.ts';
import { listPaths, readSubtree } from '../subtree.ts';

const create: Command = {
  usage: 'create [-s] [-e] [-c] [-t ttl] path [data] [acl]',
  flags: { flags: 'sec', values: 't' },
  operandsMin: 1,
  async run(context, args) {
    const [path = '', data = null, aclText] = args.operands;
    const options = { ...parseMode(args), acl: aclText === undefined ? undefined : parseAcl(aclText) };
    const client = await context.client();
    const created = await client.create(path, data, options);
    if (args.has('e')) context.onEphemeral();
    context.err(`Created ${created}`);
  },
};

const set: Command = {
  usage: 'set [-s] [-v version] path data',
  flags: { flags: 's', values: 'v' },
  operandsMin: 2,
  async run(context, args) {
    const version = parseVersion(args);
    const client = await context.client();
    const stat = await client.setData(operand(args, 0), operand(args, 1), { version });
    if (args.has('s')) context.out(formatStat(stat));
  },
};

const remove: Command = {
  usage: 'delete [-v version] path',
  flags: { flags: '', values: 'v' },
  operandsMin: 1,
  async run(context, args) {
    const version = parseVersion(args);
    const client = await context.client();
    await client.delete(operand(args, 0), { version });
  },
};

const deleteall: Command = {
  usage: 'deleteall path [-b batch size]',
  flags: { flags: '', values: 'b' },
  operandsMin: 1,
  async run(context, args) {
    const path = operand(args, 0);
    const batch = parseNumber(args.value('b') ?? '1000', '-b takes a number');
    if (batch < 1) throw new CommandError('-b takes a number from 1 on');
    if (path === '/') throw new CommandError('deleteall / would empty the tree: name the subtrees instead');
    const client = await context.client();
    const paths = listPaths(await readSubtree(client, path), path).reverse();
    for (let at = 0; at < paths.length; at += batch) {
      // Requests are done in the order in which they are sent, so children are gone before their parent's turn.
      await Promise.all(paths.slice(at, at + batch).map((each) => deleteIfThere(client, each)));
    }
  },
};

const sync: Command = {
  usage: 'sync path',
  flags: NO_FLAGS,
  operandsMin: 1,
  async run(context, args) {
    const client = await context.client();
    await client.sync(operand(args, 0));
    context.out('Sync is OK');
  },
};

export const WRITE_COMMANDS: CommandTable = { create, set, delete: remove, deleteall, sync };

function parseMode(args: ParsedArguments): { readonly mode: CreateMode; readonly ttlMs?: number } {
  const isSequential = args.has('s');
  const isEphemeral = args.has('e');
  const ttl = args.value('t');
  if (args.has('c') && (isSequential || isEphemeral)) {
    throw new CommandError('-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.');
  }
  if (ttl !== undefined) {
    if (isEphemeral) throw new CommandError('TTLs cannot be used with Ephemeral znodes');
    if (args.has('c')) throw new CommandError('TTLs cannot be used with Container znodes');
    const ttlMs = parseNumber(ttl, '-t argument must be a long value');
    return { mode: isSequential ? 'persistentSequentialWithTtl' : 'persistentWithTtl', ttlMs };
  }
  if (args.has('c')) return { mode: 'container' };
  if (isEphemeral) return { mode: isSequential ? 'ephemeralSequential' : 'ephemeral' };
  return { mode: isSequential ? 'persistentSequential' : 'persistent' };
}

async function deleteIfThere(client: Client, path: string): Promise<void> {
  try {
    await client.delete(path);
  } catch (error) {
    if (!(error instanceof EnsembleError) || error.code !== 'NO_NODE') throw error;
  }
}
