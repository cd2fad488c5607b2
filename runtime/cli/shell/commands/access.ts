/** Commands around identity and permission: addauth, getAcl, setAcl, whoami. */

import { EnsembleError } from '../../../../core/errors.ts';
import { parseAcl } from '../acl-text.ts';
import { type Command, type CommandTable, NO_FLAGS, operand, parseVersion } from '../command.ts';
import { formatAcl, formatStat } from '../output.ts';
import { listPaths, readSubtree } from '../subtree.ts';

const addauth: Command = {
  usage: 'addauth scheme auth',
  flags: NO_FLAGS,
  operandsMin: 1,
  async run(context, { operands }) {
    const [scheme = '', auth = ''] = operands;
    const client = await context.client();
    await client.addAuth(scheme, auth);
  },
};

const getAcl: Command = {
  usage: 'getAcl [-s] path',
  flags: { flags: 's', values: '' },
  operandsMin: 1,
  async run(context, args) {
    const client = await context.client();
    const { acl, stat } = await client.getAcl(operand(args, 0));
    context.out(formatAcl(acl));
    if (args.has('s')) context.out(formatStat(stat));
  },
};

const setAcl: Command = {
  usage: 'setAcl [-s] [-v version] [-R] path acl',
  flags: { flags: 'sR', values: 'v' },
  operandsMin: 2,
  async run(context, args) {
    const path = operand(args, 0);
    const acl = parseAcl(operand(args, 1));
    const version = parseVersion(args);
    const client = await context.client();
    const paths = args.has('R') ? listPaths(await readSubtree(client, path), path) : [path];
    for (const each of paths) {
      try {
        const stat = await client.setAcl(each, acl, { version });
        if (args.has('s')) context.out(formatStat(stat));
      } catch (error) {
        // Below the root of the subtree, a znode may have gone since it was listed.
        if (each === path || !(error instanceof EnsembleError) || error.code !== 'NO_NODE') throw error;
      }
    }
  },
};

const whoami: Command = {
  usage: 'whoami',
  flags: NO_FLAGS,
  operandsMin: 0,
  async run(context) {
    const client = await context.client();
    const identities = await client.whoAmI();
    context.out(['Auth scheme: User', ...identities.map(({ scheme, user }) => `${scheme}: ${user}`)].join('\n'));
  },
};

export const ACCESS_COMMANDS: CommandTable = { addauth, getAcl, setAcl, whoami };
