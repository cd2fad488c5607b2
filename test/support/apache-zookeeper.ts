/**
 * Apache ZooKeeper, as Debian packages it, for tests and benchmarks: one standalone server or an ensemble, each server a
 * Java process of ours with its own data directory and free ports on 127.0.0.1. It is the Debian packages `zookeeper` and a
 * Java runtime that are used as they are: the class path is the jar's own manifest, the configuration a zoo.cfg written here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { findFreePorts } from './free-ports.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

const JAR = '/usr/share/java/zookeeper.jar';
/** Without it, the server has nowhere to log to and dies mute. */
const LOGGER = '/usr/share/java/slf4j-simple.jar';
const ZK_CLI = '/usr/share/zookeeper/bin/zkCli.sh';
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const START_ATTEMPTS = 3;

export interface ApacheOptions {
  /** 1 (default) is a standalone server; from 3 on, an ensemble of voters. */
  readonly serverCount?: number;
  /** Java heap of each server, in MiB. Default 256. */
  readonly heapMiB?: number;
  /** Length of a tick in milliseconds. Default 2000, as in Apache's sample configuration. */
  readonly tickTimeMs?: number;
  /** Further lines of zoo.cfg; they win over the ones written here. */
  readonly config?: Readonly<Record<string, string | number>>;
  /** Java system properties, for what Apache reads from nowhere else: `znode.container.checkIntervalMs`. */
  readonly systemProperties?: Readonly<Record<string, string | number>>;
  /** Another version than Debian's: a class path with all that it needs. */
  readonly classPath?: string;
  /** One data directory a server, to start from what is in them; they stay. Default: temporary ones that `stop` removes. */
  readonly dataDirs?: readonly string[];
}

export interface ApacheServer {
  /** 1, 2, …, in the order of the list. */
  readonly sid: number;
  readonly clientPort: number;
  readonly dataDir: string;
  /** The server's own output, for a test that must look into it. */
  readonly logFile: string;
  /** Process id; undefined while it is not running. */
  readonly pid: number | undefined;
}

export interface ApacheEnsemble {
  readonly servers: readonly ApacheServer[];
  /** `127.0.0.1:port,…` of all servers. */
  readonly connectString: string;
  /** Waits until every running server serves clients. */
  ready(): Promise<void>;
  /** Sends SIGKILL to the server at `index` (from 0) and waits until the process is gone. */
  kill9(index: number): Promise<void>;
  /** Starts the server at `index` again on its data directory and waits until it serves. */
  restart(index: number): Promise<void>;
  /** `standalone`, `leader`, `follower` or `observer`; undefined while it does not serve. */
  mode(index: number): Promise<string | undefined>;
  /** Ends all servers (SIGTERM, then SIGKILL) and removes temporary directories. Idempotent. */
  stop(): Promise<void>;
}

/** Starts the servers and waits until each of them serves clients. */
export async function startApacheZooKeeper(options: ApacheOptions = {}): Promise<ApacheEnsemble> {
  for (const file of [JAR, LOGGER]) {
    if (!existsSync(file))
      throw new Error(`${file} is missing: install Debian's packages zookeeper and a Java runtime`);
  }
  for (let attempt = 1; ; attempt += 1) {
    const ensemble = await Ensemble.prepare(options);
    try {
      await ensemble.start();
      return ensemble;
    } catch (error) {
      // Someone else may have taken a port between finding and binding it.
      const portTaken = ensemble.servers.some((server) =>
        readIfThere(server.logFile).includes('Address already in use'),
      );
      await ensemble.stop();
      if (!portTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** Only launches the processes, for who measures how long they take; `ready` tells when they serve. Never tries again. */
export async function launchApacheZooKeeper(options: ApacheOptions = {}): Promise<ApacheEnsemble> {
  const ensemble = await Ensemble.prepare(options);
  ensemble.launch();
  return ensemble;
}

/** Sends a four-letter word and returns the whole answer. Rejects where nobody listens. */
export async function fourLetterWord(clientPort: number, word: string): Promise<string> {
  const socket = connect(clientPort, '127.0.0.1').setEncoding('utf8').setTimeout(2000);
  socket.once('timeout', () => socket.destroy(new Error(`no answer to ${word} on port ${clientPort}`)));
  socket.end(word);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs Debian's zkCli.sh against `server` (`host:port[,…][/chroot]`). It connects, does what `command` says and ends.
 * Its stdout comes without the notice that the session is there: another thread of zkCli prints that, in two parts and at
 * any point between the lines of the command's own output.
 * @param input  with an empty command: lines for its shell, which ends after the last one
 */
export async function zkCli(server: string, command: readonly string[], input = ''): Promise<CliResult> {
  const child = spawn(ZK_CLI, ['-server', server, ...command], { stdio: 'pipe', timeout: 30_000 });
  child.stdin.end(input);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout: withoutSessionNotice(stdout), stderr };
}

function withoutSessionNotice(output: string): string {
  return output.replace('\nWATCHER::\n', '').replace(/\nWatchedEvent state:SyncConnected type:None path:null\n/, '');
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

interface ServerPlace {
  readonly sid: number;
  readonly clientPort: number;
  readonly dataDir: string;
  /** Where its configuration and its log go. */
  readonly directory: string;
  readonly options: ApacheOptions;
}

/** One Java process and what it leaves on disk. */
class Server implements ApacheServer {
  readonly sid: number;
  readonly clientPort: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly #configFile: string;
  readonly #heapMiB: number;
  readonly #systemProperties: readonly string[];
  readonly #classPath: string;
  #child: ChildProcess | undefined;
  readonly #killOnExit = (): void => void this.#child?.kill('SIGKILL');

  constructor(place: ServerPlace) {
    this.sid = place.sid;
    this.clientPort = place.clientPort;
    this.dataDir = place.dataDir;
    this.logFile = join(place.directory, `server-${place.sid}.log`);
    this.#configFile = join(place.directory, `server-${place.sid}.cfg`);
    const { heapMiB = 256, systemProperties = {}, classPath = JAR } = place.options;
    this.#heapMiB = heapMiB;
    this.#systemProperties = Object.entries(systemProperties).map(([name, value]) => `-D${name}=${value}`);
    this.#classPath = classPath;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  configure(config: Readonly<Record<string, string | number>>): void {
    mkdirSync(this.dataDir, { recursive: true });
    writeFileSync(join(this.dataDir, 'myid'), `${this.sid}\n`);
    const lines = { ...config, dataDir: this.dataDir, clientPort: this.clientPort };
    writeFileSync(
      this.#configFile,
      Object.entries(lines)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
  }

  start(): void {
    // Straight to a file: a pipe that nobody empties in time would stall the server.
    const log = openSync(this.logFile, 'a');
    const child = spawn(
      'java',
      [
        `-Xmx${this.#heapMiB}m`,
        '-Dorg.slf4j.simpleLogger.showDateTime=true',
        ...this.#systemProperties,
        '-cp',
        `${this.#classPath}:${LOGGER}`,
        'org.apache.zookeeper.server.quorum.QuorumPeerMain',
        this.#configFile,
      ],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.#child = child;
    process.once('exit', this.#killOnExit);
    child.once('exit', () => {
      this.#child = undefined;
      process.removeListener('exit', this.#killOnExit);
    });
    // A Java that cannot be started is reported by the wait for readiness, as every other early end.
    child.once('error', () => (this.#child = undefined));
  }

  async mode(): Promise<string | undefined> {
    const answer = await fourLetterWord(this.clientPort, 'srvr').catch(() => '');
    return /^Mode: (\w+)$/m.exec(answer)?.[1];
  }

  async untilReady(): Promise<void> {
    const isUp = async () => this.pid === undefined || (await this.mode()) !== undefined;
    await eventually(isUp, { withinMs: READY_WITHIN_MS, everyMs: 50 });
    if (this.pid !== undefined) return;
    throw new Error(`Apache ZooKeeper ${this.sid} ended while starting:\n${readIfThere(this.logFile).slice(-4000)}`);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  }
}

class Ensemble implements ApacheEnsemble {
  readonly servers: readonly Server[];
  readonly #removeDirectory: () => void;

  private constructor(servers: readonly Server[], removeDirectory: () => void) {
    this.servers = servers;
    this.#removeDirectory = removeDirectory;
  }

  static async prepare(options: ApacheOptions): Promise<Ensemble> {
    const { serverCount = 1, tickTimeMs = 2000, config = {}, dataDirs } = options;
    const directory = makeTemporaryDirectory('apache');
    const ports = await findFreePorts(serverCount * 3);
    const servers = Array.from({ length: serverCount }, (_, index) => {
      const dataDir = dataDirs?.[index] ?? join(directory.path, `data-${index + 1}`);
      const clientPort = ports[index * 3] ?? 0;
      return new Server({ sid: index + 1, clientPort, dataDir, directory: directory.path, options });
    });
    const peers = servers.map(({ sid }, index) => [
      `server.${sid}`,
      `127.0.0.1:${ports[index * 3 + 1]}:${ports[index * 3 + 2]}`,
    ]);
    for (const server of servers) {
      server.configure({
        tickTime: tickTimeMs,
        initLimit: 10,
        syncLimit: 5,
        clientPortAddress: '127.0.0.1',
        maxClientCnxns: 0,
        forceSync: 'yes',
        '4lw.commands.whitelist': '*',
        'admin.enableServer': 'false',
        ...(serverCount > 1 ? Object.fromEntries(peers) : {}),
        ...config,
      });
    }
    return new Ensemble(servers, directory.remove);
  }

  get connectString(): string {
    return this.servers.map((server) => `127.0.0.1:${server.clientPort}`).join(',');
  }

  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  launch(): void {
    for (const server of this.servers) server.start();
  }

  async ready(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.untilReady()));
  }

  async kill9(index: number): Promise<void> {
    await this.#at(index).end('SIGKILL');
  }

  async restart(index: number): Promise<void> {
    const server = this.#at(index);
    server.start();
    await server.untilReady();
  }

  async mode(index: number): Promise<string | undefined> {
    return this.#at(index).mode();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.end('SIGTERM')));
    this.#removeDirectory();
  }

  #at(index: number): Server {
    const server = this.servers[index];
    if (server === undefined) throw new RangeError(`there is no server ${index}, only ${this.servers.length}`);
    return server;
  }
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
