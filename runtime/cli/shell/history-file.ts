/**
 * What was typed at the prompt in earlier sessions, for the arrow keys: one line a command, oldest first, in
 * `$XDG_STATE_HOME/threadkeeper/cli_history` (`~/.local/state/…`), readable by its owner alone.
 * `THREADKEEPER_CLI_HISTORY` names another file; `off` keeps none.
 *
 * Lines with a secret (addauth) and lines that begin with a space are never written. At most `LINES_MAX` are kept. A file
 * that cannot be read or written is done without: no command fails for it.
 */

import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const LINES_MAX = 1000;
const OWNER_ONLY = { mode: 0o600 } as const;

/** @returns where the history is kept; null if it is switched off */
export function historyPath(env: NodeJS.ProcessEnv): string | null {
  const wanted = env.THREADKEEPER_CLI_HISTORY;
  if (wanted !== undefined) return ['', '0', 'off', 'no', 'false'].includes(wanted.toLowerCase()) ? null : wanted;
  const { XDG_STATE_HOME: stateHome } = env;
  // The specification has relative paths ignored.
  const base = stateHome?.startsWith('/') === true ? stateHome : join(homedir(), '.local', 'state');
  return join(base, 'threadkeeper', 'cli_history');
}

export class HistoryFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns the lines, oldest first; a file that has grown beyond twice the bound is cut */
  load(): readonly string[] {
    try {
      const lines = readFileSync(this.#path, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      const kept = lines.slice(-LINES_MAX);
      if (lines.length > 2 * LINES_MAX) this.#replace(kept);
      return kept;
    } catch {
      return [];
    }
  }

  /** Appends a line at once, so that it survives whatever becomes of this process. */
  add(line: string): void {
    if (line.startsWith(' ') || line.trim() === '') return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${line.trim()}\n`, OWNER_ONLY);
    } catch {
      // No history, then.
    }
  }

  #replace(lines: readonly string[]): void {
    const next = `${this.#path}.${process.pid}`;
    writeFileSync(next, `${lines.join('\n')}\n`, OWNER_ONLY);
    renameSync(next, this.#path);
  }
}
