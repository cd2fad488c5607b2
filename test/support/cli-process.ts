/** Our own `threadkeeper cli` as a process, as scripts run it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CliResult } from './apache-zookeeper.ts';

const MAIN = fileURLToPath(new URL('../../runtime/cli/main.js', import.meta.url));

/** @param args  what follows `threadkeeper cli` @param input  lines for its shell, which ends after the last one */
export async function runCli(args: readonly string[], input = ''): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, 'cli', ...args], { stdio: 'pipe' });
  const closed = once(child, 'close');
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  const [exitCode] = await closed;
  return { exitCode: typeof exitCode === 'number' ? exitCode : null, stdout, stderr };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
