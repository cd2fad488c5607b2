/**
 * Names of the files in a version-2 directory: `log.<hex zxid>` and `snapshot.<hex zxid>[.gz|.snappy]`, lower case, not
 * padded (zookeeper-facts 12.1). Any other name is ignored, as ZooKeeper does.
 */

import { toZxid, type Zxid } from '../../core/zxid.ts';
import type { FileSystem } from './file-system.ts';

export interface NamedFile {
  readonly name: string;
  readonly path: string;
  /** A log's first zxid; a snapshot's last, when its writing began. */
  readonly zxid: Zxid;
  /** A snapshot's form. */
  readonly compression: Compression;
}

/** What a log is called until it has its header. */
export const LOG_TEMPORARY = 'tmp.log';

export type FileKind = 'log' | 'snapshot';
export type Compression = 'none' | 'gz' | 'snappy';

export function fileName(kind: FileKind, zxid: Zxid, compression: Compression = 'none'): string {
  return `${kind}.${zxid.toString(16)}${compression === 'none' ? '' : `.${compression}`}`;
}

/** The files of a kind, ascending by the zxid in their names. */
export function listFiles(fileSystem: FileSystem, directory: string, kind: FileKind): NamedFile[] {
  const files: NamedFile[] = [];
  for (const name of fileSystem.list(directory)) {
    const parsed = parseName(kind, name);
    if (parsed !== null) files.push({ name, path: `${directory}/${name}`, ...parsed });
  }
  return files.sort((a, b) => a.zxid - b.zxid);
}

/**
 * The log files that hold every record after `zxid`: from the last one that starts at or before it
 * (zookeeper-facts 12.7.4).
 */
export function logsAfter(logs: readonly NamedFile[], zxid: Zxid): NamedFile[] {
  let first = 0;
  for (let index = 0; index < logs.length; index++) {
    const log = logs[index];
    if (log !== undefined && log.zxid <= zxid) first = index;
  }
  return logs.slice(first);
}

const NAMES: Readonly<Record<FileKind, RegExp>> = {
  log: /^log\.([0-9a-f]{1,16})$/,
  snapshot: /^snapshot\.([0-9a-f]{1,16})(?:\.(gz|snappy))?$/,
};

function parseName(kind: FileKind, name: string): { readonly zxid: Zxid; readonly compression: Compression } | null {
  const match = NAMES[kind].exec(name);
  if (match?.[1] === undefined) return null;
  const compression = match[2] === 'gz' || match[2] === 'snappy' ? match[2] : 'none';
  return { zxid: toZxid(Number.parseInt(match[1], 16)), compression };
}
