/**
 * `threadkeeper start` as a process of its own, the way a user runs it, for faults that no thread survives. Whoever starts
 * one ends it; one that was forgotten is killed when the test process exits.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adminSocketPath } from '../../runtime/admin/admin-protocol.ts';
import { eventually } from './eventually.ts';

const MAIN = fileURLToPath(new URL('../../runtime/cli/main.js', import.meta.url));
const READY_WITHIN_MS = 60_000;

export interface CommandOptions {
  /** Working directory. Default: that of the tests. */
  readonly cwd?: string;
  /** On top of the tests' own environment, of which nothing that configures Threadkeeper is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for node itself. */
  readonly nodeArgs?: readonly string[];
}

export interface Ended {
  /** null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line until it ends by itself. Killed after 30 s. */
export async function runThreadkeeper(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const run = new ThreadkeeperProcess(args, options);
  const timer = setTimeout(() => run.kill9(), 30_000);
  const exitCode = await run.ended;
  clearTimeout(timer);
  return { exitCode, stdout: run.stdout, stderr: run.stderr };
}

/** Runs `threadkeeper start` with these arguments; resolves once it is ready. Rejects, with its output, if it ends before. */
export async function startThreadkeeper(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<ThreadkeeperProcess> {
  const run = new ThreadkeeperProcess(['start', ...args], options);
  let hasEnded = false;
  void run.ended.then(() => {
    hasEnded = true;
  });
  try {
    await eventually(() => hasEnded || run.clientPorts.length > 0, { withinMs: READY_WITHIN_MS });
  } catch (cause) {
    await run.kill9();
    throw new Error(`not ready in time:\n${run.stdout}${run.stderr}`, { cause });
  }
  if (hasEnded) throw new Error(`ended before it was ready:\n${run.stdout}${run.stderr}`);
  return run;
}

export class ThreadkeeperProcess {
  stdout = '';
  stderr = '';
  /** The exit code; null where a signal ended it. Resolves when all output has arrived. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], { cwd, env = {}, nodeArgs = [] }: CommandOptions) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('THREADKEEPER_'));
    const child = spawn(process.execPath, [...nodeArgs, MAIN, ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const killOnExit = (): void => void child.kill('SIGKILL');
    process.once('exit', killOnExit);
    this.ended = once(child, 'close').then(([exitCode]: readonly unknown[]) => {
      process.removeListener('exit', killOnExit);
      this.#removeSocket();
      return typeof exitCode === 'number' ? exitCode : null;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** In order of the replicas; empty before the line `ready`. */
  get clientPorts(): readonly number[] {
    const ports = /^ready ports=([\d,]+)/m.exec(this.stdout)?.[1];
    return ports === undefined ? [] : ports.split(',').map(Number);
  }

  get connectString(): string {
    return this.clientPorts.map((port) => `127.0.0.1:${port}`).join(',');
  }

  /** Sends a signal and waits for the end. */
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    this.#child.kill(name);
    return this.ended;
  }

  /** A process that was killed leaves its local socket behind; on free ports nobody would ever take it over. */
  #removeSocket(): void {
    const [port] = this.clientPorts;
    if (port !== undefined) rmSync(adminSocketPath(port), { force: true });
  }

  /** Idempotent. */
  async kill9(): Promise<void> {
    await this.signal('SIGKILL');
  }
}
