/**
 * What a replica's directory holds, read without any server: every znode with its data, all its Stat fields as stored and its
 * ACL, every session, and whether the digests in the files are those of the tree. Reads a copy: recovery mends what it reads.
 */
import { cpSync, rmSync } from 'node:fs';
import { formatSessionId } from '../../core/ids.ts';
import type { Acl } from '../../core/jute/acl.ts';
import { type DataTree, NO_ROW, type Row } from '../../core/tree/data-tree.ts';
import { formatDigest } from '../../core/tree/digest.ts';
import { Int } from '../../core/tree/znode-records.ts';
import type { Zxid } from '../../core/zxid.ts';
import { nodeFileSystem } from '../../runtime/storage/file-system.ts';
import { recoverDirectory } from '../../runtime/storage/recovery.ts';
import { historyOf, type ReplicaPlace } from '../../runtime/storage/replica-place.ts';

export interface DirectoryContent {
  readonly tree: DataTree;
  /** `id timeout` of each, sorted. */
  readonly sessions: readonly string[];
  readonly digest: string;
  readonly lastZxid: Zxid;
  /** Name of the snapshot that recovery started from. */
  readonly snapshot: string | null;
  /** What a digest in snapshot or log said against the tree; null when all agree. */
  readonly mismatch: unknown;
}

/** @param place  or the path of a directory that holds both snapshots and logs */
export function readDirectory(place: string | ReplicaPlace): DirectoryContent {
  const { replicaPath, logPath } = typeof place === 'string' ? { replicaPath: place, logPath: place } : place;
  const copy = `${replicaPath}.copy`;
  const logCopy = replicaPath === logPath ? copy : `${logPath}.copy`;
  try {
    cpSync(replicaPath, copy, { recursive: true });
    if (logCopy !== copy) cpSync(logPath, logCopy, { recursive: true });
    const history = historyOf({ replicaPath: copy, logPath: logCopy });
    const { tree, lastZxid, report } = recoverDirectory(nodeFileSystem, history, { tree: { extendedTypes: true } });
    return {
      tree,
      sessions: [...tree.sessions.entries()].map(([id, timeoutMs]) => `${formatSessionId(id)} ${timeoutMs}`).sort(),
      digest: formatDigest(tree.digest),
      lastZxid,
      snapshot: report.snapshot,
      mismatch: report.mismatch,
    };
  } finally {
    for (const path of [copy, logCopy]) rmSync(path, { recursive: true, force: true });
  }
}

/** A line for each znode, by path, but for the subtrees whose top `isLeftOut` names. */
export function znodesOf({ tree }: DirectoryContent, isLeftOut: (path: string) => boolean): Map<string, string> {
  const lines = new Map<string, string>();
  const acls = new Map<readonly Acl[], string>();
  const { store, acls: table } = tree.state;
  const visit = (row: Row, path: string): void => {
    if (isLeftOut(path)) return;
    const acl = table.get(store.records.int(row, Int.aclKey));
    const aclText = acls.get(acl) ?? JSON.stringify(acl);
    acls.set(acl, aclText);
    lines.set(path, lineOf(tree, row, aclText));
    for (let child = store.records.int(row, Int.firstChild); child !== NO_ROW; ) {
      visit(child, `${path}/${store.name(child)}`);
      child = store.records.int(child, Int.nextSibling);
    }
  };
  visit(0, '');
  return lines;
}

/** The first few paths by which two contents differ, with both lines; empty when they are equal. */
export function differences(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  const told: string[] = [];
  for (const path of new Set([...expected.keys(), ...found.keys()])) {
    const [before, after] = [expected.get(path), found.get(path)];
    if (before !== after) told.push(`${path}: ${before ?? 'nothing'} became ${after ?? 'nothing'}`);
    if (told.length === 10) break;
  }
  return told;
}

function lineOf(tree: DataTree, row: Row, acl: string): string {
  const { czxid, mzxid, pzxid, ctime, mtime, version, aversion, numChildren } = tree.stat(row);
  const data = tree.data(row);
  const bytes = data === null ? 'null' : Buffer.from(data).toString('latin1');
  const owner = formatSessionId(tree.ephemeralOwner(row));
  const cversion = tree.storedCversion(row);
  return `${bytes} ${czxid} ${mzxid} ${pzxid} ${ctime} ${mtime} ${version} ${cversion} ${aversion} ${numChildren} ${owner} ${acl}`;
}
