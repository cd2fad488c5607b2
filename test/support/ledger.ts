/**
 * The ledger of one test process: which tests were registered, which ended and how, and what failed outside of a test.
 * It decides the exit code when the process ends, whoever ended it: a test that never finished, a hook that threw, an
 * empty file and a handle left open are failures, although uvu itself would stay green. Its last line on stdout, which
 * test/run.ts reads, is `ledger: N registered, N passed, N failed, N unfinished`; without that line a file has failed.
 */
import { inspect } from 'node:util';

/** What a finished process may take to let go of its sockets, threads and timers before it is said to leak. */
const LEAK_GRACE_MS = 1000;

export type Entry = { readonly name: string; state: 'registered' | 'started' | 'passed' | 'failed' };

const entries: Entry[] = [];
const problems: string[] = [];
const openSuites = new Set<object>();
let leakTimer: NodeJS.Timeout | undefined;

export function register(name: string): Entry {
  const entry: Entry = { name, state: 'registered' };
  entries.push(entry);
  return entry;
}

/** A failure that belongs to no test: a hook, an empty suite. It turns the process red. */
export function reportProblem(what: string, error?: unknown): void {
  const text = error === undefined ? what : `${what}: ${inspect(error, { depth: 4 })}`;
  problems.push(text);
}

/** A suite was told to run; its handles are looked at once every suite that was opened has closed. */
export function openSuite(key: object): void {
  openSuites.add(key);
  clearTimeout(leakTimer);
}

export function closeSuite(key: object): void {
  openSuites.delete(key);
  if (openSuites.size > 0) return;
  // Unreferenced, so it fires only where something else keeps the event loop alive: exactly what is to be found.
  leakTimer = setTimeout(reportLeaks, LEAK_GRACE_MS);
  leakTimer.unref();
}

function reportLeaks(): void {
  reportProblem(
    `still open ${LEAK_GRACE_MS} ms after the last test: ${countByType(process.getActiveResourcesInfo())}` +
      ' (close sockets, servers, timers, ports, threads and child processes in the test that opened them)',
  );
  process.exit(1);
}

function countByType(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  if (counts.size === 0) return 'a resource of unknown type (a worker thread, as a rule)';
  return [...counts].map(([type, count]) => `${count} × ${type}`).join(', ');
}

process.on('exit', (code) => {
  const passed = entries.filter((entry) => entry.state === 'passed').length;
  const failed = entries.filter((entry) => entry.state === 'failed').length;
  const unfinished = entries.filter((entry) => entry.state === 'registered' || entry.state === 'started');
  for (const entry of unfinished) {
    problems.push(
      entry.state === 'started'
        ? `"${entry.name}" was still running when the process ended`
        : `"${entry.name}" never ran (a failed hook, a missing .run(), or an early exit)`,
    );
  }
  if (entries.length === 0) problems.push('the file has no tests');
  if (code !== 0 && failed === 0 && problems.length === 0) problems.push(`the process ended with exit code ${code}`);

  for (const problem of problems) process.stdout.write(`\n  PROBLEM ${problem}\n`);
  process.stdout.write(
    `ledger: ${entries.length} registered, ${passed} passed, ${failed + problems.length - unfinished.length} failed, ${unfinished.length} unfinished\n`,
  );
  if (failed > 0 || problems.length > 0) process.exitCode = 1;
});
