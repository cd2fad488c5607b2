/**
 * Door `./testing`: a real ensemble for the tests of programs that use ZooKeeper, on free ports, up in a blink, with
 * faults on demand. In memory unless asked otherwise. It is what `threadkeeper start` runs, without pipelines.
 *
 *     const ensemble = await startTestEnsemble();
 *     const client = ensemble.client();
 *     await client.create('/leader', 'me', { mode: 'ephemeral' });
 *     await ensemble.kill('leader');
 *     await client.getData('/leader'); // the session has survived
 *     await ensemble.close();
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PeerId, toPeerId } from '../core/ids.ts';
import { type ClientOptions, ObservableClient } from './client/index.ts';
import { loadConfig } from './config/load.ts';
import type { EnsembleConfig } from './config/types.ts';
import { type Ensemble, type EnsembleState, startEnsemble } from './ensemble.ts';
import type { Log } from './logger.ts';
import type { ReplicaStatus } from './replica/thread-messages.ts';

/** Any key of the configuration's `ensemble`, with its defaults but for these. */
export interface TestEnsembleOptions extends Partial<EnsembleConfig> {
  /** Default 3. */
  readonly replicas?: number;
  /** Default true. False: on disk, in `dataDir`, or in a temporary directory that `close` removes. */
  readonly inMemory?: boolean;
  /** Port of the first replica. Default 0: a free port for each. */
  readonly clientPort?: number;
  /** Takes what the supervisor says of replicas that go down. Default: nobody. */
  readonly log?: Log;
}

export interface TestClientOptions extends ClientOptions {
  /** The one replica to connect to. Default: all of them, in an order that changes with each client. */
  readonly replica?: number;
  /** `bus` connects within the process, without a socket. Default `tcp`. */
  readonly carrier?: 'tcp' | 'bus';
  /** Path of a znode that the client takes for the root. Default: none. */
  readonly chroot?: string;
}

/** Starts an ensemble; resolves once every replica serves. @throws ConfigError and whatever else keeps it from it */
export async function startTestEnsemble(options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
  const { log = () => undefined, ...keys } = options;
  const isTemporary = keys.inMemory === false && keys.dataDir === undefined;
  const dataDir = isTemporary ? await mkdtemp(join(tmpdir(), 'threadkeeper-test-')) : (keys.dataDir ?? 'data');
  const removeDataDir = async (): Promise<void> => {
    if (isTemporary) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const { config } = await loadConfig({
      inline: { ensemble: { clientPort: 0, inMemory: true, ...keys, dataDir } },
      env: {},
      cwd: process.cwd(),
    });
    const ensemble = await startEnsemble(config.ensemble, log);
    return new TestEnsemble(ensemble, config.ensemble, removeDataDir);
  } catch (error) {
    await removeDataDir();
    throw error;
  }
}

export class TestEnsemble {
  /** `host:port` of each replica, in order. */
  readonly servers: readonly string[];
  /** The same for TLS (setting `secureClientPort`); empty where there is none. */
  readonly secureServers: readonly string[];
  /** All of them, for any ZooKeeper client. */
  readonly connectString: string;
  /** Absolute; empty or missing when the ensemble is in memory. */
  readonly dataDir: string;
  readonly #ensemble: Ensemble;
  readonly #removeDataDir: () => Promise<void>;
  readonly #clients = new Set<ObservableClient>();
  #closing: Promise<void> | null = null;

  /** Use `startTestEnsemble`. */
  constructor(ensemble: Ensemble, { dataDir }: EnsembleConfig, removeDataDir: () => Promise<void>) {
    this.#ensemble = ensemble;
    this.#removeDataDir = removeDataDir;
    this.dataDir = dataDir;
    this.connectString = ensemble.connectString;
    this.servers = ensemble.connectString.split(',');
    this.secureServers = ensemble.secureClientPorts.map((port, index) => {
      return (this.servers[index] ?? '').replace(/\d+$/, String(port));
    });
  }

  get state(): EnsembleState {
    return this.#ensemble.state;
  }

  /** The number of the replica that leads, from 1; null while none does. */
  get leader(): number | null {
    return this.#ensemble.state.leader;
  }

  /** A client of its own session; closed with the ensemble if not before. With option `tls` at the ports for it. */
  client({ replica, carrier = 'tcp', chroot = '', ...options }: TestClientOptions = {}): ObservableClient {
    const isSecure = options.tls !== undefined && this.secureServers.length > 0;
    const servers = isSecure ? this.secureServers : this.servers;
    const server = replica === undefined ? servers.join(',') : serverOf(servers, replica);
    const only = replica === undefined ? undefined : toPeerId(replica);
    const client =
      carrier === 'bus'
        ? this.#ensemble.connect(ObservableClient, options, { replica: only, chroot })
        : new ObservableClient(server + chroot, options);
    this.#clients.add(client);
    return client;
  }

  /** What each living replica says of itself. */
  inspect(): Promise<ReplicaStatus[]> {
    return this.#ensemble.inspect();
  }

  /**
   * Ends a replica's thread in the middle of whatever it does, as a crash would. A new one takes its place by itself. In
   * memory, that one has forgotten everything and fetches it from the others: do not kill a majority at once.
   * @returns the replica's number, once its thread is gone
   * @throws Error where the leader is meant and there is none
   */
  async kill(which: number | 'leader'): Promise<number> {
    const replica = this.#replicaOf(which);
    await this.#ensemble.kill(replica);
    return replica;
  }

  /**
   * Blocks a replica's thread, as a runaway loop would. Beyond `heartbeatTimeoutMs` it is taken for dead and replaced.
   * @returns the replica's number, once its thread moves again or is gone
   */
  async freeze(which: number | 'leader', ms: number): Promise<number> {
    const replica = this.#replicaOf(which);
    await this.#ensemble.freeze(replica, ms);
    return replica;
  }

  /** Resolves once every replica serves, with a leader among them: after a kill, when all is as before. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      const look = ({ replicas, leader }: EnsembleState): boolean => {
        const isSettled = leader !== null && replicas.every(({ isAlive, role }) => isAlive && role.active);
        if (isSettled) resolve();
        return isSettled;
      };
      if (look(this.state)) return;
      const stop = this.#ensemble.onChange((state) => {
        if (look(state)) stop();
      });
    });
  }

  /** Ends the sessions of its clients, stops all replicas, removes a temporary data directory. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()));
    await this.#ensemble.close();
    await this.#removeDataDir();
  }

  #replicaOf(which: number | 'leader'): PeerId {
    if (which !== 'leader') return toPeerId(which);
    if (this.leader === null) throw new Error('there is no leader at the moment');
    return toPeerId(this.leader);
  }
}

function serverOf(servers: readonly string[], replica: number): string {
  const server = servers[replica - 1];
  if (server === undefined) throw new RangeError(`there is no replica ${replica}, only ${servers.length}`);
  return server;
}
