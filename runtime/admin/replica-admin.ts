/**
 * A replica's side towards operators and monitors: answers four-letter words, and serves HTTP where the configuration
 * wants it. Everything beyond this file is loaded when it is asked for: replicas need all the cores that there are to
 * start.
 */

import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Clock } from '../../core/server/replica-options.ts';
import { monotonicMs, wallMs } from '../clock.ts';
import type { ClientPorts } from '../replica/client-ports.ts';
import type { ReplicaHost } from '../replica/replica-host.ts';
import type { ReplicaMeters } from '../replica/replica-meters.ts';
import type { AdminPlace, ReplicaThreadData } from '../replica/thread-messages.ts';
import { historyOf } from '../storage/replica-place.ts';
import type { AskedWord } from './four-letter/words.ts';
import type { HttpServer } from './http/http-server.ts';
import type { RuntimeReport } from './metrics/runtime-report.ts';
import type { LinkFacts, ListeningPorts, LoopGauge, ReplicaView, SnapshotTaken } from './replica-view.ts';

/** A main thread that is busy for longer is left out of the metrics. */
const REPORT_WITHIN_MS = 250;
const DELAY_RESOLUTION_MS = 20;

export interface ReplicaAdminOptions {
  readonly data: ReplicaThreadData;
  readonly host: ReplicaHost;
  readonly meters: ReplicaMeters;
  /** Asks the main thread for a report, which comes by `onReport`. */
  readonly askReport: () => void;
}

export class ReplicaAdmin {
  readonly #options: ReplicaAdminOptions;
  readonly #servers: HttpServer[] = [];
  #ports: ListeningPorts;
  #delay: IntervalHistogram | null = null;
  #onReport: ((report: RuntimeReport | null) => void)[] = [];

  constructor(options: ReplicaAdminOptions) {
    this.#options = options;
    this.#ports = { client: options.data.clientPort, secureClient: null, admin: null, metrics: null };
  }

  /** @param clients  where clients are served by now @throws the system's error when a port cannot be had */
  async open({ port, securePort }: ClientPorts): Promise<Pick<AdminPlace, 'adminPort' | 'metricsPort'>> {
    this.#ports = { client: port, secureClient: securePort, admin: null, metrics: null };
    const { host, adminPort, metricsPort } = this.#options.data.admin;
    if (adminPort === null && metricsPort === null) return { adminPort, metricsPort };
    this.#delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    this.#delay.enable();
    const [{ openHttpServer }, { findAdminPage, findMetricsPage }] = await Promise.all([
      import('./http/http-server.ts'),
      import('./http/pages.ts'),
    ]);
    const open = async (port: number | null, findPage: typeof findAdminPage): Promise<number | null> => {
      if (port === null) return null;
      const server = await openHttpServer({ host, port, view: this.#view(), findPage });
      this.#servers.push(server);
      return server.port;
    };
    const admin = await open(adminPort, findAdminPage);
    const metrics = await open(metricsPort, findMetricsPage);
    this.#ports = { ...this.#ports, admin, metrics };
    return { adminPort: admin, metricsPort: metrics };
  }

  async answerWord(asked: AskedWord): Promise<Iterable<string>> {
    const { answerWord } = await import('./four-letter/words.ts');
    return answerWord(this.#view(), asked, this.#options.data.settings.fourLetterWords);
  }

  onReport(report: RuntimeReport | null): void {
    const waiting = this.#onReport;
    this.#onReport = [];
    for (const tell of waiting) tell(report);
  }

  async close(): Promise<void> {
    this.#delay?.disable();
    this.onReport(null);
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  #view(): ReplicaView {
    const { data, host, meters } = this.#options;
    const admin = this;
    return {
      id: data.id,
      voters: data.voters,
      observers: data.observers,
      host: data.host,
      settings: data.settings,
      history: data.storage.type === 'files' ? historyOf(data.storage.place) : null,
      replica: host.replica,
      meters,
      loop: this.#loop,
      get ports() {
        return admin.#ports;
      },
      get storageProblem() {
        return host.storageProblem;
      },
      get clock() {
        return now();
      },
      connections: () => host.clients.list(),
      links: () => linksOf(host),
      takeSnapshot: () => this.#takeSnapshot(),
      askRuntime: () => this.#askRuntime(),
    };
  }

  get #loop(): LoopGauge {
    return { utilization: () => performance.eventLoopUtilization(), delay: this.#delay };
  }

  async #takeSnapshot(): Promise<SnapshotTaken> {
    const { data, host } = this.#options;
    const { snapshotFile, snapshotInMemory } = await import('./snapshot-content.ts');
    if (data.storage.type === 'memory') return snapshotInMemory(host.replica.tree);
    return snapshotFile(historyOf(data.storage.place).snapshots, await host.takeSnapshot());
  }

  #askRuntime(): Promise<RuntimeReport | null> {
    if (!this.#options.data.speaksForProcess) return Promise.resolve(null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), REPORT_WITHIN_MS);
      if (this.#onReport.length === 0) this.#options.askReport();
      this.#onReport.push((report) => {
        clearTimeout(timer);
        resolve(report);
      });
    });
  }
}

function now(): Clock {
  return { nowMs: monotonicMs(), wallMs: wallMs() };
}

function* linksOf(host: ReplicaHost): Generator<LinkFacts, void, undefined> {
  for (const [peer, { queuedBytes, isUp }] of host.links()) yield { peer, queuedBytes, isUp };
}
