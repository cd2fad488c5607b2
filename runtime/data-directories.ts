/**
 * The data directories of a process: one with a folder for each replica, or, where the configuration gives replicas places
 * of their own (the zoo.cfg of several servers), one for each, in ZooKeeper's own layout. Locked from here to `release`.
 */

import { join } from 'node:path';
import { type PeerId, toPeerId } from '../core/ids.ts';
import type { EnsembleConfig, ServerConfig } from './config/types.ts';
import type { Log } from './logger.ts';
import { type DataDirectory, openDataDirectory } from './storage/data-directory.ts';
import type { ReplicaPlace } from './storage/replica-place.ts';

export interface DataDirectories {
  placeOf(id: PeerId): ReplicaPlace;
  release(): void;
}

/** @throws DataDirectoryError and its kin; no directory is held then */
export function openDirectories(config: EnsembleConfig, log: Log): DataDirectories {
  const opened = new Map<PeerId, DataDirectory>();
  const release = (): void => {
    for (const directory of new Set(opened.values())) directory.release();
  };
  const onLost = (path: string) => (): void => {
    log('error', `another process has taken over ${path}; ending at once`);
    process.exit(1);
  };
  try {
    const { servers, dataDir, dataLogDir } = config;
    const [single] = servers;
    if (servers.length > 1 && servers.every((server) => isInFolder(server, config))) {
      const replicas = servers.map(({ id }) => toPeerId(id));
      const directory = openDataDirectory({
        path: dataDir,
        logPath: dataLogDir ?? dataDir,
        layout: { replicas },
        onLost: onLost(dataDir),
      });
      for (const id of replicas) opened.set(id, directory);
    } else if (single !== undefined) {
      for (const server of servers) {
        const id = toPeerId(server.id);
        const { dataDir: path, dataLogDir: logPath } = server;
        const place = { path, logPath: logPath ?? path, layout: { single: id }, onLost: onLost(path) };
        opened.set(id, openDataDirectory(place));
      }
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    placeOf(id) {
      const directory = opened.get(id);
      if (directory === undefined) throw new RangeError(`there is no replica ${id}`);
      return directory.placeOf(id);
    },
    release,
  };
}

function isInFolder(server: ServerConfig, { dataDir, dataLogDir }: EnsembleConfig): boolean {
  const folder = String(server.id);
  const logFolder = dataLogDir === null ? null : join(dataLogDir, folder);
  return server.dataDir === join(dataDir, folder) && server.dataLogDir === logFolder;
}
