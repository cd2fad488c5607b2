/**
 * Which subtrees have a quota, and what each of them uses (DataTree's path trie; zookeeper-facts 9.2). The quota of a
 * subtree P is the znode /zookeeper/quota‹P›/zookeeper_limits; what P uses, itself included, stands in the text of
 * zookeeper_stats beside it, which is kept current here: by every replica for itself, with no version and no event.
 *
 * A write is charged to the nearest znode at or above it that has a quota. A tree without quotas pays for none of this.
 */

const QUOTA_PREFIX = '/zookeeper/quota/';
const LIMITS_SUFFIX = '/zookeeper_limits';
const STATS_SUFFIX = '/zookeeper_stats';
/** What stands before the path of the subtree. */
const QUOTA_ROOT_LENGTH = QUOTA_PREFIX.length - 1;

export function limitsPath(subtree: string): string {
  return QUOTA_PREFIX + subtree.slice(1) + LIMITS_SUFFIX;
}

export function statsPath(subtree: string): string {
  return QUOTA_PREFIX + subtree.slice(1) + STATS_SUFFIX;
}

/** The subtree whose limits the znode at `path` holds, or null. The root has no quota. */
export function subtreeOfLimits(path: string): string | null {
  return subtreeOf(path, LIMITS_SUFFIX);
}

export function subtreeOfStats(path: string): string | null {
  return subtreeOf(path, STATS_SUFFIX);
}

export class QuotaTable {
  readonly #subtrees = new Set<string>();

  get isEmpty(): boolean {
    return this.#subtrees.size === 0;
  }

  add(subtree: string): void {
    this.#subtrees.add(subtree);
  }

  delete(subtree: string): void {
    this.#subtrees.delete(subtree);
  }

  /** The nearest subtree with a quota that holds `path`, or null. */
  covering(path: string): string | null {
    if (this.#subtrees.size === 0) return null;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const prefix = path.slice(0, end);
      if (this.#subtrees.has(prefix)) return prefix;
    }
    return null;
  }
}

function subtreeOf(path: string, suffix: string): string | null {
  if (!path.startsWith(QUOTA_PREFIX) || !path.endsWith(suffix)) return null;
  const end = path.length - suffix.length;
  return end > QUOTA_ROOT_LENGTH ? path.slice(QUOTA_ROOT_LENGTH, end) : null;
}
