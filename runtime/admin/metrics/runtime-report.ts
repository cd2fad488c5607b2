/** What the main thread tells a replica's thread of threads and pipelines, when metrics are asked for. */

import type { PeerId } from '../../../core/ids.ts';

export interface RuntimeReport {
  readonly replicas: readonly {
    readonly id: PeerId;
    readonly isAlive: boolean;
    /** Threads that were started for it after the first. */
    readonly restarts: number;
  }[];
  readonly pipelines: readonly {
    readonly name: string;
    readonly topic: string;
    readonly generated: number;
    readonly inFlight: number;
    readonly handled: number;
    readonly retried: number;
    readonly deadLetters: number;
  }[];
  readonly topics: readonly {
    readonly name: string;
    readonly published: number;
    readonly dropped: number;
  }[];
}

/** The part that pipelines know; empty as long as none run. */
export type PipelinesReport = Pick<RuntimeReport, 'pipelines' | 'topics'>;

export const NO_PIPELINES: PipelinesReport = Object.freeze({ pipelines: [], topics: [] });
