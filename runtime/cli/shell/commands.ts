/**
 * All commands of the shell by name. Names are case-sensitive, as zkCli's are. A command's file is loaded when the
 * command is run, since most processes run a single one.
 */

import type { Command, CommandTable } from './command.ts';

type LoadGroup = () => Promise<CommandTable>;

const loadAccess: LoadGroup = async () => (await import('./commands/access.ts')).ACCESS_COMMANDS;
const loadEnsemble: LoadGroup = async () => (await import('./commands/ensemble.ts')).ENSEMBLE_COMMANDS;
const loadQuota: LoadGroup = async () => (await import('./commands/quota.ts')).QUOTA_COMMANDS;
const loadRead: LoadGroup = async () => (await import('./commands/read.ts')).READ_COMMANDS;
const loadShell: LoadGroup = async () => (await import('./commands/shell.ts')).SHELL_COMMANDS;
const loadWatch: LoadGroup = async () => (await import('./commands/watch.ts')).WATCH_COMMANDS;
const loadWrite: LoadGroup = async () => (await import('./commands/write.ts')).WRITE_COMMANDS;

/** In the order in which zkCli lists them: by the characters' codes. */
const GROUP_OF: Readonly<Record<string, LoadGroup>> = {
  addWatch: loadWatch,
  addauth: loadAccess,
  close: loadShell,
  config: loadEnsemble,
  connect: loadShell,
  create: loadWrite,
  delete: loadWrite,
  deleteall: loadWrite,
  delquota: loadQuota,
  get: loadRead,
  getAcl: loadAccess,
  getAllChildrenNumber: loadRead,
  getEphemerals: loadRead,
  history: loadShell,
  listquota: loadQuota,
  ls: loadRead,
  printwatches: loadShell,
  quit: loadShell,
  reconfig: loadEnsemble,
  redo: loadShell,
  removewatches: loadWatch,
  set: loadWrite,
  setAcl: loadAccess,
  setquota: loadQuota,
  stat: loadRead,
  sync: loadWrite,
  version: loadShell,
  whoami: loadAccess,
};

/** Newer zkCli's second name for it. */
const ALIASES: Readonly<Record<string, string>> = { exit: 'quit' };

export const COMMAND_NAMES: readonly string[] = Object.keys(GROUP_OF);

/** @returns undefined if there is no such command */
export async function findCommand(name: string): Promise<Command | undefined> {
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  if (known === undefined || !Object.hasOwn(GROUP_OF, known)) return undefined;
  return (await GROUP_OF[known]?.())?.[known];
}

/** All of them, in the order of their names. */
export async function loadCommands(): Promise<readonly (readonly [name: string, command: Command])[]> {
  const commands: (readonly [string, Command])[] = [];
  for (const name of COMMAND_NAMES) {
    const command = await findCommand(name);
    if (command !== undefined) commands.push([name, command]);
  }
  return commands;
}
