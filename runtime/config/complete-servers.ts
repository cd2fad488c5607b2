/**
 * The replicas of the process, one by one: as a file lists them, and where it does not, by the rules of `replicas`,
 * `clientPort`, `host`, `dataDir` and `dataLogDir`. A flag or a variable for one of these wins over what the list says.
 */

import { join, resolve } from 'node:path';
import { readMyId } from './my-id.ts';
import type { ServerValues } from './schema.ts';
import type { EnsembleConfig, ServerConfig } from './types.ts';

type Rules = Pick<EnsembleConfig, 'replicas' | 'clientPort' | 'host' | 'dataDir' | 'dataLogDir' | 'inMemory'>;

export interface ListedServers {
  readonly listed: readonly ServerValues[] | undefined;
  /** Settings that hold whatever the list says: they came from a flag or a variable. */
  readonly typed: ReadonlySet<string>;
  /** Where relative paths in the list start. */
  readonly directory: string;
}

export function completeServers(rules: Rules, { listed, typed, directory }: ListedServers): ServerConfig[] {
  const count = rules.replicas;
  const given: readonly ServerValues[] = listed ?? Array.from({ length: count }, (_, index) => ({ id: index + 1 }));
  return given
    .map((server, index) => complete({ server, index, count, rules, typed, directory }))
    .sort((a, b) => a.id - b.id);
}

interface Completion {
  readonly server: ServerValues;
  readonly index: number;
  readonly count: number;
  readonly rules: Rules;
  readonly typed: ReadonlySet<string>;
  readonly directory: string;
}

function complete({ server, index, count, rules, typed, directory }: Completion): ServerConfig {
  const isSingle = count === 1;
  const known = server.id ?? index + 1;
  // A single server goes by the number that its directory gives it, as long as nobody says another.
  const id = isSingle && server.dataDir === undefined && !rules.inMemory ? (readMyId(rules.dataDir) ?? known) : known;
  const folder = (root: string): string => (isSingle ? root : join(root, String(id)));
  const hasOwnPlace = server.dataDir !== undefined && !typed.has('dataDir');
  const logRoot = rules.dataLogDir === null ? null : folder(rules.dataLogDir);
  const logDir = server.dataLogDir === undefined || typed.has('dataLogDir') ? logRoot : server.dataLogDir;
  return {
    id,
    role: server.role ?? 'participant',
    host: server.host === undefined || typed.has('host') ? rules.host : server.host,
    clientPort: portOf(server.clientPort, typed) ?? (rules.clientPort === 0 ? 0 : rules.clientPort + index),
    dataDir: hasOwnPlace ? resolve(directory, server.dataDir ?? '') : folder(rules.dataDir),
    dataLogDir:
      hasOwnPlace && server.dataLogDir === undefined ? null : logDir === null ? null : resolve(directory, logDir),
  };
}

function portOf(listed: number | undefined, typed: ReadonlySet<string>): number | undefined {
  return typed.has('clientPort') ? undefined : listed;
}
