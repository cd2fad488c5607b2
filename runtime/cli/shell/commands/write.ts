/** Commands that change znodes: create, set, delete, deleteall, sync. */

import { EnsembleError } from '../../../../core/errors.ts';
import type { Client } from '../../../client/client.ts';
import type { CreateMode } from '../../../client/create-request.ts';
import { parseAcl } from '../acl-text.ts';
import {
  type Command,
  type CommandTable,
  operand,
  parseNumber,
  parseVersion,
  STAT_OPTION,
  VERSION_OPTION,
} from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { ParsedArguments } from '../flags.ts';
import { formatStat } from '../output.ts';
import { listPaths, readSubtree } from '../subtree.ts';

const TTL_MS_MAX = 2 ** 40 - 1;

const create: Command = {
  usage: 'create [-s] [-e] [-c] [-t ttl] path [data] [acl]',
  summary: 'create a znode',
  options: [
    { name: 's', describe: 'Add a number to the name (sequential)' },
    { name: 'e', describe: 'It ends with the session (ephemeral)' },
    { name: 'c', describe: 'It ends some time after its last child (container)' },
    { name: 't', value: 'ttl', describe: 'It ends when it was not changed for so many milliseconds' },
  ],
  operandsMin: 1,
  takesPath: true,
  example: 'create /config/db "host=10.0.0.5" world:anyone:r',
  json: '{"created": path}',
  async run(context, args) {
    const [path = '', data = null, aclText] = args.operands;
    const options = { ...parseMode(args), acl: aclText === undefined ? undefined : parseAcl(aclText) };
    const client = await context.client();
    const created = await client.create(path, data, options).catch((error: unknown) => {
      if (error instanceof EnsembleError && error.code === 'INVALID_ACL') {
        // Told twice by zkCli as well.
        context.warn(`KeeperErrorCode = InvalidACL for ${error.path ?? ''}`);
      }
      throw error;
    });
    if (args.has('e')) context.onEphemeral();
    return { text: () => [], notes: [`Created ${created}`], json: () => ({ created }) };
  },
};

const set: Command = {
  usage: 'set path data [-s] [-v version] [-b]',
  summary: "replace a znode's data",
  options: [
    { name: 'b', describe: 'Supply data in base64 format' },
    STAT_OPTION,
    { ...VERSION_OPTION, value: 'arg', describe: 'Set with an expected version' },
  ],
  operandsMin: 2,
  explainsOptions: true,
  takesPath: true,
  example: 'set -v 3 /config/db "host=10.0.0.6"',
  json: '{"path", "stat"}',
  async run(context, args) {
    const path = operand(args, 0);
    const text = operand(args, 1);
    const data = args.has('b') ? parseBase64(text) : text;
    const version = parseVersion(args);
    const client = await context.client();
    const stat = await client.setData(path, data, { version });
    return {
      text: () => (args.has('s') ? [formatStat(stat)] : []),
      json: (shapes) => ({ path, stat: shapes.stat(stat) }),
    };
  },
};

const remove: Command = {
  usage: 'delete [-v version] path',
  summary: 'delete a znode that has no children',
  options: [VERSION_OPTION],
  operandsMin: 1,
  takesPath: true,
  example: 'delete /config/old',
  json: '{"path"}',
  async run(context, args) {
    const path = operand(args, 0);
    if (args.operands.length > 1) {
      context.warn("'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead.");
    }
    const version = parseVersion(args);
    const client = await context.client();
    await client.delete(path, { version });
    return { text: () => [], json: () => ({ path }) };
  },
};

const deleteall: Command = {
  usage: 'deleteall path [-b batch size]',
  summary: 'delete a znode and everything below it',
  options: [{ name: 'b', value: 'batch size', describe: 'Delete so many at a time (default 1000)' }],
  operandsMin: 1,
  takesPath: true,
  example: 'deleteall /config/old',
  json: '{"path", "deleted": count}',
  async run(context, args) {
    const path = operand(args, 0);
    const batch = parseNumber(args.value('b') ?? '1000', '-b argument must be an int value');
    if (batch < 1) throw usageError('-b takes a number from 1 on');
    if (path === '/') throw new CommandError('deleteall / would empty the tree: name the subtrees instead');
    const client = await context.client();
    const paths = listPaths(await readSubtree(client, path), path).reverse();
    for (let at = 0; at < paths.length; at += batch) {
      // Requests are done in the order in which they are sent, so children are gone before their parent's turn.
      await Promise.all(paths.slice(at, at + batch).map((each) => deleteIfThere(client, each)));
    }
    return { text: () => [], json: () => ({ path, deleted: paths.length }) };
  },
};

const sync: Command = {
  usage: 'sync path',
  summary: 'wait until the server has caught up with the leader',
  options: [],
  operandsMin: 1,
  takesPath: true,
  example: 'sync /config',
  json: '{"path"}',
  async run(context, args) {
    const path = operand(args, 0);
    const client = await context.client();
    await client.sync(path);
    return { text: () => ['Sync is OK'], json: () => ({ path }) };
  },
};

export const WRITE_COMMANDS: CommandTable = { create, set, delete: remove, deleteall, sync };

function parseMode(args: ParsedArguments): { readonly mode: CreateMode; readonly ttlMs?: number } {
  const isSequential = args.has('s');
  const isEphemeral = args.has('e');
  const ttl = args.value('t');
  if (args.has('c') && (isSequential || isEphemeral)) {
    throw usageError('-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.');
  }
  if (ttl !== undefined) {
    const ttlMs = parseNumber(ttl, '-t argument must be a long value');
    if (isEphemeral) throw usageError('TTLs cannot be used with Ephemeral znodes');
    if (args.has('c')) throw usageError('TTLs cannot be used with Container znodes');
    if (ttlMs < 1 || ttlMs > TTL_MS_MAX) {
      throw usageError(`ttl must be positive and cannot be larger than: ${TTL_MS_MAX}`);
    }
    return { mode: isSequential ? 'persistentSequentialWithTtl' : 'persistentWithTtl', ttlMs };
  }
  if (args.has('c')) return { mode: 'container' };
  if (isEphemeral) return { mode: isSequential ? 'ephemeralSequential' : 'ephemeral' };
  return { mode: isSequential ? 'persistentSequential' : 'persistent' };
}

function parseBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  const withoutPadding = (base64: string): string => base64.replace(/=+$/, '');
  if (withoutPadding(bytes.toString('base64')) !== withoutPadding(text)) throw usageError('-b takes data in base64');
  return bytes;
}

async function deleteIfThere(client: Client, path: string): Promise<void> {
  try {
    await client.delete(path);
  } catch (error) {
    if (!(error instanceof EnsembleError) || error.code !== 'NO_NODE') throw error;
  }
}
