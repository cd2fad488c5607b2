/**
 * Where one replica's files are: snapshots, epochs and myid in one directory, txn logs in another or the same (ZooKeeper's
 * dataDir and dataLogDir; zookeeper-facts 12.1). Each of the two holds a directory `version-2`.
 */

export const VERSION_DIRECTORY = 'version-2';

export interface ReplicaPlace {
  /** Holds myid, the mark `resync` and version-2. */
  readonly replicaPath: string;
  /** Holds version-2 with the logs; the same as `replicaPath` where they are not apart. */
  readonly logPath: string;
}

/** The two version-2 directories, or twice the same. */
export interface HistoryPlace {
  readonly snapshots: string;
  readonly logs: string;
}

export function historyOf({ replicaPath, logPath }: ReplicaPlace): HistoryPlace {
  return { snapshots: `${replicaPath}/${VERSION_DIRECTORY}`, logs: `${logPath}/${VERSION_DIRECTORY}` };
}

/** A version-2 directory that holds everything. */
export function inOnePlace(directory: string): HistoryPlace {
  return { snapshots: directory, logs: directory };
}

/** The directories of a place, each once. */
export function directoriesOf({ snapshots, logs }: HistoryPlace): readonly string[] {
  return snapshots === logs ? [snapshots] : [snapshots, logs];
}
