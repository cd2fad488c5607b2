/**
 * Threadkeeper as a user starts it: one process from the command line, three durable replicas, no pipelines.
 * What it tells on stdout (the line `ready`) and through `status` and `debug` is all that is used here.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findFreePortRun } from '../../support/free-port-run.ts';
import type { RunningSide, Side } from './side.ts';

const CLI = resolve(import.meta.dirname, '../../../runtime/cli/main.js');
const REPLICAS = 3;
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const STDERR_KEPT_CHARS = 8_192;

export interface ThreadkeeperProcess extends RunningSide {
  /** performance.now() when the line `ready` arrived, and the line; rejects when the process ends before. */
  readonly readyLine: Promise<{ readonly atMs: number; readonly text: string }>;
  /** Lets the process end as SIGTERM makes it, leaving the directory to the caller. */
  terminate(): Promise<void>;
}

export const threadkeeper: Side = { name: 'Threadkeeper', launch: (directory) => launchThreadkeeper(directory, []) };

/** @param nodeFlags for node itself, such as `--cpu-prof` */
export async function launchThreadkeeper(parent: string, nodeFlags: readonly string[]): Promise<ThreadkeeperProcess> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: build first`);
  const directory = mkdtempSync(join(parent, 'threadkeeper-'));
  const port = await findFreePortRun(REPLICAS);
  const servers = Array.from({ length: REPLICAS }, (_, index) => `127.0.0.1:${port + index}`);
  const dataDir = join(directory, 'data');
  const command = [
    'start',
    '--no-pipelines',
    '--replicas',
    `${REPLICAS}`,
    '--client-port',
    `${port}`,
    '--data-dir',
    dataDir,
  ];
  const launchedAtMs = performance.now();
  const child = spawn(process.execPath, [...nodeFlags, CLI, ...command], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.on('exit', killWithUs);
  const readyLine = lineReady(child);
  readyLine.catch(() => {}); // told to whoever awaits it
  const terminate = () => end(child);
  return {
    launchedAtMs,
    servers,
    readyLine,
    pids: () => (child.pid === undefined || hasEnded(child) ? [] : [child.pid]),
    ready: async () => void (await readyLine),
    leaderIndex: () => leaderIndexOf(port),
    killLeader: () => killLeaderOf(port),
    recover: () => everyoneServes(port),
    terminate,
    async close() {
      await terminate();
      process.off('exit', killWithUs);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `status --json` tells that matters here. */
interface Status {
  readonly replicas: readonly { readonly role: { readonly state: string; readonly active: boolean } }[];
}

async function ask(command: readonly string[], port: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...command, '--client-port', `${port}`]);
  return stdout;
}

async function statusOf(port: number): Promise<Status> {
  return JSON.parse(await ask(['status', '--json'], port)) as Status;
}

async function leaderIndexOf(port: number): Promise<number | undefined> {
  const { replicas } = await statusOf(port);
  const index = replicas.findIndex(({ role }) => role.state === 'leading' && role.active);
  return index < 0 ? undefined : index;
}

/** The leader's thread dies at once, as a crash would end it: nothing is drained, synced or said. */
async function killLeaderOf(port: number): Promise<void> {
  await ask(['debug', 'kill', 'leader'], port);
}

async function everyoneServes(port: number): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    // Asking fails while a replica that was asked goes down.
    const status = await statusOf(port).catch(() => undefined);
    if (status?.replicas.every(({ role }) => role.active)) return;
    if (performance.now() > deadlineMs) throw new Error('the killed replica did not come back');
  }
}

function lineReady(child: ChildProcess): Promise<{ atMs: number; text: string }> {
  return new Promise((done, fail) => {
    let stderr = '';
    const { stdout } = child;
    if (stdout === null) throw new Error('the process has no stdout');
    const late = setTimeout(
      () => fail(new Error(`no line "ready" within ${READY_TIMEOUT_MS} ms: ${stderr}`)),
      READY_TIMEOUT_MS,
    );
    createInterface({ input: stdout }).on('line', (text) => {
      if (!text.startsWith('ready')) return;
      clearTimeout(late);
      done({ atMs: performance.now(), text });
    });
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      stderr = (stderr + piece).slice(-STDERR_KEPT_CHARS);
    });
    child.on('exit', (code) => {
      clearTimeout(late);
      fail(new Error(`threadkeeper ended with ${code}: ${stderr}`));
    });
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((done) => {
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.once('exit', () => {
      clearTimeout(late);
      done();
    });
    child.kill('SIGTERM');
  });
}
