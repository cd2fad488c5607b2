/**
 * Finds the test files of a run: each test/…/*.test.ts with the compiled file that stands for it under dist/. Sources lead:
 * an output without a source is left over from another branch and never runs; a source without an output is a failure.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Runs only where a filter asks for it: needs Apache ZooKeeper, Java and Python. */
const ON_REQUEST = 'interop/';
const DEFAULT_TIMEOUT_MS = 120_000;

export interface TestFile {
  /** Path of the source below test/, with forward slashes: `unit/core/zxid.test.ts`. */
  readonly name: string;
  /** Absolute path of the compiled file; it may be missing. */
  readonly compiled: string;
  /** Longest time for the whole file: 120 s, or the first line `// timeout: 300s`. */
  readonly timeoutMs: number;
}

/**
 * @param root     directory with test/ and dist/test/
 * @param filters  parts of names; a file is taken if it contains one of them. None: everything but test/interop.
 * @returns the longest-running first, so that a parallel run does not end with them; then by name
 */
export function findTestFiles(root: string, filters: readonly string[]): TestFile[] {
  const sources = join(root, 'test');
  const found: TestFile[] = [];
  for (const path of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    const name = path.split(sep).join('/');
    if (!name.endsWith('.test.ts')) continue;
    const wanted = filters.length === 0 ? !name.startsWith(ON_REQUEST) : filters.some((part) => name.includes(part));
    if (!wanted) continue;
    const compiled = join(root, 'dist', 'test', name.replace(/\.ts$/, '.js'));
    found.push({
      name,
      compiled,
      timeoutMs: declaredTimeoutMs(readFileSync(join(sources, path), 'utf8')) ?? DEFAULT_TIMEOUT_MS,
    });
  }
  return found.sort((a, b) => b.timeoutMs - a.timeoutMs || (a.name < b.name ? -1 : 1));
}

function declaredTimeoutMs(source: string): number | undefined {
  const seconds = /^\/\/ timeout: (\d+)s *\r?\n/.exec(source)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
