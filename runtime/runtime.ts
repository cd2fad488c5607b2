/**
 * The whole runtime: configuration, ensemble, pipelines, as one object with a beginning and an end.
 *
 * Start: configuration, ensemble (ready when every replica serves), znodes of the configuration, pipelines.
 * Close: pipelines drain, the client closes its session, replicas sync and end. RxJS and the pipelines are loaded once
 * the ensemble serves: replicas need all the cores that there are to start.
 */

import type { Observable } from 'rxjs';
import type { CloudEvent, EventInit } from '../core/events/envelope.ts';
import { type PeerId, toPeerId } from '../core/ids.ts';
import type { ClientOptions, ObservableClient, ZnodeState } from './client/index.ts';
import { clientZnodes, seedZnodes } from './client-znodes.ts';
import { type LoadedConfig, loadConfig } from './config/load.ts';
import { type Ensemble, type EnsembleState, startEnsemble } from './ensemble.ts';
import { createLog, type Log } from './logger.ts';
import type { Pipelines, PipelinesStatus } from './pipeline/pipelines.ts';
import type { SupervisedReplica } from './replica/supervisor.ts';
import type { ReplicaStatus } from './replica/thread-messages.ts';

export interface StartOptions {
  /** Configuration file, or the zoo.cfg of each server; default: searched for from `cwd` on, as the README lists. */
  readonly file?: string | readonly string[];
  /** The configuration itself, in place of a file. */
  readonly config?: unknown;
  /** Keys of `ensemble` that override everything else. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** False: only the ensemble. Default true. */
  readonly pipelines?: boolean;
  /** Where log lines go. Default: stderr. */
  readonly log?: Log;
  /** Called once the ensemble serves, and awaited before pipelines start. */
  readonly onReady?: (ready: ReadyReport) => void | Promise<void>;
}

export interface ReadyReport {
  readonly clientPorts: readonly number[];
  /** Those for TLS; empty where there are none. */
  readonly secureClientPorts: readonly number[];
  readonly connectString: string;
  /** From the call of `start` until every replica served, milliseconds. */
  readonly startMs: number;
  /** The configuration file in force; null when there is none. */
  readonly file: string | null;
}

/** null: not open at the moment, or not asked for. */
type ReplicaPorts = Pick<SupervisedReplica, 'clientPort' | 'secureClientPort' | 'adminPort' | 'metricsPort'>;

export interface RuntimeStatus {
  readonly replicas: readonly (ReplicaStatus & ReplicaPorts)[];
  readonly pipelines: PipelinesStatus;
}

/**
 * Starts everything that the configuration asks for.
 * @throws ConfigError, DataDirectoryError and its kin: nothing was started. PluginError: a plugin failed to load;
 *   everything was stopped again
 */
export async function start(options: StartOptions = {}): Promise<Runtime> {
  const loaded = await loadConfig({
    ...(options.file === undefined ? {} : { file: options.file }),
    ...(options.config === undefined ? {} : { inline: options.config }),
    flags: options.flags ?? {},
    env: options.env ?? (options.config === undefined ? process.env : {}),
    cwd: options.cwd ?? process.cwd(),
  });
  const log = options.log ?? createLog('runtime');
  for (const warning of loaded.warnings) log('warn', warning);
  const ensemble = await startEnsemble(loaded.config.ensemble, log);
  const { connectString } = ensemble;
  const { clientPorts, secureClientPorts, startMs } = ensemble;
  let runtime: Runtime | null = null;
  try {
    await options.onReady?.({ clientPorts, secureClientPorts, connectString, startMs, file: loaded.file });
    const [observe, { ObservableClient }] = await Promise.all([
      import('./observe-runtime.ts'),
      import('./client/index.ts'),
    ]);
    const client = ensemble.connect(ObservableClient);
    runtime = new Runtime({ ensemble, client, connectString, observe });
    await runtime.begin(
      options.pipelines === false ? { ...loaded, config: { ...loaded.config, pipelines: [] } } : loaded,
    );
    return runtime;
  } catch (error) {
    // With its client, if it is there already: left open, that would look for its replicas and keep the process alive.
    await (runtime ?? ensemble).close();
    throw error;
  }
}

interface RuntimeParts {
  readonly ensemble: Ensemble;
  readonly client: ObservableClient;
  readonly connectString: string;
  readonly observe: typeof import('./observe-runtime.ts');
}

export class Runtime {
  /** `host:port,…` of all replicas, for any ZooKeeper client. */
  readonly connectString: string;
  /** The state of the ensemble: the present one first, then each change. Hot; completes on close; never errors. */
  readonly state$: Observable<EnsembleState>;
  readonly #ensemble: Ensemble;
  readonly #client: ObservableClient;
  readonly #clients = new Set<ObservableClient>();
  #pipelines: Pipelines | null = null;
  #closing: Promise<void> | null = null;
  readonly #endState: () => void;

  /** Use `start`. */
  constructor({ ensemble, client, connectString, observe }: RuntimeParts) {
    this.#ensemble = ensemble;
    this.#client = client;
    this.connectString = connectString;
    const { state$, end } = observe.observeEnsemble(ensemble);
    this.state$ = state$;
    this.#endState = end;
  }

  get clientPorts(): readonly number[] {
    return this.#ensemble.clientPorts;
  }

  get state(): EnsembleState {
    return this.#ensemble.state;
  }

  /** A client of its own session, over the bus; closed with the runtime if not before. */
  client(options: ClientOptions = {}): ObservableClient {
    const client = this.#ensemble.connect(this.#client.constructor as typeof ObservableClient, options);
    this.#clients.add(client);
    return client;
  }

  /** The data of a znode as an observable: see `ObservableClient.watch$`. */
  watch(path: string): Observable<ZnodeState> {
    return this.#client.watch$(path);
  }

  /** The events of a topic from now on. Hot, bounded, without replay. @throws RangeError for an unknown topic */
  events(topic: string): Observable<CloudEvent> {
    return this.#requirePipelines().events(topic);
  }

  /** Publishes events; resolves once the topic's propagator has taken them. */
  publish(topic: string, events: readonly EventInit[]): Promise<void> {
    return this.#requirePipelines().publish(topic, events);
  }

  async status(): Promise<RuntimeStatus> {
    return {
      replicas: (await this.#ensemble.inspect()).map((status) => ({ ...status, ...this.#portsOf(status.id) })),
      pipelines: this.#pipelines?.status() ?? { pipelines: [], topics: [] },
    };
  }

  /** Fault injection: ends the thread of the leader, or of the replica named, as a crash would. @returns its number */
  async killReplica(which: number | 'leader'): Promise<number> {
    const replica = this.#replicaOf(which);
    await this.#ensemble.kill(replica);
    return replica;
  }

  /** Fault injection: blocks a replica's thread for so long. */
  async freezeReplica(which: number | 'leader', ms: number): Promise<void> {
    await this.#ensemble.freeze(this.#replicaOf(which), ms);
  }

  /** Drains the pipelines, ends the clients' sessions, stops the replicas. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Makes the znodes and pipelines of the configuration; called once, by `start`. */
  async begin({ config, directory, file }: LoadedConfig): Promise<void> {
    await seedZnodes(this.#client, config.znodes);
    const { startPipelines } = await import('./pipeline/pipelines.ts');
    const origin = file === null ? {} : { origin: file };
    const pipelines = await startPipelines({ config, directory, ...origin, znodes: clientZnodes(() => this.client()) });
    this.#pipelines = pipelines;
    this.#ensemble.describePipelines(() => pipelines.status());
  }

  #portsOf(id: PeerId): ReplicaPorts {
    const found = this.state.replicas.find((replica) => replica.id === id);
    const { clientPort = null, secureClientPort = null, adminPort = null, metricsPort = null } = found ?? {};
    return { clientPort, secureClientPort, adminPort, metricsPort };
  }

  #requirePipelines(): Pipelines {
    if (this.#pipelines === null) throw new RangeError('the runtime was started without pipelines');
    return this.#pipelines;
  }

  #replicaOf(which: number | 'leader'): PeerId {
    if (which !== 'leader') return toPeerId(which);
    const { leader } = this.#ensemble.state;
    if (leader === null) throw new Error('there is no leader at the moment');
    return leader;
  }

  async #close(): Promise<void> {
    await this.#pipelines?.drain();
    await this.#pipelines?.close();
    await Promise.all([this.#client, ...this.#clients].map((client) => client.close()));
    await this.#ensemble.close();
    this.#endState();
  }
}
