/** What a command of the shell is, what it may use, and what it hands back. */

import type { Client } from '../../client/client.ts';
import type { WatchListener } from '../../client/watches.ts';
import { CommandError } from './command-error.ts';
import type { OptionSpec, ParsedArguments } from './flags.ts';
import type { JsonObject, JsonShapes } from './json-shapes.ts';

/** What a command has found out, told in one of two ways; only the one that is asked for is made. */
export interface CommandResult {
  /** What zkCli prints on stdout, one line each; data goes out as bytes. */
  readonly text: () => readonly (string | Uint8Array)[];
  /** What zkCli prints on stderr although the command succeeded. */
  readonly notes?: readonly string[];
  /** One document, of the shape that the command's `json` describes; most text needs nothing of what it is made with. */
  readonly json: (shapes: JsonShapes) => JsonObject;
}

export interface CommandContext {
  /** The client, connected. @throws CommandError after a while without a connection, or after `close` */
  client(): Promise<Client>;
  /** Prints the events of watches that commands set. */
  readonly onWatch: WatchListener;
  /** Told of each ephemeral znode, because it decides whether a single command closes its session. */
  onEphemeral(): void;
  /** Says something beside the result: on stderr, or with --json in the document's `warnings`. */
  warn(text: string): void;
  readonly shell: ShellControl;
}

/** The part of the shell that commands steer. */
export interface ShellControl {
  /** Opens another session; null means the present connect string. @returns the connect string */
  connect(server: string | null): Promise<string>;
  close(): Promise<void>;
  quit(): void;
  printsWatches: boolean;
  /** All lines entered in this session of the shell, oldest first; the running one is the last. */
  readonly history: readonly string[];
  /** Runs another line in the place of the running one. */
  run(line: string): Promise<CommandResult>;
}

export interface Command {
  /** As zkCli prints it: name, options, operands. */
  readonly usage: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** Of `options`, no two may be given together. */
  readonly exclusive?: readonly string[];
  /** Fewest operands; with less, the usage is printed. */
  readonly operandsMin: number;
  /** Most operands, where more are refused and not ignored. */
  readonly operandsMax?: number;
  /** The usage that is printed for a mistake goes on with the options' meanings (zkCli 3.9: get and set). */
  readonly explainsOptions?: boolean;
  /** The first operand is the path of a znode: Tab completes it. */
  readonly takesPath?: boolean;
  /** The line holds a secret: it is kept in no history. */
  readonly isSecret?: boolean;
  /** A line that a reader can type as it is. */
  readonly example: string;
  /** The shape of its JSON document. */
  readonly json: string;
  run(context: CommandContext, args: ParsedArguments): Promise<CommandResult> | CommandResult;
}

export type CommandTable = Readonly<Record<string, Command>>;

export const STAT_OPTION: OptionSpec = { name: 's', describe: 'Print znode stats additionally' };
export const WATCH_OPTION: OptionSpec = { name: 'w', describe: 'Watch for changes on the znode' };
export const VERSION_OPTION: OptionSpec = {
  name: 'v',
  value: 'version',
  describe: 'Refuse unless the znode has this version',
};

/** An operand within `operandsMin`, which the shell has checked. */
export function operand({ operands }: ParsedArguments, index: number): string {
  const value = operands[index];
  if (value === undefined) throw new RangeError(`operand ${index} is beyond the command's operandsMin`);
  return value;
}

/** @throws CommandError unless the text is a whole number */
export function parseNumber(text: string, message: string): number {
  const value = Number(text);
  if (/^\s*[+-]?\d+\s*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new CommandError(message);
}

/** The number after `-v`; -1 (any version) without it. */
export function parseVersion(args: ParsedArguments): number {
  const text = args.value('v');
  return text === undefined ? -1 : parseNumber(text, `-v takes a number, not "${text}"`);
}
