/**
 * What Tab offers: names of commands, options of the command in the line, and paths of znodes, which the server is asked
 * for. One request, for the children of one znode, with a bound on its time; at most `OFFERS_MAX` of them are offered, and
 * without a connection none. A failure offers nothing: whoever types goes on.
 */

import { COMMAND_NAMES, findCommand } from './commands.ts';
import { COMMON_OPTIONS } from './flags.ts';

export interface ZnodeNames {
  /** The names of a znode's children. @throws whatever it is refused with */
  children(path: string): Promise<readonly string[]>;
}

/** Whole replacements for `fragment`, the end of the line. */
export interface Completion {
  readonly offers: readonly string[];
  readonly fragment: string;
}

export const OFFERS_MAX = 200;

/** @param line  up to the cursor @param znodes  null while there is no connection */
export async function complete(line: string, znodes: ZnodeNames | null): Promise<Completion> {
  const fragment = /\S*$/.exec(line)?.[0] ?? '';
  const before = line.slice(0, line.length - fragment.length).trim();
  const offers = before === '' ? names(fragment) : await argumentsOf(before, fragment, znodes);
  return { offers: offers.slice(0, OFFERS_MAX), fragment };
}

function names(fragment: string): readonly string[] {
  // A space follows, since a command is a whole word.
  return [...COMMAND_NAMES, 'help'].filter((name) => name.startsWith(fragment)).map((name) => `${name} `);
}

async function argumentsOf(before: string, fragment: string, znodes: ZnodeNames | null): Promise<readonly string[]> {
  const [name = ''] = before.split(/\s+/);
  if (name === 'help') return names(fragment);
  const command = await findCommand(name);
  if (command === undefined) return [];
  if (fragment.startsWith('-')) {
    const options = [...command.options.map((option) => `-${option.name}`), COMMON_OPTIONS.json, '--help'];
    return options.filter((option) => option.startsWith(fragment)).map((option) => `${option} `);
  }
  return command.takesPath === true && fragment.startsWith('/') ? await paths(fragment, znodes) : [];
}

/** Children of the last whole name in the fragment that begin with the rest of it. */
async function paths(fragment: string, znodes: ZnodeNames | null): Promise<readonly string[]> {
  if (znodes === null) return [];
  const slash = fragment.lastIndexOf('/');
  const parent = slash === 0 ? '/' : fragment.slice(0, slash);
  const prefix = fragment.slice(slash + 1);
  try {
    const children = await znodes.children(parent);
    const base = parent === '/' ? '/' : `${parent}/`;
    return children
      .filter((child) => child.startsWith(prefix) && !/\s/.test(child))
      .sort()
      .map((child) => base + child);
  } catch {
    return [];
  }
}
