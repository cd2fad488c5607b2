/** Commands around quotas: setquota, listquota, delquota. What a quota is made of stands in quota-znodes.ts. */

import { type Command, type CommandTable, operand } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { OptionSpec, ParsedArguments } from '../flags.ts';
import type { JsonObject } from '../json-shapes.ts';
import { formatQuota, limitOf, type Quota, type QuotaKey } from '../quota-text.ts';
import {
  limitsPathOf,
  QUOTA_ROOT,
  readQuotaState,
  refuseAbove,
  refuseBelow,
  removeLimit,
  removeQuota,
  writeLimit,
} from '../quota-znodes.ts';

interface Limit {
  readonly option: string;
  readonly key: QuotaKey;
  readonly min: number;
  readonly tooSmall: string;
  readonly describe: string;
}

const COUNT_TOO_SMALL = 'the num quota must be greater than zero';
const BYTES_TOO_SMALL = 'the bytes quota must be greater than or equal to zero';
const LIMIT_OPTIONS: readonly Limit[] = [
  { option: 'n', key: 'count', min: 1, tooSmall: COUNT_TOO_SMALL, describe: 'num soft quota' },
  { option: 'b', key: 'bytes', min: 0, tooSmall: BYTES_TOO_SMALL, describe: 'bytes soft quota' },
  { option: 'N', key: 'countHardLimit', min: 1, tooSmall: COUNT_TOO_SMALL, describe: 'num hard quota' },
  { option: 'B', key: 'byteHardLimit', min: 0, tooSmall: BYTES_TOO_SMALL, describe: 'bytes hard quota' },
];
const OPTION_NAMES = LIMIT_OPTIONS.map(({ option }) => option);
const QUOTA_JSON = '"limits": {"count", "bytes", "countHardLimit", "byteHardLimit"}, "used": {"count", "bytes"}';

const setquota: Command = {
  usage: 'setquota -n|-b|-N|-B val path',
  summary: 'limit the znodes of a subtree, or their bytes; servers that enforce quotas refuse what exceeds -N and -B',
  options: LIMIT_OPTIONS.map(({ option, describe }): OptionSpec => ({ name: option, value: 'val', describe })),
  exclusive: OPTION_NAMES,
  // The missing limit is complained of before the missing path.
  operandsMin: 0,
  takesPath: true,
  example: 'setquota -n 1000 /queues',
  json: `{"path", ${QUOTA_JSON}, "warnings"?: […]}`,
  async run(context, args) {
    const change = parseLimit(args);
    const [path] = args.operands;
    if (path === undefined) throw usageError(setquota.usage);
    if (path.startsWith(QUOTA_ROOT)) throw new CommandError(`cannot set a quota under the path: ${QUOTA_ROOT}`);
    const client = await context.client();
    if ((await client.exists(path)) === null) throw new CommandError(`${path} does not exist.`);
    await refuseBelow(client, path);
    await refuseAbove(client, path);
    const { limits, used } = await writeLimit(client, path, change);
    const warnings = describeExcess(limits, used);
    return {
      text: () => warnings,
      json: () => ({ ...quotaJson(path, limits, used), ...(warnings.length > 0 ? { warnings } : {}) }),
    };
  },
};

const listquota: Command = {
  usage: 'listquota path',
  summary: "print a subtree's quota, and how much of it is used",
  options: [],
  operandsMin: 1,
  takesPath: true,
  example: 'listquota /queues',
  json: `{"path", ${QUOTA_JSON}}, both null where there is none`,
  async run(context, args) {
    const path = operand(args, 0);
    const where = `absolute path is ${limitsPathOf(path)}`;
    const client = await context.client();
    const state = await readQuotaState(client, path);
    if (state === null) {
      const none = [where, `quota for ${path} does not exist.`];
      return { text: () => [], notes: none, json: () => ({ path, limits: null, used: null }) };
    }
    const { limits, used } = state;
    return {
      text: () => [`Output quota for ${path} ${formatQuota(limits)}`, `Output stat for ${path} ${formatQuota(used)}`],
      notes: [where],
      json: () => quotaJson(path, limits, used),
    };
  },
};

const delquota: Command = {
  usage: 'delquota [-n|-b|-N|-B] path',
  summary: "remove a subtree's quota, or one of its limits",
  options: LIMIT_OPTIONS.map(({ option, describe }): OptionSpec => ({ name: option, describe })),
  exclusive: OPTION_NAMES,
  operandsMin: 1,
  takesPath: true,
  example: 'delquota /queues',
  json: '{"path", "deleted": true | false}',
  async run(context, args) {
    const path = operand(args, 0);
    const limit = LIMIT_OPTIONS.find(({ option }) => args.has(option));
    const client = await context.client();
    const deleted = await (limit === undefined ? removeQuota(client, path) : removeLimit(client, path, limit.key));
    return { text: () => (deleted ? [] : [`Quota does not exist for ${path}`]), json: () => ({ path, deleted }) };
  },
};

export const QUOTA_COMMANDS: CommandTable = { setquota, listquota, delquota };

function parseLimit(args: ParsedArguments): readonly [QuotaKey, number] {
  for (const { option, key, min, tooSmall } of LIMIT_OPTIONS) {
    const text = args.value(option);
    if (text === undefined) continue;
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw usageError('NumberFormatException happens when parsing the option value');
    if (value < min) throw usageError(tooSmall);
    return [key, value];
  }
  const names = LIMIT_OPTIONS.map(({ option, describe }) => `-${option} ${describe}`);
  throw usageError(`Missing required option: [${names.join(', ')}]`);
}

function describeExcess(limits: Quota, used: Quota): string[] {
  const isExceeded = (key: QuotaKey, by: number): boolean => limitOf(limits, key) > -1 && limitOf(limits, key) < by;
  const count = limitOf(used, 'count');
  const bytes = limitOf(used, 'bytes');
  const warnings: string[] = [];
  if (isExceeded('count', count) || isExceeded('countHardLimit', count)) {
    warnings.push(`[Warning]: the count quota you create is less than the existing count:${count}`);
  }
  if (isExceeded('bytes', bytes) || isExceeded('byteHardLimit', bytes)) {
    warnings.push(`[Warning]: the bytes quota you create is less than the existing bytes:${bytes}`);
  }
  return warnings;
}

function quotaJson(path: string, limits: Quota, used: Quota): JsonObject {
  const limit = (key: QuotaKey): number | null => (limitOf(limits, key) < 0 ? null : limitOf(limits, key));
  return {
    path,
    limits: {
      count: limit('count'),
      bytes: limit('bytes'),
      countHardLimit: limit('countHardLimit'),
      byteHardLimit: limit('byteHardLimit'),
    },
    used: { count: limitOf(used, 'count'), bytes: limitOf(used, 'bytes') },
  };
}
