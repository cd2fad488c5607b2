/**
 * Paths on the client's side: what is refused before it is sent, and the chroot, which exists only here.
 *
 * The syntax is ZooKeeper's (PathUtils; facts 5.4), and so are the words of the complaint: a server checks some
 * operations late or not at all, so a mistyped path would come back as "no znode" or read the root.
 */

import { EnsembleError } from '../../core/errors.ts';

/** What is wrong with a path, in PathUtils' words; null if it is valid. */
export function pathProblem(path: string): string | null {
  const length = path.length;
  if (length === 0) return 'Path length must be > 0';
  if (path.charCodeAt(0) !== SLASH) return 'Path must start with / character';
  if (length === 1) return null;
  if (path.charCodeAt(length - 1) === SLASH) return 'Path must not end with / character';
  let nameStart = 1;
  for (let at = 1; at <= length; at++) {
    const unit = at === length ? SLASH : path.charCodeAt(at);
    if (unit !== SLASH) {
      if (isAllowed(unit)) continue;
      return because(path, unit === 0 ? `null character not allowed @${at}` : `invalid character @${at}`);
    }
    if (at === nameStart) return because(path, `empty node name specified @${at}`);
    if (isRelative(path, nameStart, at)) return because(path, `relative paths not allowed @${at - 1}`);
    nameStart = at + 1;
  }
  return null;
}

/** @throws EnsembleError BAD_ARGUMENTS for a path that no server would accept */
export function checkPath(path: string): void {
  const problem = pathProblem(path);
  if (problem !== null) throw new EnsembleError('BAD_ARGUMENTS', path, problem);
}

/** Adds and takes away the prefix that the connect string names. */
export class Chroot {
  readonly #prefix: string;

  /** @param prefix  a valid path without a slash at its end, or empty */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  toServer(path: string): string {
    if (this.#prefix === '') return path;
    return path === '/' ? this.#prefix : this.#prefix + path;
  }

  /** Paths outside the chroot (/zookeeper/config) are passed unchanged, as all clients do. */
  toClient(path: string): string {
    if (this.#prefix === '' || !path.startsWith(this.#prefix)) return path;
    if (path.length === this.#prefix.length) return '/';
    return path.charCodeAt(this.#prefix.length) === SLASH ? path.slice(this.#prefix.length) : path;
  }
}

const SLASH = 0x2f;
const DOT = 0x2e;

function because(path: string, reason: string): string {
  return `Invalid path string "${path}" caused by ${reason}`;
}

/** The UTF-16 units that PathUtils lets through: no control characters, surrogates, private use, or specials. */
function isAllowed(unit: number): boolean {
  return unit > 0x1f && (unit < 0x7f || unit > 0x9f) && (unit < 0xd800 || unit > 0xf8ff) && unit < 0xfff0;
}

function isRelative(path: string, start: number, end: number): boolean {
  if (path.charCodeAt(start) !== DOT) return false;
  return end - start === 1 || (end - start === 2 && path.charCodeAt(start + 1) === DOT);
}
