/**
 * The data directory of a process: which replica's files are where, and whether they may be used at all.
 *
 *     one server   <dataDir>/myid, <dataDir>/version-2/…                 (ZooKeeper's own layout)
 *     an ensemble  <dataDir>/<replica>/myid, <dataDir>/<replica>/version-2/…
 *     logs apart   <dataLogDir>/version-2/log.…, <dataLogDir>/<replica>/version-2/log.…
 *
 * `openDataDirectory` first only looks, and refuses whatever is not ours or is damaged beyond recovery; then it locks;
 * only then does it write anything. Runs once, in the process's main thread; the replicas' threads trust it.
 */

import fs from 'node:fs';
import { dirname } from 'node:path';
import type { PeerId } from '../../core/ids.ts';
import { isLogHeader } from '../../core/jute/txn-log.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { readEpoch } from './epoch-files.ts';
import { DataDirectoryError, EpochFileError, ForeignFileError, systemCodeOf } from './errors.ts';
import { type Compression, listFiles } from './file-names.ts';
import { nodeFileSystem, readFully } from './file-system.ts';
import { type HistoryPlace, historyOf, type ReplicaPlace, VERSION_DIRECTORY } from './replica-place.ts';
import { SNAPSHOT_STARTS } from './snapshot-compression.ts';

export interface DataDirectoryOptions {
  readonly path: string;
  /** Where txn logs are, in the same layout. Default: `path`. */
  readonly logPath?: string;
  /** The peers whose replicas run in this process, and the layout: `single` is one server in ZooKeeper's own layout. */
  readonly layout: { readonly single: PeerId } | { readonly replicas: readonly PeerId[] };
  /** Another process took the directory over while this one stood still: stop at once, write nothing more. */
  readonly onLost: () => void;
}

export interface DataDirectory {
  placeOf(peer: PeerId): ReplicaPlace;
  /** Gives the directory free for other processes. Only after every replica's storage is closed. */
  release(): void;
}

const LOG_HEADER_SIZE = 16;

/**
 * Checks, locks and prepares a data directory; missing ones are created.
 * @throws DataDirectoryError, ForeignFileError, DirectoryInUseError; nothing has been changed then, except that
 *   missing parent directories may have been made
 */
export function openDataDirectory(options: DataDirectoryOptions): DataDirectory {
  try {
    return openChecked(options);
  } catch (cause) {
    // Permission bits do not tell everything (read-only mounts, full disks): some call fails, and says why.
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new DataDirectoryError(options.path, `it cannot be used (${cause.message})`, { cause });
  }
}

function openChecked({ path, logPath = path, layout, onLost }: DataDirectoryOptions): DataDirectory {
  const replicas = 'single' in layout ? [layout.single] : layout.replicas;
  const pathBelow = (root: string, peer: PeerId): string => ('single' in layout ? root : `${root}/${peer}`);
  const placeOf = (peer: PeerId): ReplicaPlace => ({
    replicaPath: pathBelow(path, peer),
    logPath: pathBelow(logPath, peer),
  });
  const roots = path === logPath ? [path] : [path, logPath];
  for (const root of roots) checkRoot(root, layout);
  for (const peer of replicas) checkReplica(placeOf(peer), peer);
  const locks: DirectoryLock[] = [];
  const release = (): void => {
    for (const lock of locks) lock.release();
  };
  try {
    for (const root of roots) locks.push(prepare(root, onLost));
    // What was checked without the lock may have changed; now it cannot any more.
    for (const peer of replicas) checkReplica(placeOf(peer), peer);
    const made = replicas.flatMap((peer) => prepareReplica(placeOf(peer), peer));
    // A log in a directory that nobody finds after a crash is lost, so its parents are made durable too.
    const parents = roots.flatMap((root) => [root, dirname(root)]);
    if (made.length > 0) for (const place of [...made, ...parents]) nodeFileSystem.syncDirectorySync(place);
  } catch (error) {
    release();
    throw error;
  }
  return { placeOf, release };
}

function checkRoot(path: string, layout: DataDirectoryOptions['layout']): void {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw new DataDirectoryError(path, 'it is not a directory');
  const names = fs.readdirSync(path);
  const isSingle = names.includes(VERSION_DIRECTORY);
  const ensemble = names.filter((name) => isReplicaDirectory(path, name));
  if ('single' in layout && ensemble.length > 0 && !isSingle) {
    throw new DataDirectoryError(path, `it holds an ensemble (replicas ${ensemble.join(', ')}), not a single server`);
  }
  if (!('single' in layout) && isSingle) {
    const advice = `move version-2 and myid to ${path}/<replica> first`;
    throw new DataDirectoryError(path, `it holds a single server, not an ensemble: ${advice}`);
  }
  const isOurs = isSingle || ensemble.length > 0 || names.includes('myid');
  const foreign = names.filter((name) => !OWN_NAMES.test(name) && !isReplicaDirectory(path, name));
  if (!isOurs && foreign.length > 0) {
    const shown = foreign.slice(0, 3).join(', ');
    throw new DataDirectoryError(path, `it is not empty and holds no ensemble (found ${shown}): choose another one`);
  }
}

/** Names that an unused data directory may hold: our locks and secret, hidden files, a file system's own, ZooKeeper's markers. */
const OWN_NAMES =
  /^(\..*|threadkeeper\.(lock\..*|session-secret(\.tmp)?)|lost\+found|initialize|zookeeper_server\.pid|version-2\.damaged-\d+)$/;

function isReplicaDirectory(path: string, name: string): boolean {
  if (!/^[1-9]\d{0,2}$/.test(name)) return false;
  return fs.existsSync(`${path}/${name}/${VERSION_DIRECTORY}`) || fs.existsSync(`${path}/${name}/myid`);
}

/** Looks at one replica's files without changing them. */
function checkReplica(place: ReplicaPlace, peer: PeerId): void {
  const { replicaPath, logPath } = place;
  for (const path of [replicaPath, logPath]) {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) throw new DataDirectoryError(path, 'it is not a directory');
  }
  checkMyId(replicaPath, peer);
  const { snapshots, logs } = historyOf(place);
  for (const directory of new Set([snapshots, logs])) checkVersionDirectory(directory);
  for (const log of listFiles(nodeFileSystem, logs, 'log')) checkHeader(log.path, isLogStart);
  for (const snapshot of listFiles(nodeFileSystem, snapshots, 'snapshot')) {
    checkHeader(snapshot.path, (bytes) => isSnapshotStart(bytes, snapshot.compression));
  }
  if (snapshots !== logs) checkApart({ snapshots, logs });
  for (const name of ['acceptedEpoch', 'currentEpoch']) checkEpoch(snapshots, name);
}

function checkVersionDirectory(directory: string): void {
  const stat = fs.statSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw new ForeignFileError(directory, 'it is not a directory');
  checkAccess(directory);
}

// As ZooKeeper refuses it: somebody has changed dataLogDir and not moved the files, and would lose what is in them.
function checkApart({ snapshots, logs }: HistoryPlace): void {
  const [log] = listFiles(nodeFileSystem, snapshots, 'log');
  if (log !== undefined) throw new ForeignFileError(log.path, `txn logs belong into ${logs}: move it there`);
  const [snapshot] = listFiles(nodeFileSystem, logs, 'snapshot');
  if (snapshot !== undefined) {
    throw new ForeignFileError(snapshot.path, `snapshots belong into ${snapshots}: move it there`);
  }
}

function checkMyId(path: string, peer: PeerId): void {
  if (!fs.existsSync(`${path}/myid`)) return;
  const text = fs.readFileSync(`${path}/myid`, 'latin1').trim();
  if (text !== String(peer)) {
    throw new DataDirectoryError(path, `its myid is ${JSON.stringify(text.slice(0, 16))}, but it is to serve ${peer}`);
  }
}

function checkEpoch(directory: string, name: string): void {
  try {
    readEpoch(nodeFileSystem, directory, name);
  } catch (error) {
    if (error instanceof EpochFileError) throw new ForeignFileError(error.path, error.message);
    throw error;
  }
}

// A crash can leave a new file empty, short, or full of zeros; other content was never ours.
function checkHeader(path: string, isOurs: (bytes: Buffer) => boolean): void {
  const fd = nodeFileSystem.open(path, 'read');
  try {
    const bytes = readFully(nodeFileSystem, fd, 0, LOG_HEADER_SIZE);
    if (bytes.some((byte) => byte !== 0) && !isOurs(bytes)) {
      throw new ForeignFileError(path, `it begins with ${bytes.subarray(0, 8).toString('hex')}`);
    }
  } finally {
    nodeFileSystem.close(fd);
  }
}

function isLogStart(bytes: Buffer): boolean {
  return bytes.length < LOG_HEADER_SIZE ? 'ZKLG'.startsWith(bytes.toString('latin1', 0, 4)) : isLogHeader(bytes);
}

function isSnapshotStart(bytes: Buffer, compression: Compression): boolean {
  const magic = SNAPSHOT_STARTS[compression];
  return magic.startsWith(bytes.toString('latin1', 0, magic.length));
}

function checkAccess(path: string): void {
  try {
    fs.accessSync(path, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  } catch (cause) {
    throw new DataDirectoryError(path, `it is not writable (${systemCodeOf(cause)})`, { cause });
  }
}

function prepare(path: string, onLost: () => void): DirectoryLock {
  nodeFileSystem.makeDirectory(path);
  checkAccess(path);
  return lockDirectory(path, { onLost, now: Date.now });
}

/** @returns the directories in which something was missing and has been made */
function prepareReplica({ replicaPath, logPath }: ReplicaPlace, peer: PeerId): string[] {
  // A myid that a crash takes away again is made anew; only the directories have to last.
  if (!fs.existsSync(`${replicaPath}/myid`)) {
    nodeFileSystem.makeDirectory(replicaPath);
    fs.writeFileSync(`${replicaPath}/myid`, `${peer}\n`);
  }
  const lacking = [...new Set([replicaPath, logPath])].filter((path) => !fs.existsSync(`${path}/${VERSION_DIRECTORY}`));
  for (const path of lacking) nodeFileSystem.makeDirectory(`${path}/${VERSION_DIRECTORY}`);
  return lacking;
}
