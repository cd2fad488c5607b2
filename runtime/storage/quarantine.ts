/**
 * What to do with a replica whose log is damaged: put the files aside and let the quorum bring it up to date, without
 * ever letting it vote as if it had never acknowledged anything.
 *
 * Why an empty replica must not vote: say A, B and C form an ensemble, A and B acknowledged txn x, C is slow, x is
 * committed. A loses its log. If A, now empty, may vote, A and C are a quorum that has never heard of x, and x is lost
 * although B is healthy. Keeping A's `acceptedEpoch` does not help: it stops A from following an old leader, not from
 * electing C. Keeping its `currentEpoch` would be worse: elections compare it before zxids, so an empty A could win.
 *
 * So a file `resync` beside version-2 marks the loss, durably and before anything is moved. While it exists:
 * - the replica asks for and answers no votes, and is not counted in any quorum; it follows like an observer;
 * - a leader can only be elected by a quorum of the others. That quorum shares a member with every quorum that ever
 *   committed anything, and unless a second replica is damaged too, one that has it: the leader has all of it;
 * - once it has installed that leader's state and everything up to its upToDate, it holds all that was committed, so
 *   its vote is good again: `clearResync`.
 * With one of three damaged, the other two are the quorum needed. With two of three damaged there is none, and that is
 * right: nobody can know what was committed. Then, and for a single server, a human decides (restore a backup).
 *
 * `acceptedEpoch` is kept, inside the mark, for the promises made with it; `currentEpoch` starts again from the log.
 */

import type { Epoch } from '../../core/zxid.ts';
import { readEpoch, saveEpoch } from './epoch-files.ts';
import { EpochFileError, StorageWriteError } from './errors.ts';
import { type FileSystem, replaceFile } from './file-system.ts';
import type { ReplicaPlace } from './replica-place.ts';

const MARK = 'resync';

export interface ReplicaFiles extends ReplicaPlace {
  readonly fileSystem: FileSystem;
}

/**
 * Moves version-2 to version-2.damaged-<n> and leaves an empty one; logs that are apart likewise. May be repeated after a
 * crash at any point.
 * @returns the path that the damaged files have now
 * @throws StorageWriteError
 */
export function quarantine(files: ReplicaFiles): string {
  const { fileSystem, replicaPath, logPath } = files;
  const directory = `${replicaPath}/version-2`;
  try {
    const accepted = acceptedEpochOf(fileSystem, replicaPath);
    replaceFile(fileSystem, replicaPath, MARK, Buffer.from(String(accepted), 'latin1'));
    const aside = putAside(fileSystem, directory);
    if (logPath !== replicaPath) putAside(fileSystem, `${logPath}/version-2`);
    prepareResync(files);
    return aside;
  } catch (cause) {
    throw new StorageWriteError(directory, 'putting aside the damaged', cause);
  }
}

/** Whether the replica has lost what it acknowledged. */
export function needsResync({ fileSystem, replicaPath }: ReplicaFiles): boolean {
  return fileSystem.exists(`${replicaPath}/${MARK}`);
}

/** Finishes a quarantine that a crash interrupted; does nothing to a directory that has its epoch. */
export function prepareResync({ fileSystem, replicaPath, logPath }: ReplicaFiles): void {
  const directory = `${replicaPath}/version-2`;
  for (const path of [replicaPath, logPath]) {
    if (fileSystem.exists(`${path}/version-2`)) continue;
    fileSystem.makeDirectory(`${path}/version-2`);
    fileSystem.syncDirectorySync(path);
  }
  if (readEpoch(fileSystem, directory, 'acceptedEpoch') !== null) return;
  const accepted = readEpoch(fileSystem, replicaPath, MARK);
  if (accepted !== null && accepted > 0) saveEpoch(fileSystem, directory, 'acceptedEpoch', accepted);
}

/** To be called once the replica holds everything committed. Durable on return. @throws StorageWriteError */
export function clearResync({ fileSystem, replicaPath }: ReplicaFiles): void {
  try {
    fileSystem.remove(`${replicaPath}/${MARK}`);
    fileSystem.syncDirectorySync(replicaPath);
  } catch (cause) {
    throw new StorageWriteError(`${replicaPath}/${MARK}`, 'removing', cause);
  }
}

/** The highest epoch promised, as far as it can be read: an unreadable one is made up for by not voting. */
function acceptedEpochOf(fileSystem: FileSystem, replicaPath: string): number {
  const readable = (directory: string, name: string): Epoch | 0 => {
    try {
      return readEpoch(fileSystem, directory, name) ?? 0;
    } catch (error) {
      if (error instanceof EpochFileError) return 0;
      throw error;
    }
  };
  return Math.max(readable(replicaPath, MARK), readable(`${replicaPath}/version-2`, 'acceptedEpoch'));
}

function putAside(fileSystem: FileSystem, directory: string): string {
  const aside = freeName(fileSystem, `${directory}.damaged-`);
  fileSystem.rename(directory, aside);
  return aside;
}

function freeName(fileSystem: FileSystem, prefix: string): string {
  let number = 1;
  while (fileSystem.exists(prefix + number)) number += 1;
  return prefix + number;
}
