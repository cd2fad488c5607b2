/**
 * The syntax of znode paths (ZooKeeper PathUtils; zookeeper-facts 5.4), and the two cuts everybody needs.
 *
 * Paths are judged by UTF-16 units, as the Java servers and clients do: no surrogates, hence no emoji. There is no
 * normalisation and no limit on the length other than the frame that carries the path.
 */

const SLASH = 0x2f;
const DOT = 0x2e;

/** @returns why `path` is not a legal znode path, or null when it is one */
export function validatePath(path: string): string | null {
  if (path.length === 0) return 'a path is empty';
  if (path.charCodeAt(0) !== SLASH) return 'a path must start with /';
  if (path.length === 1) return null;
  let componentStart = 1;
  for (let at = 1; at <= path.length; at++) {
    const unit = at === path.length ? SLASH : path.charCodeAt(at);
    if (unit === SLASH) {
      const reason = judgeComponent(path, componentStart, at);
      if (reason !== null) return reason;
      componentStart = at + 1;
    } else if (isForbidden(unit)) {
      return `a path has an illegal character 0x${unit.toString(16)} at ${at}`;
    }
  }
  return null;
}

/** `/a/b` gives `/a`, `/a` gives `/`, and the root is its own parent. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** What follows the last slash; empty for the root. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function judgeComponent(path: string, start: number, end: number): string | null {
  const length = end - start;
  if (length === 0) return end === path.length ? 'a path must not end with /' : `a path has an empty name at ${start}`;
  if (path.charCodeAt(start) !== DOT) return null;
  const isRelative = length === 1 || (length === 2 && path.charCodeAt(start + 1) === DOT);
  return isRelative ? `a path has a relative name at ${start}` : null;
}

function isForbidden(unit: number): boolean {
  if (unit >= 0x20 && unit < 0x7f) return false;
  return unit <= 0x9f || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0;
}
