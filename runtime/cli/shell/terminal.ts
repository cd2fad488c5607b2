/**
 * Where the shell reads and writes. At a terminal there is a prompt, the keys edit the line, and what comes while it is
 * shown (a watch that fires) is written above it, so that what was typed so far stays whole.
 */

import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { Completion } from './completer.ts';
import type { Output } from './output.ts';

export interface TerminalOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** There is a prompt, and keys edit the line. */
  readonly isInteractive: boolean;
  /** Where results go. */
  readonly results: Output;
  /** Lines of earlier sessions, oldest first. */
  readonly history: readonly string[];
  readonly complete: (line: string) => Promise<Completion>;
}

export class Terminal implements Output {
  readonly #options: TerminalOptions;
  readonly #lines: Interface;
  #promptOf: () => string = () => '';
  #isPrompting = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    const { input, output, isInteractive, history } = options;
    const editing = {
      output,
      terminal: true,
      // readline has the newest first.
      history: history.toReversed(),
      historySize: Math.max(1, history.length * 2, 1000),
      completer: (line: string, callback: (error: Error | null, result: [string[], string]) => void): void => {
        const offer = ({ offers, fragment }: Completion): void => callback(null, [[...offers], fragment]);
        options.complete(line).then(offer, () => offer({ offers: [], fragment: '' }));
      },
    };
    const crlfDelay = Number.POSITIVE_INFINITY;
    this.#lines = createInterface({ input, crlfDelay, ...(isInteractive ? editing : {}) });
  }

  readonly out = (text: string | Uint8Array): void => this.#beside(() => this.#options.results.out(text));
  readonly err = (text: string): void => this.#beside(() => this.#options.results.err(text));

  /**
   * Hands over line after line until the input ends, or `onLine` says that it was the last.
   * @param promptOf  makes the prompt for each line; it is shown at a terminal only
   */
  async readLines(
    promptOf: () => string,
    onLine: (line: string) => Promise<{ readonly isLast: boolean }>,
  ): Promise<void> {
    this.#promptOf = promptOf;
    this.#prompt();
    for await (const line of this.#lines) {
      this.#isPrompting = false;
      const { isLast } = await onLine(line);
      if (isLast) break;
      this.#prompt();
    }
    this.#isPrompting = false;
    this.#lines.close();
  }

  #prompt(): void {
    if (!this.#options.isInteractive) return;
    this.#lines.setPrompt(this.#promptOf());
    this.#lines.prompt();
    this.#isPrompting = true;
  }

  #beside(write: () => void): void {
    if (!this.#isPrompting) {
      write();
      return;
    }
    const { output } = this.#options;
    cursorTo(output, 0);
    clearLine(output, 0);
    write();
    // Made anew: what was just told may be that the connection is up.
    this.#lines.setPrompt(this.#promptOf());
    this.#lines.prompt(true);
  }
}
