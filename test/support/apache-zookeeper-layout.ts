/**
 * Where one Apache ZooKeeper server of a test keeps what: its data directory, `myid` and zoo.cfg.
 * Ports come in three runs of one per server: client, quorum, election. Timing settings are those of ZooKeeper's sample.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ServerLayout {
  readonly sid: number;
  readonly clientPort: number;
  readonly dataDir: string;
  readonly configFile: string;
}

export interface LayoutOptions {
  readonly directory: string;
  readonly sid: number;
  /** Three for every server of the ensemble. */
  readonly ports: readonly number[];
  /** Further lines of zoo.cfg; they win. */
  readonly settings: Readonly<Record<string, string | number>>;
}

export function layOutServer({ directory, sid, ports, settings }: LayoutOptions): ServerLayout {
  const count = ports.length / 3;
  const dataDir = join(directory, `server-${sid}`);
  const clientPort = ports[sid - 1] ?? 0;
  const lines: Record<string, string | number> = {
    dataDir,
    clientPort,
    clientPortAddress: '127.0.0.1',
    tickTime: 2000,
    initLimit: 10,
    syncLimit: 5,
    maxClientCnxns: 0,
    ...settings,
  };
  mkdirSync(dataDir);
  if (count > 1) {
    writeFileSync(join(dataDir, 'myid'), `${sid}\n`);
    for (let peer = 1; peer <= count; peer++) {
      lines[`server.${peer}`] = `127.0.0.1:${ports[count + peer - 1]}:${ports[2 * count + peer - 1]}`;
    }
  }
  const configFile = join(directory, `server-${sid}.cfg`);
  writeFileSync(
    configFile,
    Object.entries(lines)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return { sid, clientPort, dataDir, configFile };
}
