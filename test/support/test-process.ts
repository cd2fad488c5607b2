/**
 * Runs one compiled test file in a process of its own and reads the verdict from its ledger line. It owns the process
 * group: what is still alive in it once the file has ended, or run out of time, is killed and counted as a failure.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestFile } from './test-files.ts';

export interface FileResult {
  readonly passed: number;
  /** Failed and unfinished tests, and one for each thing that went wrong with the file as a whole. */
  readonly failed: number;
  /** What went wrong with the file as a whole. */
  readonly problems: readonly string[];
  readonly output: string;
  readonly tookMs: number;
}

/** Beyond this, the beginning of a file's output is dropped: the failure and the ledger stand at its end. */
const OUTPUT_CHARACTERS_MAX = 1_000_000;
/** How long child processes that a test has told to end may take to be gone. */
const CHILDREN_GRACE_MS = 2000;
const LEDGER = /^ledger: (\d+) registered, (\d+) passed, (\d+) failed, (\d+) unfinished$/gm;

const running = new Set<ChildProcess>();

/** Ends every test process that is still running, with its children. For a run that is interrupted. */
export function killRunning(): void {
  for (const child of running) killGroup(child);
}

export async function runTestFile(file: TestFile, cwd: string): Promise<FileResult> {
  if (!existsSync(file.compiled)) return failure(`${file.compiled} is missing: build first`);
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', file.compiled], {
    cwd,
    // A group of its own, so that nothing a test starts can outlive it.
    detached: true,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const collect = (chunk: string): void => {
    output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);

  const problems: string[] = [];
  const timer = setTimeout(() => {
    problems.push(`did not end within ${file.timeoutMs / 1000} s`);
    killGroup(child);
  }, file.timeoutMs);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  clearTimeout(timer);
  const survivors = await childrenAfterGrace(child);
  if (survivors.length > 0) problems.push(`left child processes running: ${survivors.join(', ')}`);
  killGroup(child);
  await closed;
  running.delete(child);

  const ledger = [...output.matchAll(LEDGER)].at(-1);
  const [passed, testsFailed, unfinished] = [ledger?.[2], ledger?.[3], ledger?.[4]].map((count) => Number(count ?? 0));
  if (ledger === undefined) problems.push(`printed no ledger and ended with ${ended}`);
  const known = (testsFailed ?? 0) + (unfinished ?? 0) + problems.length;
  if (ended !== '0' && known === 0) problems.push(`ended with ${ended}`);
  return {
    passed: passed ?? 0,
    failed: (testsFailed ?? 0) + (unfinished ?? 0) + problems.length,
    problems,
    output,
    tookMs: performance.now() - startedAt,
  };
}

function failure(problem: string): FileResult {
  return { passed: 0, failed: 1, problems: [problem], output: '', tookMs: 0 };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group is gone already, which is the usual case.
  }
}

async function childrenAfterGrace(child: ChildProcess): Promise<string[]> {
  const deadline = performance.now() + CHILDREN_GRACE_MS;
  for (;;) {
    const alive = groupMembers(child.pid);
    if (alive.length === 0 || performance.now() >= deadline) return alive;
    await delay(20);
  }
}

/** Living processes of a group, as `pid name`. Only Linux can tell; elsewhere the group is killed without a word. */
function groupMembers(group: number | undefined): string[] {
  if (group === undefined || !existsSync('/proc/self/stat')) return [];
  const members: string[] = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const match = /^\d+ \((.*)\) (\S) \d+ (\d+) /s.exec(readIfThere(`/proc/${pid}/stat`));
    // A zombie is dead; whether someone collects it is not the test's business.
    if (match !== null && Number(match[3]) === group && match[2] !== 'Z') members.push(`${pid} ${match[1]}`);
  }
  return members;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
