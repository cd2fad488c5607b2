/**
 * The project's own files and who imports whom, for test/repository.test.ts. Paths are relative to the repository's root,
 * with forward slashes. An edge is an import, an export from, a literal `import('…')`, or a plain string that names the
 * compiled form of an existing source (`new URL('./replica-thread.js', …)`, the table of built-in plugins).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { type ImportStatement, readImports, readSourceText, type SourceText } from './source-text.ts';

/** Not ours, or made on this machine. */
const NOT_SOURCE = new Set(['node_modules', 'dist', '.git', 'data']);

export interface SourceFile {
  readonly path: string;
  readonly raw: string;
  readonly text: SourceText;
  readonly imports: readonly (ImportStatement & { readonly target: string | undefined })[];
  /** Sources that this one runs or names without importing them. */
  readonly mentions: readonly string[];
}

/** Every file below `root` that is part of the project. */
export function listProjectFiles(root: string): string[] {
  const files: string[] = [];
  const visit = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (directory === root && NOT_SOURCE.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) files.push(relative(root, path).split(sep).join('/'));
    }
  };
  visit(root);
  return files.sort();
}

export function readSources(root: string, paths: readonly string[]): Map<string, SourceFile> {
  const known = new Set(paths.filter((path) => path.endsWith('.ts')));
  const sources = new Map<string, SourceFile>();
  for (const path of known) {
    const raw = readFileSync(join(root, path), 'utf8');
    const text = readSourceText(raw);
    const imports = readImports(text).map((statement) => ({
      ...statement,
      target: statement.specifier.startsWith('.') ? resolvePath(path, statement.specifier) : undefined,
    }));
    sources.set(path, { path, raw, text, imports, mentions: readMentions(path, text, known) });
  }
  return sources;
}

export function resolvePath(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier))
    .split(sep)
    .join('/');
}

function readMentions(path: string, { strings }: SourceText, known: ReadonlySet<string>): string[] {
  const mentions = new Set<string>();
  for (const string of strings) {
    if (!string.endsWith('.js')) continue;
    const source = string.replace(/\.js$/, '.ts');
    for (const candidate of [resolvePath(path, source), `plugins/${source}`]) {
      if (known.has(candidate)) mentions.add(candidate);
    }
  }
  return [...mentions];
}

/** All files that can be reached from `roots`, the roots included. */
export function reachableFrom(sources: ReadonlyMap<string, SourceFile>, roots: Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = sources.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const { target } of file.imports) if (target !== undefined) waiting.push(target);
    waiting.push(...file.mentions);
  }
  return reached;
}

/** Import cycles, imports of types included, each as the files along it; none is reported twice. */
export function findCycles(sources: ReadonlyMap<string, SourceFile>): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const since = trail.indexOf(path);
    if (since >= 0) cycles.push([...trail.slice(since), path]);
    if (since >= 0 || finished.has(path)) return;
    trail.push(path);
    for (const { target } of sources.get(path)?.imports ?? []) if (target !== undefined) visit(target);
    trail.pop();
    finished.add(path);
  };
  for (const path of sources.keys()) visit(path);
  return cycles;
}

/** The source of a compiled file below dist/: `dist/runtime/index.d.ts` comes from `runtime/index.ts`. */
export function sourceOfCompiled(compiled: string): string {
  return compiled.replace(/^(\.\/)?dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts');
}

export function fileExists(root: string, path: string): boolean {
  return existsSync(join(root, path));
}
