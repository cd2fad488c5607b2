/**
 * An ensemble in a process of its own under attack, while neighbours, one at each replica, write and read all along. It
 * must not end, must hold no more memory and handles than before, must not write a log without end; and the neighbours'
 * sessions, connections and replies must be as if nobody else were there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { Prng } from '../simulation/prng.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';
import { WEIGHTED } from './attacks.ts';

export interface SiegeOptions {
  readonly seed: number;
  readonly cases: number;
  /** Called with the number of cases done, about once a second. */
  readonly onProgress?: (cases: number) => void;
}

export interface SiegeReport {
  readonly cases: number;
  readonly states: readonly string[];
  readonly neighbourWrites: number;
  readonly neighbourReads: number;
  /** Resident memory and open handles after a first part of the cases, and at the end. */
  readonly memoryMiB: readonly [warm: number, end: number];
  readonly handles: readonly [before: number, end: number];
  readonly logLines: number;
  readonly seconds: number;
  readonly isAlive: boolean;
}

/** Node.js breathes by some tens of MiB; what leaks with every case goes far beyond in a soak. */
const GROWTH_MIB_MAX = 128;
/** What a neighbour's write leaves in three trees, three logs and its client's books. */
const MIB_A_WRITE = 0.003;
/** Of each replica in ten seconds, with the line that counts those left out. */
const LOG_LINES_MAX = 101;
const LOG_WINDOW_S = 10;

/** @returns what a siege has done to the ensemble or to its neighbours, in one line each; none if nothing */
export function damageOf(report: SiegeReport): string[] {
  const { isAlive, states, memoryMiB, handles, logLines, seconds, neighbourReads, neighbourWrites } = report;
  const damage = [...states];
  if (!isAlive) damage.push('the process has ended');
  if (neighbourReads === 0 || neighbourWrites === 0) damage.push('the neighbours were not served');
  const [warm, end] = memoryMiB;
  const growthMax = GROWTH_MIB_MAX + neighbourWrites * MIB_A_WRITE;
  if (end - warm > growthMax) damage.push(`memory grew from ${warm} to ${end} MiB`);
  const [before, after] = handles;
  if (after > before) damage.push(`handles grew from ${before} to ${after}`);
  const windows = Math.ceil(seconds / LOG_WINDOW_S) + 1;
  if (logLines > windows * LOG_LINES_MAX * REPLICAS) damage.push(`${logLines} lines of log in ${seconds} s`);
  return damage;
}

const REPLICAS = 3;
const ATTACKERS = 4;
/** Part of the cases after which a process has reached its size. */
const WARM_PART = 0.3;
const NEIGHBOUR_PAUSE_MS = 5;
const LIST_BYTES_MAX = 64 << 20;

export async function besiege(options: SiegeOptions): Promise<SiegeReport> {
  const directory = makeTemporaryDirectory('siege');
  const threadkeeper = await startThreadkeeper(['--no-pipelines', '--in-memory'], {
    cwd: directory.path,
    // A short log: what legal sessions of enemies write must not be taken for a leak.
    env: {
      THREADKEEPER_CLIENT_PORT: '0',
      THREADKEEPER_SNAP_COUNT: '2000',
      THREADKEEPER_MIN_SESSION_TIMEOUT_MS: '1000',
    },
  });
  try {
    return await new Siege(threadkeeper, options).run();
  } finally {
    await threadkeeper.kill9();
    directory.remove();
  }
}

class Siege {
  readonly #threadkeeper: ThreadkeeperProcess;
  readonly #options: SiegeOptions;
  #cases = 0;
  #toldMs = 0;

  constructor(threadkeeper: ThreadkeeperProcess, options: SiegeOptions) {
    this.#threadkeeper = threadkeeper;
    this.#options = options;
  }

  async run(): Promise<SiegeReport> {
    const { pid, clientPorts } = this.#threadkeeper;
    const { seed, cases } = this.#options;
    const startMs = performance.now();
    const neighbours: Neighbour[] = [];
    for (const port of clientPorts) neighbours.push(await Neighbour.settle(port));
    const handlesBefore = countHandles(pid);
    await this.#attack(seed, cases * WARM_PART);
    const memoryWarm = residentMiB(pid);
    await this.#attack(seed + 1, cases);
    // What was accepted and is gone is closed here within moments.
    await eventually(() => countHandles(pid) <= handlesBefore, { withinMs: 20_000 }).catch(() => undefined);
    const report = {
      cases: this.#cases,
      memoryMiB: [memoryWarm, residentMiB(pid)] as const,
      handles: [handlesBefore, countHandles(pid)] as const,
      logLines: this.#threadkeeper.stderr.split('\n').length,
      seconds: (performance.now() - startMs) / 1000,
      isAlive: isAlive(pid),
    };
    const states: string[] = [];
    for (const neighbour of neighbours) states.push(...(await neighbour.leave()));
    return {
      ...report,
      states,
      neighbourWrites: sum(neighbours.map(({ writes }) => writes)),
      neighbourReads: sum(neighbours.map(({ reads }) => reads)),
    };
  }

  async #attack(seed: number, until: number): Promise<void> {
    const attackers = Array.from({ length: ATTACKERS }, (_, index) =>
      this.#attackUntil(new Prng(seed + index * 1000), until),
    );
    await Promise.all(attackers);
  }

  async #attackUntil(prng: Prng, until: number): Promise<void> {
    const { clientPorts } = this.#threadkeeper;
    while (this.#cases < until) {
      this.#cases += await prng.pick(WEIGHTED)(prng, prng.pick(clientPorts));
      const nowMs = performance.now();
      if (nowMs - this.#toldMs < 1000) continue;
      this.#toldMs = nowMs;
      this.#options.onProgress?.(this.#cases);
    }
  }
}

/** A client of one replica that writes and reads without pause, and keeps the books. */
class Neighbour {
  reads = 0;
  readonly #client: ObservableClient;
  readonly #writer: RecordedWriter;
  readonly #states: string[] = [];
  #isStaying = true;
  #reading: Promise<void> = Promise.resolve();

  private constructor(client: ObservableClient, root: string) {
    this.#client = client;
    this.#writer = new RecordedWriter({ client, root, lanes: 1, pauseMs: NEIGHBOUR_PAUSE_MS });
  }

  static async settle(port: number): Promise<Neighbour> {
    // Room for the list of all that it writes in a long siege.
    const client = connect(`127.0.0.1:${port}`, { frameBytesMax: LIST_BYTES_MAX });
    const neighbour = new Neighbour(client, `/neighbour-${port}`);
    await neighbour.#writer.start();
    client.onState((state) => neighbour.#states.push(state));
    neighbour.#reading = neighbour.#read();
    return neighbour;
  }

  get writes(): number {
    return this.#writer.acknowledged;
  }

  /** Ends it, holding its books against the tree. @returns the states that its connection went through */
  async leave(): Promise<readonly string[]> {
    this.#isStaying = false;
    await this.#reading;
    await this.#writer.stop();
    if (this.#writer.unanswered > 0) this.#states.push(`${this.#writer.unanswered} writes without an answer`);
    await this.#writer.check(this.#client);
    const states = [...this.#states];
    await this.#client.close();
    return states;
  }

  async #read(): Promise<void> {
    while (this.#isStaying) {
      try {
        await this.#client.getChildren(this.#writer.root);
        this.reads += 1;
        await delay(NEIGHBOUR_PAUSE_MS);
      } catch (error) {
        this.#states.push(`a read failed: ${error instanceof Error ? error.message : error}`);
        return;
      }
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function residentMiB(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

/** Of files and sockets; 0 where the system does not tell. */
function countHandles(pid: number): number {
  const directory = `/proc/${pid}/fd`;
  return existsSync(directory) ? readdirSync(directory).length : 0;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
