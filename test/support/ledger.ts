/**
 * The ledger of one test process: which tests were registered, which ended and how, and what failed outside of a test.
 * It decides the exit code when the process ends, whoever ended it: a test that never finished, a hook that threw, an
 * empty file and a handle left open are failures, although uvu itself would stay green. Its last line on stdout, which
 * test/run.ts reads, is `ledger: N registered, N passed, N failed, N unfinished`; without that line a file has failed.
 */
import { inspect } from 'node:util';
import type { Worker } from 'node:worker_threads';

/** What a finished process may take to let go of its sockets, threads and timers before it is said to leak. */
const LEAK_GRACE_MS = 1000;

export type Entry = { readonly name: string; state: 'registered' | 'started' | 'passed' | 'failed' };

const entries: Entry[] = [];
const problems: string[] = [];
const details: string[] = [];
const openSuites = new Set<object>();
const liveWorkers = new Set<Worker>();
/** The process's own handles: its output streams, which are touched here so that they are counted. */
const ownResources = process.stdout && process.stderr && process.getActiveResourcesInfo();
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

/** Something worth printing beside a failed test, such as the fields and causes of its error. */
export function reportDetail(text: string): void {
  details.push(text);
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

// Node lists sockets, timers and ports among the active resources, but never a thread.
process.on('worker', (worker) => {
  liveWorkers.add(worker);
  worker.once('exit', () => liveWorkers.delete(worker));
});

function reportLeaks(): void {
  const types = process.getActiveResourcesInfo();
  for (const own of ownResources) if (types.includes(own)) types.splice(types.indexOf(own), 1);
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  const open = [...counts].map(([type, count]) => `${count} × ${type}`);
  if (liveWorkers.size > 0) open.push(`${liveWorkers.size} × Worker`);
  reportProblem(
    `still open ${LEAK_GRACE_MS} ms after the last test: ${open.join(', ') || 'something that Node does not list'}` +
      ' (whoever opens a socket, server, timer, port, thread or child process closes it)',
  );
  process.exit(1);
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

  for (const detail of details) process.stdout.write(`  DETAIL ${detail}\n`);
  for (const problem of problems) process.stdout.write(`  PROBLEM ${problem}\n`);
  process.stdout.write(
    `ledger: ${entries.length} registered, ${passed} passed, ${failed + problems.length - unfinished.length} failed, ${unfinished.length} unfinished\n`,
  );
  if (failed > 0 || problems.length > 0) process.exitCode = 1;
});
