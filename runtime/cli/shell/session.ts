/**
 * A session of the shell: lines in, one command after the other, until `quit` or the end of the input. At a terminal with
 * a greeting, a prompt, the session's events, Tab and a history; with a pipe there is nothing but results.
 */

import type { ExitCode } from '../exit-code.ts';
import { findCommand } from './commands.ts';
import { type Completion, complete } from './completer.ts';
import { HistoryFile, historyPath } from './history-file.ts';
import type { Output } from './output.ts';
import { Shell, type ShellOptions } from './shell.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';
import { splitWords } from './words.ts';

/** Longest wait for the names of znodes while somebody holds down Tab. */
const COMPLETION_MS_MAX = 1000;

export interface SessionStreams extends Pick<TerminalOptions, 'input' | 'output' | 'isInteractive'> {
  readonly env: NodeJS.ProcessEnv;
}

/** @returns the exit code of the last command */
export async function runShellSession(
  options: Omit<ShellOptions, keyof Output>,
  results: Output,
  streams: SessionStreams = standardStreams(),
): Promise<ExitCode> {
  const { env, isInteractive } = streams;
  const path = isInteractive ? historyPath(env) : null;
  const file = path === null ? null : new HistoryFile(path);
  let shell: Shell | null = null;
  const terminal = new Terminal({
    ...streams,
    results,
    history: file?.load() ?? [],
    complete: (line) => completeLine(line, shell),
  });
  const { out, err } = terminal;
  const running = new Shell({ ...options, out, err, tellsSession: isInteractive });
  shell = running;
  if (isInteractive) out(`Connecting to ${options.server}\nWelcome to Threadkeeper! help lists the commands.`);
  running.open();
  await terminal.readLines(
    () => running.prompt,
    async (line) => {
      if (file !== null && !(await isSecret(line))) file.add(line);
      await running.runLine(line);
      return { isLast: running.hasQuit };
    },
  );
  await running.close();
  return running.exitCode;
}

function standardStreams(): SessionStreams {
  const { stdin: input, stdout: output, env } = process;
  return { input, output, env, isInteractive: input.isTTY === true && output.isTTY === true };
}

async function completeLine(line: string, shell: Shell | null): Promise<Completion> {
  const client = shell?.connectedClient ?? null;
  if (client === null) return await complete(line, null);
  const children = async (path: string): Promise<readonly string[]> =>
    (await client.getChildren(path, { signal: AbortSignal.timeout(COMPLETION_MS_MAX) })).children;
  return await complete(line, { children });
}

/** A line whose command carries a secret, wherever the command stands in it. */
async function isSecret(line: string): Promise<boolean> {
  const [name = ''] = splitWords(line);
  return (await findCommand(name))?.isSecret === true || /\baddauth\b/i.test(line);
}
