/**
 * Who may import whom: the architecture as a table, first match wins. A file may import what lies in one of `areas` (path
 * prefixes, or single files), `packages` by name, node: modules where `node` says so, and names in `typesOf` as types only.
 */
import type { ImportStatement } from './source-text.ts';

export interface ImportRule {
  /** Prefix of the importing file's path, or the whole path. */
  readonly from: string;
  readonly areas: readonly string[];
  /** What of the areas is closed nevertheless. */
  readonly except?: readonly string[];
  readonly packages: readonly string[] | 'dependencies';
  readonly typesOf?: readonly string[];
  readonly node: boolean;
}

/** The files directly in core/, which every part of it shares. */
const GROUND = ['core/*.ts'];
const DOORS = ['threadkeeper', 'threadkeeper/client', 'threadkeeper/plugin', 'threadkeeper/testing'];

function core(from: string, ...areas: string[]): ImportRule {
  return { from, areas: [...GROUND, 'core/jute/', from, ...areas], packages: [], node: false };
}

export const IMPORT_RULES: readonly ImportRule[] = [
  { from: 'core/jute/', areas: [...GROUND, 'core/jute/'], packages: [], node: false },
  core('core/tree/'),
  core('core/auth/'),
  core('core/zab/'),
  core('core/placement/'),
  core('core/events/', 'core/placement/'),
  core('core/server/', 'core/auth/', 'core/tree/', 'core/zab/'),
  {
    from: 'core/hooks/',
    areas: [...GROUND, 'core/events/', 'core/placement/', 'core/hooks/'],
    packages: ['tapable'],
    typesOf: ['rxjs'],
    node: false,
  },
  // Describes the values of every part of core in words, for logs and transcripts.
  { from: 'core/describe.ts', areas: ['core/'], packages: [], node: false },
  { from: 'core/', areas: [...GROUND, 'core/jute/'], packages: [], node: false },
  { from: 'runtime/cli/', areas: ['core/', 'runtime/'], packages: 'dependencies', node: true },
  { from: 'runtime/', areas: ['core/', 'runtime/'], except: ['runtime/cli/'], packages: 'dependencies', node: true },
  { from: 'plugins/', areas: ['core/hooks/index.ts'], packages: 'dependencies', node: true },
  { from: 'examples/', areas: [], packages: 'dependencies', node: true },
  { from: 'test/support/', areas: ['core/', 'runtime/', 'test/support/'], packages: ['uvu', 'uvu/assert'], node: true },
  { from: 'test/', areas: ['core/', 'runtime/', 'plugins/', 'test/'], packages: 'dependencies', node: true },
];

/** Why this import is against the rules; undefined where it is not. */
export function importProblem(
  from: string,
  { specifier, typeOnly, target }: ImportStatement & { readonly target: string | undefined },
  dependencies: readonly string[],
): string | undefined {
  const rule = IMPORT_RULES.find((candidate) => from.startsWith(candidate.from));
  if (rule === undefined) return `${from} has no rule`;
  const problem = `${from} may not import ${specifier}`;
  if (target !== undefined) {
    const isIn = (areas: readonly string[]) => areas.some((area) => isWithin(target, area));
    return (isIn(rule.areas) && !isIn(rule.except ?? [])) || isSamePlugin(from, target) ? undefined : problem;
  }
  if (specifier.startsWith('node:')) return rule.node ? undefined : problem;
  if (typeOnly && rule.typesOf?.includes(specifier)) return undefined;
  if (specifier === 'threadkeeper' || specifier.startsWith('threadkeeper/')) {
    if (from.startsWith('plugins/')) return specifier === 'threadkeeper/plugin' ? undefined : problem;
    return /^(examples|test)\//.test(from) && DOORS.includes(specifier) ? undefined : problem;
  }
  const known = rule.packages === 'dependencies' ? dependencies : rule.packages;
  return known.includes(specifier) ? undefined : problem;
}

/** `core/` is everything below it, `core/*.ts` the files directly in it, anything else one file. */
function isWithin(target: string, area: string): boolean {
  if (area.endsWith('/*.ts'))
    return target.startsWith(area.slice(0, -4)) && !target.slice(area.length - 4).includes('/');
  return area.endsWith('/') ? target.startsWith(area) : target === area;
}

/** A plugin is one file, or a folder of its own: plugins/<kind>/<name>.ts or plugins/<kind>/<name>/. */
function isSamePlugin(from: string, target: string): boolean {
  const folder = /^plugins\/[^/]+\/[^/]+\//.exec(from)?.[0];
  return folder !== undefined && target.startsWith(folder);
}
