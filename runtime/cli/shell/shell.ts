/**
 * The shell of `threadkeeper cli`: runs commands, one after the other, in a session that is opened when the first of
 * them needs it. Results go to stdout, `Created …` and failures to stderr, as with zkCli.
 */

import { Client } from '../../client/client.ts';
import type { SessionState } from '../../client/session.ts';
import type { WatchedEvent } from '../../client/watches.ts';
import { ExitCode } from '../exit-code.ts';
import type { CommandContext, ShellControl } from './command.ts';
import { CommandError, describeFailure } from './command-error.ts';
import { COMMANDS, describeCommands } from './commands.ts';
import { parseFlags } from './flags.ts';
import { formatSessionEvent, formatWatchedEvent, type Output } from './output.ts';
import { attemptTimeoutMs, type ReachOptions, reach } from './reach.ts';
import { splitWords } from './words.ts';

export interface ShellOptions extends ReachOptions, Output {
  /** Tell of the session's own events as well: for somebody at a prompt. */
  readonly tellsSession: boolean;
}

const SESSION_EVENTS: Partial<Record<SessionState, Parameters<typeof formatSessionEvent>[0]>> = {
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

  get prompt(): string {
    const state = this.#client?.state ?? (this.#isClosed ? 'closed' : 'connecting');
    const shown =
      state === 'connected' || state === 'reconnected' ? 'CONNECTED' : state === 'closed' ? 'CLOSED' : 'CONNECTING';
    return `[zk: ${this.#server}(${shown}) ${this.history.length}] `;
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

  /** Runs a command and sets the exit code. Failures are told, not thrown. */
  async runWords(words: readonly string[]): Promise<void> {
    try {
      await this.#execute(words);
      this.#exitCode = ExitCode.ok;
    } catch (error) {
      const { message, exitCode } = describeFailure(error);
      this.#options.err(message);
      this.#exitCode = exitCode;
    }
  }

  /** Repeats a line; in the history it stands in the place of the line that asked for it. */
  async run(line: string): Promise<void> {
    this.history[this.history.length - 1] = line;
    await this.#execute(splitWords(line));
  }

  async connect(server: string | null): Promise<void> {
    await this.close();
    this.#server = server ?? this.#server;
    this.#isClosed = false;
    await this.#reach(this.open());
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

  async #execute([name = '', ...rest]: readonly string[]): Promise<void> {
    if (name === 'help') {
      this.#options.out(describeCommands());
      return;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      const text = `${describeCommands()}\nCommand not found: Command not found ${name}`;
      throw new CommandError(text, ExitCode.commandNotFound);
    }
    const args = parseFlags(command.flags, rest, command.usage);
    if (args.operands.length < command.operandsMin) throw new CommandError(command.usage);
    await command.run(this.#context(), args);
  }

  #context(): CommandContext {
    return {
      out: this.#options.out,
      err: this.#options.err,
      client: () => this.#connectedClient(),
      onWatch: this.#onWatch,
      onEphemeral: () => {
        this.#madeEphemeral = true;
      },
      shell: this,
    };
  }

  async #connectedClient(): Promise<Client> {
    // The word zkCli prints, though there to stdout and with exit code 0.
    if (this.#isClosed) throw new CommandError('Not connected');
    const client = this.open();
    await this.#reach(client);
    return client;
  }

  #reach(client: Client): Promise<void> {
    const { timeoutMs, waitsForConnection } = this.#options;
    return reach(client, { server: this.#server, timeoutMs, waitsForConnection });
  }

  #makeClient(): Client {
    const { timeoutMs } = this.#options;
    const client = new Client(this.#server, {
      sessionTimeoutMs: timeoutMs,
      attemptTimeoutMs: attemptTimeoutMs(timeoutMs),
    });
    if (this.#options.tellsSession) client.onState((state) => this.#onState(state));
    return client;
  }

  #onState(state: SessionState): void {
    const event = SESSION_EVENTS[state];
    if (event !== undefined && this.printsWatches) this.#options.out(formatSessionEvent(event));
  }

  readonly #onWatch = (event: WatchedEvent): void => {
    if (this.printsWatches && event.type !== 'sessionEnded') this.#options.out(formatWatchedEvent(event));
  };
}
