/**
 * A path made ready for the store: its UTF-8 bytes, its hash and the hash of its parent, all from one pass.
 *
 * The root is the empty byte string, as in a snapshot, so that `/` + name always continues the parent's bytes, and a
 * child's hash always continues its parent's. A key is a reused scratch: it holds one path until the next `set`.
 */

const SLASH = 0x2f;
// FNV-1a: a hash that goes on from any prefix. The path index mixes its bits before it chooses a bucket.
const FNV_START = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

export class PathKey {
  /** UTF-8 of the path in [0, length). */
  bytes: Buffer = Buffer.allocUnsafeSlow(256);
  length = 0;
  hash = FNV_START;
  /** The parent is the prefix [0, parentLength); -1 for the root, and for bytes without any slash. */
  parentLength = -1;
  parentHash = FNV_START;

  set(path: string): this {
    const units = path.length;
    if (units === 1 && path.charCodeAt(0) === SLASH) return this.#scan(0);
    this.#reserve(units);
    const bytes = this.bytes;
    let hash = FNV_START;
    let parentLength = -1;
    let parentHash = FNV_START;
    for (let at = 0; at < units; at++) {
      const unit = path.charCodeAt(at);
      if (unit > 0x7f) return this.#setEncoded(path);
      if (unit === SLASH) {
        parentLength = at;
        parentHash = hash;
      }
      bytes[at] = unit;
      hash = Math.imul(hash ^ unit, FNV_PRIME);
    }
    this.length = units;
    this.hash = hash;
    this.parentLength = parentLength;
    this.parentHash = parentHash;
    return this;
  }

  /** The path in [start, end) of `source`; the root is the empty range. */
  setBytes(source: Uint8Array, start: number, end: number): this {
    const length = end - start;
    this.#reserve(length);
    for (let at = 0; at < length; at++) this.bytes[at] = source[start + at] as number;
    return this.#scan(length);
  }

  startsWith(prefix: Uint8Array): boolean {
    if (this.length < prefix.length) return false;
    for (let at = 0; at < prefix.length; at++) if (this.bytes[at] !== prefix[at]) return false;
    return true;
  }

  #setEncoded(path: string): this {
    this.#reserve(path.length * 3);
    return this.#scan(this.bytes.write(path, 0, 'utf8'));
  }

  #scan(length: number): this {
    const bytes = this.bytes;
    let hash = FNV_START;
    this.parentLength = -1;
    this.parentHash = FNV_START;
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte === SLASH) {
        this.parentLength = at;
        this.parentHash = hash;
      }
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
    this.length = length;
    this.hash = hash;
    return this;
  }

  #reserve(size: number): void {
    if (size > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(Math.max(size, this.bytes.length * 2));
  }
}
