/**
 * One side of a comparison: something that starts three servers, tells its processes, and can lose its leader.
 * Every launch is fresh, on an empty directory; the bench measures both sides through this and nothing else.
 */

export interface Side {
  readonly name: string;
  launch(directory: string): Promise<RunningSide>;
}

export interface RunningSide {
  /** performance.now() just before the first process was started. */
  readonly launchedAtMs: number;
  /** `host:port` of every server. */
  readonly servers: readonly string[];
  pids(): readonly number[];
  /** Resolves when all servers serve. */
  ready(): Promise<void>;
  /** Index into `servers`, or undefined while nobody leads. */
  leaderIndex(): Promise<number | undefined>;
  /** Kills whatever leads, without warning. */
  killLeader(): Promise<void>;
  /** Brings the ensemble back to full strength after `killLeader`. */
  recover(): Promise<void>;
  /** Stops everything and removes what it wrote. */
  close(): Promise<void>;
}
