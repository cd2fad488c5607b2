/** What a command of the shell is, and what it may use. */

import type { Client } from '../../client/client.ts';
import type { WatchListener } from '../../client/watches.ts';
import { CommandError } from './command-error.ts';
import type { FlagSpec, ParsedArguments } from './flags.ts';
import type { Output } from './output.ts';

export interface CommandContext extends Output {
  /** The client, connected. @throws CommandError after a while without a connection, or after `close` */
  client(): Promise<Client>;
  /** Prints the events of watches that commands set. */
  readonly onWatch: WatchListener;
  /** Told of each ephemeral znode, because it decides whether a single command closes its session. */
  onEphemeral(): void;
  readonly shell: ShellControl;
}

/** The part of the shell that commands steer. */
export interface ShellControl {
  /** Opens another session; null means the present connect string. */
  connect(server: string | null): Promise<void>;
  close(): Promise<void>;
  quit(): void;
  printsWatches: boolean;
  /** All lines entered, oldest first; the running one is the last. */
  readonly history: readonly string[];
  run(line: string): Promise<void>;
}

export interface Command {
  readonly usage: string;
  readonly flags: FlagSpec;
  /** Fewest operands; with less, the usage is printed. */
  readonly operandsMin: number;
  run(context: CommandContext, args: ParsedArguments): Promise<void> | void;
}

export const NO_FLAGS: FlagSpec = { flags: '', values: '' };

export type CommandTable = Readonly<Record<string, Command>>;

/** An operand within `operandsMin`, which the shell has checked. */
export function operand({ operands }: ParsedArguments, index: number): string {
  const value = operands[index];
  if (value === undefined) throw new RangeError(`operand ${index} is beyond the command's operandsMin`);
  return value;
}

/** @throws CommandError unless the text is a whole number */
export function parseNumber(text: string, message: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value;
  throw new CommandError(message);
}

/** The number after `-v`; -1 (any version) without it. */
export function parseVersion(args: ParsedArguments): number {
  const text = args.value('v');
  return text === undefined ? -1 : parseNumber(text, `-v takes a number, not "${text}"`);
}
