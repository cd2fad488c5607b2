/** Commands about the ensemble's own configuration: config, reconfig (facts 10.4, 14.2). */

import { readFileSync } from 'node:fs';
import { clientConnectString, type EnsembleConfig } from '../../../client/ensemble-config.ts';
import type { Reconfiguration } from '../../../client/operations/ensemble.ts';
import { type Command, type CommandTable, STAT_OPTION } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { ParsedArguments } from '../flags.ts';
import { formatStat } from '../output.ts';

const config: Command = {
  usage: 'config [-c] [-w] [-s]',
  summary: "print the ensemble's configuration",
  options: [
    { name: 'c', describe: 'Only the version and a connect string' },
    { name: 'w', describe: 'Watch for changes of the configuration' },
    STAT_OPTION,
  ],
  operandsMin: 0,
  example: 'config -c',
  json: '{"version", "members": [{"id", "role", "quorumAddress", "clientAddress"}], "text", "stat"}',
  async run(context, args) {
    const client = await context.client();
    const found = await client.getConfig({ watch: args.has('w') ? context.onWatch : undefined });
    return {
      text: () => [args.has('c') ? clientForm(found) : found.text, ...(args.has('s') ? [formatStat(found.stat)] : [])],
      json: (shapes) => shapes.config(found),
    };
  },
};

const reconfig: Command = {
  usage:
    'reconfig [-s] [-v version] [[-file path] | [-members serverID=host:port1:port2;port3[,...]*]] | ' +
    '[-add serverId=host:port1:port2;port3[,...]]* [-remove serverId[,...]*]',
  summary: "change the ensemble's members",
  options: [
    STAT_OPTION,
    { name: 'v', value: 'version', describe: 'Refuse unless the configuration has this version, in hexadecimal' },
    { name: 'file', value: 'path', describe: 'The new membership, from a file of server lines' },
    { name: 'members', value: 'list', describe: 'The new membership, as server lines separated by commas' },
    { name: 'add', value: 'list', describe: 'Servers that join, as server lines separated by commas' },
    { name: 'remove', value: 'ids', describe: 'Servers that leave, separated by commas' },
  ],
  operandsMin: 0,
  example: "reconfig -add 'server.4=10.0.0.4:2888:3888;2181' -remove 2",
  json: 'that of config',
  async run(context, args) {
    const change = parseChange(args);
    const client = await context.client();
    const made = await client.reconfig(change);
    return {
      text: () => ['Committed new configuration:', made.text, ...(args.has('s') ? [formatStat(made.stat)] : [])],
      json: (shapes) => shapes.config(made),
    };
  },
};

export const ENSEMBLE_COMMANDS: CommandTable = { config, reconfig };

function clientForm(found: EnsembleConfig): string {
  return `${found.version === null ? '' : found.version.toString(16)} ${clientConnectString(found)}`;
}

function parseChange(args: ParsedArguments): Reconfiguration {
  const isWhole = args.has('file') || args.has('members');
  const isPartial = args.has('add') || args.has('remove');
  if (!isWhole && !isPartial) throw usageError(reconfig.usage);
  const fromVersion = parseConfigVersion(args.value('v'));
  if (isWhole && isPartial) {
    throw usageError(
      "Can't use -file or -members together with -add or -remove (mixing incremental and non-incremental modes " +
        'is not allowed)',
    );
  }
  if (args.has('file') && args.has('members')) {
    throw usageError("Can't use -file and -members together (conflicting non-incremental modes)");
  }
  if (isWhole) {
    const file = args.value('file');
    const members = file === undefined ? splitList(args.value('members')) : readMembers(file);
    return { fromVersion, members };
  }
  return {
    fromVersion,
    joining: args.has('add') ? splitList(args.value('add')) : undefined,
    leaving: args.has('remove') ? splitList(args.value('remove')) : undefined,
  };
}

function parseConfigVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const version = /^[+-]?[\da-f]+$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  if (Number.isSafeInteger(version)) return version;
  throw usageError('-v must be followed by a long (configuration version)');
}

function splitList(text = ''): string[] {
  return text.toLowerCase().split(',');
}

/** Server, group and weight lines of a configuration file; whatever else it holds is the server's own business. */
function readMembers(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`Error processing ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const members = lines.filter((line) => /^(server|group|weight)\.\d+\s*[=:]/.test(line));
  if (members.length === 0) throw new CommandError(`Error processing ${file}: it names no server`);
  return members;
}
