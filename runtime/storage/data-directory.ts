/**
 * The data directory of a process: which replica's files are where, and whether they may be used at all.
 *
 *     one server   <dataDir>/myid, <dataDir>/version-2/…                 (ZooKeeper's own layout)
 *     an ensemble  <dataDir>/<replica>/myid, <dataDir>/<replica>/version-2/…
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
import { listFiles } from './file-names.ts';
import { nodeFileSystem, readFully } from './file-system.ts';

export interface DataDirectoryOptions {
  readonly path: string;
  /** The peers whose replicas run in this process, and the layout: `single` is one server in ZooKeeper's own layout. */
  readonly layout: { readonly single: PeerId } | { readonly replicas: readonly PeerId[] };
  /** Another process took the directory over while this one stood still: stop at once, write nothing more. */
  readonly onLost: () => void;
}

export interface DataDirectory {
  /** The replica's own directory; holds `myid` and `version-2`. */
  replicaPath(peer: PeerId): string;
  /** Gives the directory free for other processes. Only after every replica's storage is closed. */
  release(): void;
}

export const VERSION_DIRECTORY = 'version-2';
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

function openChecked({ path, layout, onLost }: DataDirectoryOptions): DataDirectory {
  const replicas = 'single' in layout ? [layout.single] : layout.replicas;
  const replicaPath = (peer: PeerId): string => ('single' in layout ? path : `${path}/${peer}`);
  checkRoot(path, layout);
  for (const peer of replicas) checkReplica(replicaPath(peer), peer);
  const lock = prepare(path, onLost);
  try {
    // What was checked without the lock may have changed; now it cannot any more.
    for (const peer of replicas) checkReplica(replicaPath(peer), peer);
    const made = replicas.filter((peer) => prepareReplica(replicaPath(peer), peer)).map(replicaPath);
    // A log in a directory that nobody finds after a crash is lost, so its parents are made durable too.
    if (made.length > 0) for (const place of [...made, path, dirname(path)]) nodeFileSystem.syncDirectorySync(place);
  } catch (error) {
    lock.release();
    throw error;
  }
  return { replicaPath, release: () => lock.release() };
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
function checkReplica(path: string, peer: PeerId): void {
  if (!fs.existsSync(path)) return;
  if (!fs.statSync(path).isDirectory()) throw new DataDirectoryError(path, 'it is not a directory');
  checkMyId(path, peer);
  const directory = `${path}/${VERSION_DIRECTORY}`;
  if (!fs.existsSync(directory)) return;
  if (!fs.statSync(directory).isDirectory()) throw new ForeignFileError(directory, 'it is not a directory');
  checkAccess(directory);
  for (const log of listFiles(nodeFileSystem, directory, 'log')) checkHeader(log.path, isLogStart);
  for (const snapshot of listFiles(nodeFileSystem, directory, 'snapshot')) checkHeader(snapshot.path, isSnapshotStart);
  const compressed = fs.readdirSync(directory).find((name) => /^snapshot\.[0-9a-f]+\.(gz|snappy)$/.test(name));
  if (compressed !== undefined) {
    throw new ForeignFileError(`${directory}/${compressed}`, 'compressed snapshots are not supported');
  }
  for (const name of ['acceptedEpoch', 'currentEpoch']) checkEpoch(directory, name);
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

function isSnapshotStart(bytes: Buffer): boolean {
  return 'ZKSN'.startsWith(bytes.toString('latin1', 0, 4));
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

/** Returns whether something was missing and has been made. */
function prepareReplica(path: string, peer: PeerId): boolean {
  // A myid that a crash takes away again is made anew; only the directories have to last.
  if (!fs.existsSync(`${path}/myid`)) {
    nodeFileSystem.makeDirectory(path);
    fs.writeFileSync(`${path}/myid`, `${peer}\n`);
  }
  if (fs.existsSync(`${path}/${VERSION_DIRECTORY}`)) return false;
  fs.mkdirSync(`${path}/${VERSION_DIRECTORY}`);
  return true;
}
