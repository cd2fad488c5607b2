/**
 * Names of the files in a version-2 directory: `log.<hex zxid>` and `snapshot.<hex zxid>`, lower case, not padded
 * (zookeeper-facts 12.1). Any other name is ignored, as ZooKeeper does.
 */

import { toZxid, type Zxid } from '../../core/zxid.ts';
import type { FileSystem } from './file-system.ts';

export interface NamedFile {
  readonly name: string;
  readonly path: string;
  /** A log's first zxid; a snapshot's last, when its writing began. */
  readonly zxid: Zxid;
}

export type FileKind = 'log' | 'snapshot';

export function fileName(kind: FileKind, zxid: Zxid): string {
  return `${kind}.${zxid.toString(16)}`;
}

/** The files of a kind, ascending by the zxid in their names. */
export function listFiles(fileSystem: FileSystem, directory: string, kind: FileKind): NamedFile[] {
  const files: NamedFile[] = [];
  for (const name of fileSystem.list(directory)) {
    const zxid = zxidOfName(kind, name);
    if (zxid !== null) files.push({ name, path: `${directory}/${name}`, zxid });
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

function zxidOfName(kind: FileKind, name: string): Zxid | null {
  const match = /^(log|snapshot)\.([0-9a-f]{1,16})$/.exec(name);
  if (match === null || match[1] !== kind || match[2] === undefined) return null;
  return toZxid(Number.parseInt(match[2], 16));
}
