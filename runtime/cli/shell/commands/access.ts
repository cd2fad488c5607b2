/** Commands around identity and permission: addauth, getAcl, setAcl, whoami. */

import { EnsembleError } from '../../../../core/errors.ts';
import type { Acl } from '../../../../core/jute/acl.ts';
import type { Client } from '../../../client/client.ts';
import { parseAcl } from '../acl-text.ts';
import { type Command, type CommandTable, operand, parseVersion, STAT_OPTION, VERSION_OPTION } from '../command.ts';
import { CommandError, describeFailure } from '../command-error.ts';
import { formatAcl, formatStat } from '../output.ts';
import { listPaths, readSubtree } from '../subtree.ts';

const addauth: Command = {
  usage: 'addauth scheme auth',
  summary: 'add an identity to this session',
  options: [],
  operandsMin: 1,
  isSecret: true,
  example: 'addauth digest anna:secret',
  json: '{"scheme"}',
  async run(context, { operands }) {
    const [scheme = '', auth = ''] = operands;
    const client = await context.client();
    await client.addAuth(scheme, auth);
    return { text: () => [], json: () => ({ scheme }) };
  },
};

const getAcl: Command = {
  usage: 'getAcl [-s] path',
  summary: "print a znode's ACL",
  options: [STAT_OPTION],
  operandsMin: 1,
  takesPath: true,
  example: 'getAcl /config/db',
  json: '{"path", "acl": [{"scheme", "id", "perms": "cdrwa"}], "stat"}',
  async run(context, args) {
    const path = operand(args, 0);
    const client = await context.client();
    const { acl, stat } = await client.getAcl(path);
    return {
      text: () => [formatAcl(acl), ...(args.has('s') ? [formatStat(stat)] : [])],
      json: (shapes) => ({ path, acl: shapes.acl(acl), stat: shapes.stat(stat) }),
    };
  },
};

const setAcl: Command = {
  usage: 'setAcl [-s] [-v version] [-R] path acl',
  summary: "replace a znode's ACL, or with -R those of a whole subtree",
  options: [STAT_OPTION, VERSION_OPTION, { name: 'R', describe: 'The whole subtree' }],
  operandsMin: 2,
  takesPath: true,
  example: 'setAcl -R /config auth::cdrwa,world:anyone:r',
  json: '{"path", "stat"}; with -R {"path", "paths": […]}',
  async run(context, args) {
    const path = operand(args, 0);
    const acl = parseAcl(operand(args, 1));
    const version = parseVersion(args);
    const client = await context.client();
    if (args.has('R')) {
      const paths = await setAclBelow(client, { path, acl, version });
      return { text: () => [], json: () => ({ path, paths }) };
    }
    const stat = await client.setAcl(path, acl, { version });
    return {
      text: () => (args.has('s') ? [formatStat(stat)] : []),
      json: (shapes) => ({ path, stat: shapes.stat(stat) }),
    };
  },
};

const whoami: Command = {
  usage: 'whoami',
  summary: 'print the identities that the server knows of this connection',
  options: [],
  operandsMin: 0,
  example: 'whoami',
  json: '{"identities": [{"scheme", "user"}]}',
  async run(context) {
    const client = await context.client();
    const identities = await client.whoAmI();
    return {
      text: () => ['Auth scheme: User', ...identities.map(({ scheme, user }) => `${scheme}: ${user}`)],
      json: () => ({ identities: identities.map(({ scheme, user }) => ({ scheme, user })) }),
    };
  },
};

export const ACCESS_COMMANDS: CommandTable = { addauth, getAcl, setAcl, whoami };

interface SubtreeAcl {
  readonly path: string;
  readonly acl: readonly Acl[];
  readonly version: number;
}

/** Goes on where one is refused, so that the rest is done; what has gone meanwhile is passed over. @returns those done */
async function setAclBelow(client: Client, { path, acl, version }: SubtreeAcl): Promise<readonly string[]> {
  const failures: string[] = [];
  const done: string[] = [];
  for (const each of listPaths(await readSubtree(client, path), path)) {
    try {
      await client.setAcl(each, acl, { version });
      done.push(each);
    } catch (error) {
      if (!(error instanceof EnsembleError) || (error.code === 'NO_NODE' && each === path)) throw error;
      if (error.code !== 'NO_NODE') failures.push(describeFailure(error).message);
    }
  }
  if (failures.length > 0) throw new CommandError(failures.join('\n'));
  return done;
}
