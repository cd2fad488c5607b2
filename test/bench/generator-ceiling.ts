/**
 * How fast the load generator is against a server that only echoes. A row counts only if this is at least twice what
 * either side reached in it: otherwise the generator, not the server, was measured.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Sample } from './metrics.ts';
import type { LoadRow } from './rows.ts';
import { runLoad } from './run-load.ts';

const ECHO_SERVER = join(import.meta.dirname, 'echo-server.js');
const SECONDS = 1;

/** @returns operations a second by the row's name */
export async function generatorCeiling(rows: readonly LoadRow[]): Promise<Sample> {
  const ceiling: Record<string, number> = {};
  for (const row of rows) {
    const echo = spawn(process.execPath, [ECHO_SERVER, `${row.size}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const port = await new Promise<string>((resolve) => echo.stdout.setEncoding('utf8').once('data', resolve));
    const { work, connections, outstanding, size } = row;
    const report = await runLoad({
      servers: [`127.0.0.1:${port.trim()}`],
      work,
      connections,
      outstanding,
      size,
      seconds: SECONDS,
      warmup: SECONDS / 2,
    });
    ceiling[row.name] = report.operationsPerSecond;
    echo.stdin.end();
  }
  return ceiling;
}
