/**
 * The shell of `threadkeeper cli`: runs commands, one after the other, in a session that is opened when the first of
 * them needs it. Results go to stdout, `Created …` and failures to stderr, as with zkCli; as JSON, one document each.
 */

import { Client } from '../../client/client.ts';
import type { ClientOptions } from '../../client/options.ts';
import type { SessionState } from '../../client/session.ts';
import type { WatchedEvent } from '../../client/watches.ts';
import { ExitCode } from '../exit-code.ts';
import type { Command, CommandContext, CommandResult, ShellControl } from './command.ts';
import { CommandError, describeFailure, usageError } from './command-error.ts';
import { COMMAND_NAMES, findCommand } from './commands.ts';
import { COMMON_OPTIONS, type ParsedArguments, parseFlags } from './flags.ts';
import {
  formatSessionEvent,
  formatWatchedEvent,
  type Output,
  type SessionEvent,
  sessionEventJson,
  watchedEventJson,
} from './output.ts';
import { attemptTimeoutMs, type ReachOptions, reach } from './reach.ts';
import { splitWords } from './words.ts';

export interface ShellOptions extends ReachOptions, Output {
  /** Tell of the session's own events as well: for somebody at a prompt. */
  readonly tellsSession: boolean;
  /** Every result and failure as one JSON document. */
  readonly json: boolean;
  /** Beside the timeouts: what the connections are made of. */
  readonly clientOptions: ClientOptions;
}

const SESSION_EVENTS: Partial<Record<SessionState, SessionEvent>> = {
  connected: 'SyncConnected',
  reconnected: 'SyncConnected',
  suspended: 'Disconnected',
  lost: 'Expired',
  closed: 'Closed',
};

export class Shell implements ShellControl {
  printsWatches = true;
  readonly history: string[] = [];
  readonly #options: ShellOptions;
  #server: string;
  #client: Client | null = null;
  #isClosed = false;
  #hasQuit = false;
  #madeEphemeral = false;
  #exitCode: ExitCode = ExitCode.ok;
  /** Of the running command. */
  #wantsJson = false;
  #warnings: string[] = [];

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#server = options.server;
  }

  /** Of the last command. */
  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  get hasQuit(): boolean {
    return this.#hasQuit;
  }

  /** The session as it is now; null where there is none, or no connection. */
  get connectedClient(): Client | null {
    const state = this.#client?.state;
    return state === 'connected' || state === 'reconnected' ? this.#client : null;
  }

  get prompt(): string {
    return `[zk: ${this.#server}(${this.#stateName()}) ${this.history.length}] `;
  }

  /** Opens the session now and not with the first command. @throws ConfigError for a connect string without sense */
  open(): Client {
    this.#client ??= this.#makeClient();
    return this.#client;
  }

  /** Runs a line of the shell; an empty one does nothing. */
  async runLine(line: string): Promise<void> {
    if (line.trim() === '') return;
    this.history.push(line.trim());
    await this.runWords(splitWords(line));
  }

  /** Runs a command, prints what came of it and sets the exit code. Failures are told, not thrown. */
  async runWords(words: readonly string[]): Promise<void> {
    this.#wantsJson = this.#options.json;
    this.#warnings = [];
    try {
      const result = await this.#execute(words);
      await this.#print(result);
      this.#exitCode = ExitCode.ok;
    } catch (error) {
      const failure = describeFailure(error);
      if (this.#wantsJson) {
        const { errorJson } = await import('./json-shapes.ts');
        this.#options.err(JSON.stringify(errorJson(error, failure)));
      } else this.#options.err(failure.shown);
      this.#exitCode = failure.exitCode;
    }
  }

  /** Repeats a line; in the history it stands in the place of the line that asked for it. */
  async run(line: string): Promise<CommandResult> {
    this.history[this.history.length - 1] = line;
    return await this.#execute(splitWords(line));
  }

  async connect(server: string | null): Promise<string> {
    await this.close();
    this.#server = server ?? this.#server;
    this.#isClosed = false;
    await this.#reach(this.open());
    return this.#server;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    this.#client = null;
    await client?.close();
  }

  quit(): void {
    this.#hasQuit = true;
  }

  /** Ends a single command: the session is left to expire only if an ephemeral znode was just made in it. */
  async end(): Promise<void> {
    if (this.#madeEphemeral) this.#client?.detach();
    else await this.close();
  }

  async #execute([name = '', ...rest]: readonly string[]): Promise<CommandResult> {
    const { words, wantsJson, wantsHelp } = takeCommonOptions(rest);
    if (wantsJson) this.#wantsJson = true;
    const command = await findCommand(name);
    if (command === undefined) return await helpOrRefuse(name, words);
    if (wantsHelp) return (await import('./help.ts')).helpOnCommand(name, command);
    const args = await parseArguments(command, words);
    return await command.run(this.#context(), args);
  }

  async #print({ text, notes = [], json }: CommandResult): Promise<void> {
    const { out, err } = this.#options;
    if (this.#wantsJson) {
      const { JSON_SHAPES } = await import('./json-shapes.ts');
      const warnings = [...this.#warnings];
      out(JSON.stringify({ ...(warnings.length > 0 ? { warnings } : {}), ...json(JSON_SHAPES) }));
      return;
    }
    for (const note of notes) err(note);
    for (const line of text()) out(line);
  }

  #context(): CommandContext {
    return {
      client: () => this.#reachedClient(),
      onWatch: this.#onWatch,
      onEphemeral: () => {
        this.#madeEphemeral = true;
      },
      warn: (text) => {
        if (this.#wantsJson) this.#warnings.push(text);
        else this.#options.err(text);
      },
      shell: this,
    };
  }

  async #reachedClient(): Promise<Client> {
    // The word zkCli prints, though there to stdout and with exit code 0.
    if (this.#isClosed) throw new CommandError('Not connected', { code: 'NOT_CONNECTED' });
    const client = this.open();
    await this.#reach(client);
    return client;
  }

  #reach(client: Client): Promise<void> {
    const { timeoutMs, waitsForConnection } = this.#options;
    return reach(client, { server: this.#server, timeoutMs, waitsForConnection });
  }

  #makeClient(): Client {
    const { timeoutMs, clientOptions } = this.#options;
    const client = new Client(this.#server, {
      ...clientOptions,
      sessionTimeoutMs: timeoutMs,
      attemptTimeoutMs: attemptTimeoutMs(timeoutMs),
    });
    if (this.#options.tellsSession) client.onState((state) => this.#onState(state));
    return client;
  }

  /** As zkCli's prompt says it. */
  #stateName(): string {
    const client = this.connectedClient;
    if (client !== null) return client.isReadOnly ? 'CONNECTEDREADONLY' : 'CONNECTED';
    const isClosed = this.#client === null ? this.#isClosed : this.#client.state === 'closed';
    return isClosed ? 'CLOSED' : 'CONNECTING';
  }

  #onState(state: SessionState): void {
    const event = this.connectedClient?.isReadOnly === true ? 'ConnectedReadOnly' : SESSION_EVENTS[state];
    if (event === undefined || !this.printsWatches) return;
    const { out, json } = this.#options;
    out(json ? sessionEventJson(event) : formatSessionEvent(event));
  }

  readonly #onWatch = (event: WatchedEvent): void => {
    if (!this.printsWatches || event.type === 'sessionEnded') return;
    const { out, json } = this.#options;
    out(json ? watchedEventJson(event) : formatWatchedEvent(event));
  };
}

interface CommonOptions {
  readonly words: readonly string[];
  readonly wantsJson: boolean;
  readonly wantsHelp: boolean;
}

/** Takes the options that every command has out of its words; what follows `--` is left alone. */
function takeCommonOptions(words: readonly string[]): CommonOptions {
  const end = words.indexOf('--');
  const options = end < 0 ? words : words.slice(0, end);
  const isHelp = (word: string): boolean => COMMON_OPTIONS.help.some((option) => option === word);
  const isCommon = (word: string): boolean => word === COMMON_OPTIONS.json || isHelp(word);
  const rest = end < 0 ? [] : words.slice(end);
  return {
    words: [...options.filter((word) => !isCommon(word)), ...rest],
    wantsJson: options.includes(COMMON_OPTIONS.json),
    wantsHelp: options.some(isHelp),
  };
}

async function parseArguments(command: Command, words: readonly string[]): Promise<ParsedArguments> {
  try {
    const args = parseFlags(command, words);
    const { length } = args.operands;
    if (length >= command.operandsMin && length <= (command.operandsMax ?? Number.POSITIVE_INFINITY)) return args;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { describeUsage } = await import('./help.ts');
    const { message, code, exitCode } = error;
    throw new CommandError(message, { code, exitCode, shown: `${message}\n${describeUsage(command)}` });
  }
  const { describeUsage } = await import('./help.ts');
  throw usageError(describeUsage(command));
}

/** `help`, which zkCli does not have, and names that nobody has: answered with the list of those that there are. */
async function helpOrRefuse(name: string, [topic]: readonly string[]): Promise<CommandResult> {
  const { describeCommands, helpOnCommand, helpOnCommands } = await import('./help.ts');
  if (name === 'help') {
    const command = topic === undefined ? undefined : await findCommand(topic);
    if (command !== undefined && topic !== undefined) return helpOnCommand(topic, command);
    return await helpOnCommands();
  }
  const { describeSuggestion } = await import('./suggest.ts');
  const message = `Command not found: Command not found ${name}${describeSuggestion(name, COMMAND_NAMES)}`;
  throw new CommandError(message, {
    exitCode: ExitCode.commandNotFound,
    code: 'COMMAND_NOT_FOUND',
    shown: `${await describeCommands()}\n${message}`,
  });
}
