/** What every call of the client may be given beside its arguments. */

import type { WatchListener } from './watches.ts';

export interface CallOptions {
  /**
   * Gives the call up: its promise rejects with the signal's reason. A request that was sent already is not called
   * back: a write may still be applied.
   */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions extends CallOptions {
  /**
   * Called once, with the next change of what was read, or when no such event will come any more (`WatchedEvent`). Not
   * registered when the read fails (except `exists`, which also waits for a znode that is not there).
   */
  readonly watch?: WatchListener | undefined;
}

export interface VersionOptions extends CallOptions {
  /** The write is refused (BAD_VERSION) unless the znode has this version. Default -1: any. */
  readonly version?: number | undefined;
}

/** The expected version that every version meets. */
export const ANY_VERSION = -1;
