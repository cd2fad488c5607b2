/**
 * Where the shell reads and writes. At a terminal there is a prompt, and what comes while it is shown (a watch that
 * fires) is written above it, so that what was typed so far stays whole.
 */

import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { Output } from './output.ts';

const NEWLINE = '\n';

/** Results and errors, straight to this process's stdout and stderr. */
export const STANDARD_OUTPUT: Output = {
  out: (text) => {
    process.stdout.write(text);
    process.stdout.write(NEWLINE);
  },
  err: (text) => void process.stderr.write(text + NEWLINE),
};

export class Terminal implements Output {
  readonly isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  readonly #lines: Interface;
  #promptOf: () => string = () => '';
  #isPrompting = false;

  constructor() {
    const output = this.isInteractive ? { output: process.stdout } : {};
    this.#lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY, ...output });
  }

  readonly out = (text: string | Uint8Array): void => this.#beside(() => STANDARD_OUTPUT.out(text));
  readonly err = (text: string): void => this.#beside(() => STANDARD_OUTPUT.err(text));

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
    if (!this.isInteractive) return;
    this.#lines.setPrompt(this.#promptOf());
    this.#lines.prompt();
    this.#isPrompting = true;
  }

  #beside(write: () => void): void {
    if (!this.#isPrompting) {
      write();
      return;
    }
    cursorTo(process.stdout, 0);
    clearLine(process.stdout, 0);
    write();
    // Made anew: what was just told may be that the connection is up.
    this.#lines.setPrompt(this.#promptOf());
    this.#lines.prompt(true);
  }
}
