/**
 * `acceptedEpoch` and `currentEpoch`: ASCII decimal without a newline, replaced atomically, durable when `save`
 * returns. A promise of an epoch must not be forgotten, so these calls wait for the disk (zookeeper-facts 12.1).
 */

import { EPOCH_ZERO, type Epoch, epochOf, toEpoch, type Zxid } from '../../core/zxid.ts';
import { EpochFileError, StorageWriteError } from './errors.ts';
import { type FileSystem, readSmallFile, replaceFile } from './file-system.ts';

export type EpochName = 'acceptedEpoch' | 'currentEpoch';

export interface Epochs {
  readonly accepted: Epoch;
  readonly current: Epoch;
}

/** @throws StorageWriteError when it could not be made durable; then the old value still stands */
export function saveEpoch(fileSystem: FileSystem, directory: string, name: EpochName, epoch: Epoch): void {
  try {
    replaceFile(fileSystem, directory, name, Buffer.from(String(epoch), 'latin1'));
  } catch (cause) {
    throw new StorageWriteError(`${directory}/${name}`, 'saving the epoch in', cause);
  }
}

const NOTE = 'currentEpoch.tmp';

/**
 * Leaves a note of an epoch whose txns are about to be logged, before it is the current one: see FileStorage. The next
 * `saveEpoch` of it takes the note away.
 * @throws StorageWriteError
 */
export function noteEpoch(fileSystem: FileSystem, directory: string, epoch: Epoch): void {
  try {
    replaceFile(fileSystem, directory, NOTE, Buffer.from(String(epoch), 'latin1'));
  } catch (cause) {
    throw new StorageWriteError(`${directory}/${NOTE}`, 'noting the epoch in', cause);
  }
}

/** Takes the note away: the log no longer says what it was made for. @returns the epoch that now stands */
export function forgetNote(fileSystem: FileSystem, directory: string): Epoch {
  fileSystem.remove(`${directory}/${NOTE}`);
  return readEpoch(fileSystem, directory, 'currentEpoch') ?? EPOCH_ZERO;
}

/** Null when there is no such file. @throws EpochFileError when it holds no epoch */
export function readEpoch(fileSystem: FileSystem, directory: string, name: string): Epoch | null {
  const path = `${directory}/${name}`;
  const text = readSmallFile(fileSystem, path)?.toString('latin1').trim();
  if (text === undefined) return null;
  if (!/^\d{1,19}$/.test(text))
    throw new EpochFileError(path, `it holds ${JSON.stringify(text.slice(0, 32))}, no epoch`);
  try {
    return toEpoch(Number(text));
  } catch (cause) {
    throw new EpochFileError(path, `epoch ${text} is too large`, { cause });
  }
}

/**
 * The epochs that a replica whose history ends with `lastZxid` starts from (zookeeper-facts 12.7.5).
 *
 * Missing files take the history's epoch. A history newer than `currentEpoch` is what a crash leaves between logging a
 * leader's proposals and saving its epoch: the history is then a prefix of that of its last epoch, so saying so
 * (`current` := its epoch) claims nothing that is not in the log. It needs `acceptedEpoch` to have been that far.
 * @throws EpochFileError when the files contradict each other or the log
 */
export function recoverEpochs(fileSystem: FileSystem, directory: string, lastZxid: Zxid): Epochs {
  const logged = epochOf(lastZxid);
  const savedCurrent = readEpoch(fileSystem, directory, 'currentEpoch');
  const savedAccepted = readEpoch(fileSystem, directory, 'acceptedEpoch');
  const accepted = savedAccepted ?? toEpoch(Math.max(savedCurrent ?? 0, logged));
  const current = toEpoch(Math.max(savedCurrent ?? 0, logged));
  if (accepted < current) {
    const reason = `acceptedEpoch is ${accepted}, but ${savedCurrent === current ? 'currentEpoch' : 'the log'} has reached ${current}`;
    throw new EpochFileError(`${directory}/acceptedEpoch`, reason);
  }
  if (savedCurrent !== null && savedCurrent !== current) saveEpoch(fileSystem, directory, 'currentEpoch', current);
  // It has done its duty, and would be wrong once the log is cut.
  forgetNote(fileSystem, directory);
  return { accepted, current };
}
