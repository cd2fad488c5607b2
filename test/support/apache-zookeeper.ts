/**
 * Apache ZooKeeper as a test's counterpart: Debian's jar, standalone or an ensemble on loopback, each server a process
 * with its own data directory, forced sync on, everything else at ZooKeeper's defaults.
 * Owns the processes and the directory: launched here, stopped and removed here, killed with this process at the latest.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutServer, type ServerLayout } from './apache-zookeeper-layout.ts';
import { serverMode } from './four-letter-word.ts';
import { freePorts } from './free-port.ts';

const JAR = '/usr/share/java/zookeeper.jar';
const MAIN_CLASS = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const STDERR_KEPT_CHARS = 8_192;
const POLL_MS = 20;

export interface ApacheZooKeeperOptions {
  /** 1 (the default) is a standalone server, 3 or more an ensemble. */
  readonly serverCount?: number;
  /** Where the data directories go; the system's temporary directory unless told. */
  readonly parentDir?: string;
  /** Heap limit of each server, 512 MB unless told. */
  readonly heapMb?: number;
  /** Further lines of zoo.cfg. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface ApacheServer {
  /** Its `myid`, from 1. */
  readonly sid: number;
  readonly clientPort: number;
  readonly dataDir: string;
  /** undefined while it does not run. */
  readonly pid: number | undefined;
}

interface ServerSlot extends ServerLayout {
  /** False once it was killed or stopped on purpose: only then may it be absent. */
  isWanted: boolean;
  process: ChildProcess | undefined;
  stderr: string;
}

export function isApacheZooKeeperInstalled(): boolean {
  return existsSync(JAR) && existsSync('/usr/bin/java');
}

/** Launches the servers and waits until all of them serve. */
export async function startApacheZooKeeper(options: ApacheZooKeeperOptions = {}): Promise<ApacheZooKeeper> {
  const zooKeeper = await ApacheZooKeeper.launch(options);
  await zooKeeper.ready();
  return zooKeeper;
}

export class ApacheZooKeeper {
  readonly directory: string;
  readonly #slots: readonly ServerSlot[];
  readonly #heapMb: number;
  readonly #killAll = () => {
    for (const slot of this.#slots) slot.process?.kill('SIGKILL');
  };

  private constructor(directory: string, slots: readonly ServerSlot[], heapMb: number) {
    this.directory = directory;
    this.#slots = slots;
    this.#heapMb = heapMb;
    process.on('exit', this.#killAll);
  }

  /** Starts the processes and returns at once; they do not serve yet. */
  static async launch(options: ApacheZooKeeperOptions = {}): Promise<ApacheZooKeeper> {
    const directory = mkdtempSync(join(options.parentDir ?? tmpdir(), 'apache-zookeeper-'));
    const count = options.serverCount ?? 1;
    const ports = await freePorts(count * 3);
    const slots = Array.from({ length: count }, (_, index) => ({
      ...layOutServer({ directory, sid: index + 1, ports, settings: options.settings ?? {} }),
      isWanted: true,
      process: undefined,
      stderr: '',
    }));
    const zooKeeper = new ApacheZooKeeper(directory, slots, options.heapMb ?? 512);
    for (const slot of slots) zooKeeper.#spawn(slot);
    return zooKeeper;
  }

  get servers(): readonly ApacheServer[] {
    return this.#slots.map(({ sid, clientPort, dataDir, process: child }) => ({
      sid,
      clientPort,
      dataDir,
      pid: child?.pid,
    }));
  }

  /** `host:port,…` of all servers, as clients take it. */
  get connectString(): string {
    return this.#slots.map((slot) => `127.0.0.1:${slot.clientPort}`).join(',');
  }

  /** Resolves when every server that runs answers `srvr` with a mode. */
  async ready(): Promise<void> {
    const deadlineMs = performance.now() + READY_TIMEOUT_MS;
    for (const slot of this.#slots) {
      while (slot.isWanted && (await serverMode(slot.clientPort)) === undefined) {
        if (slot.process === undefined || performance.now() > deadlineMs) {
          throw new Error(`Apache ZooKeeper ${slot.sid} did not come up: ${slot.stderr}`);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }

  /** Index of the server that leads, or undefined while there is none (a standalone server never leads). */
  async leaderIndex(): Promise<number | undefined> {
    const modes = await Promise.all(this.#slots.map((slot) => serverMode(slot.clientPort)));
    const index = modes.indexOf('leader');
    return index < 0 ? undefined : index;
  }

  /** Kills one server without warning; resolves when the process is gone. */
  kill9(index: number): Promise<void> {
    return this.#end(this.#slot(index), 'SIGKILL');
  }

  /** Starts a killed server again on its own data; `ready` tells when it serves. */
  restart(index: number): void {
    this.#spawn(this.#slot(index));
  }

  /** Stops the processes but leaves the data, for who wants to read it; `close` removes it. */
  async stop(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => this.#end(slot, 'SIGTERM')));
  }

  async close(): Promise<void> {
    await this.stop();
    process.off('exit', this.#killAll);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #slot(index: number): ServerSlot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new RangeError(`there is no server ${index}, only ${this.#slots.length} from 0`);
    return slot;
  }

  #spawn(slot: ServerSlot): void {
    const child = spawn('/usr/bin/java', javaArguments(this.#heapMb, slot.configFile), {
      cwd: this.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    slot.isWanted = true;
    slot.process = child;
    slot.stderr = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      slot.stderr = (slot.stderr + piece).slice(-STDERR_KEPT_CHARS);
    });
    child.on('exit', () => {
      if (slot.process === child) slot.process = undefined;
    });
  }

  #end(slot: ServerSlot, signal: NodeJS.Signals): Promise<void> {
    slot.isWanted = false;
    const child = slot.process;
    if (child === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      child.once('exit', () => {
        clearTimeout(late);
        resolve();
      });
      child.kill(signal);
    });
  }
}

function javaArguments(heapMb: number, configFile: string): readonly string[] {
  return [
    `-Xmx${heapMb}m`,
    '-Dzookeeper.admin.enableServer=false',
    '-Dzookeeper.4lw.commands.whitelist=*',
    '-Dzookeeper.jmx.log4j.disable=true',
    '-cp',
    JAR,
    MAIN_CLASS,
    configFile,
  ];
}
