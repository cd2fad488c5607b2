/**
 * The secret from which an ensemble's session passwords are derived: one file at the root of the data directory, beside
 * what ZooKeeper keeps there and never inside its folders, readable by its owner alone. Made at the first start; without
 * it the sessions of the last run could not re-attach.
 *
 *     { "version": 1, "madeAtMs": 1790000000000, "key": "<64 hex digits>" }
 */

import fs from 'node:fs';
import { randomKey } from '../random.ts';
import { DataDirectoryError, systemCodeOf } from './errors.ts';
import { nodeFileSystem, writeFully } from './file-system.ts';

export interface SessionSecret {
  readonly key: Uint8Array;
  /** Milliseconds since 1970: sessions that began before have a password that this secret does not give. */
  readonly madeAtMs: number;
}

export const SESSION_SECRET_FILE = 'threadkeeper.session-secret';
const VERSION = 1;
const KEY_SIZE = 32;

export function makeSessionSecret(nowMs: number): SessionSecret {
  return { key: randomKey(KEY_SIZE), madeAtMs: nowMs };
}

/**
 * The directory's secret, made durable here if it has none.
 * @param path  the data directory, checked and locked
 * @throws DataDirectoryError when the file holds something else, or cannot be read or written
 */
export function openSessionSecret(path: string, nowMs: number): SessionSecret {
  const known = readSessionSecret(path);
  if (known !== null) return known;
  const secret = makeSessionSecret(nowMs);
  try {
    save(path, secret);
  } catch (cause) {
    throw new DataDirectoryError(path, `its session secret cannot be written (${systemCodeOf(cause)})`, { cause });
  }
  return secret;
}

/** The same without making one: null when there is none. */
export function readSessionSecret(path: string): SessionSecret | null {
  const file = `${path}/${SESSION_SECRET_FILE}`;
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return null;
    throw new DataDirectoryError(path, `its session secret cannot be read (${systemCodeOf(cause)})`, { cause });
  }
  const secret = parse(text);
  if (secret !== null) return secret;
  const advice = 'restore it, or remove it: a new one is made then, and clients begin new sessions';
  throw new DataDirectoryError(path, `its ${SESSION_SECRET_FILE} holds no session secret: ${advice}`);
}

/** Whether others than the owner may read it. */
export function isSessionSecretExposed(path: string): boolean {
  const stat = fs.statSync(`${path}/${SESSION_SECRET_FILE}`, { throwIfNoEntry: false });
  return stat !== undefined && (stat.mode & 0o077) !== 0;
}

function parse(text: string): SessionSecret | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null) return null;
  const { version, madeAtMs, key } = found as Readonly<Record<string, unknown>>;
  const isKnown = version === VERSION && typeof madeAtMs === 'number' && Number.isSafeInteger(madeAtMs);
  if (!isKnown || typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key)) return null;
  return { key: Buffer.from(key, 'hex'), madeAtMs };
}

// Under another name first: a crash leaves the old file or the new one, never half of one. Never readable by others, not
// even for a moment.
function save(path: string, { key, madeAtMs }: SessionSecret): void {
  const file = `${path}/${SESSION_SECRET_FILE}`;
  const temporary = `${file}.tmp`;
  fs.rmSync(temporary, { force: true });
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    const content = { version: VERSION, madeAtMs, key: Buffer.from(key).toString('hex') };
    writeFully(nodeFileSystem, fd, Buffer.from(`${JSON.stringify(content)}\n`), 0);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, file);
  nodeFileSystem.syncDirectorySync(path);
}
