/** All commands of the AdminServer, by every name they have (org.apache.zookeeper.server.admin.Commands). */

import { NOT_SERVING, type ReplicaView, serverState } from '../replica-view.ts';
import { CLIENT_COMMANDS } from './client-commands.ts';
import type { AdminCommand, CommandAnswer, CommandRequest } from './command.ts';
import { ENSEMBLE_COMMANDS } from './ensemble-commands.ts';
import { SERVER_COMMANDS } from './server-commands.ts';
import { SNAPSHOT_COMMANDS } from './snapshot-commands.ts';

const COMMANDS: readonly AdminCommand[] = [
  ...SERVER_COMMANDS,
  ...CLIENT_COMMANDS,
  ...ENSEMBLE_COMMANDS,
  ...SNAPSHOT_COMMANDS,
];

const BY_NAME: ReadonlyMap<string, AdminCommand> = new Map(
  COMMANDS.flatMap((command) => command.names.map((name) => [name, command] as const)),
);

/** Primary names in alphabetical order, for the page that lists them. */
export const COMMAND_NAMES: readonly string[] = COMMANDS.map(({ names: [primary] }) => primary).sort();

export interface NamedAnswer {
  /** The primary name; what was asked for, where nothing has that name. */
  readonly command: string;
  readonly answer: CommandAnswer;
}

/** @param name  primary or alias @param method  of HTTP: a command answers to its own only */
export async function runCommand(
  view: ReplicaView,
  { name, method }: { readonly name: string; readonly method: 'GET' | 'POST' },
  request: CommandRequest,
): Promise<NamedAnswer> {
  const command = BY_NAME.get(name);
  if (command === undefined || (command.method ?? 'GET') !== method) {
    return { command: name, answer: { members: {}, error: `Unknown command: ${name}` } };
  }
  const [primary] = command.names;
  if (command.needsService && serverState(view) === null) {
    return { command: primary, answer: { members: {}, error: NOT_SERVING } };
  }
  return { command: primary, answer: await command.run(view, request) };
}
