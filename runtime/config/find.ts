/**
 * Which file holds the configuration, and what is in it, as an unknown value.
 *
 * The places and their order are cosmiconfig's, with `cosmiconfig.json` last. A JSON file is read here directly;
 * cosmiconfig loads the rest, imported only then, because its import and first search cost 90 to 150 ms, a third of what
 * the whole ensemble may take to start. A test holds this search against cosmiconfig's own.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../../core/errors.ts';

const NAME = 'threadkeeper';
const RC = ['', '.json', '.yaml', '.yml', '.js', '.mjs', '.ts'];
const RC_KINDS = [...RC, '.cjs'];

/** Relative to the directory where the process starts; the first that exists counts. */
export const SEARCH_PLACES: readonly string[] = Object.freeze([
  'package.json',
  ...RC.map((extension) => `.${NAME}rc${extension}`),
  ...RC.map((extension) => `.config/${NAME}rc${extension}`),
  ...['.js', '.mjs', '.ts'].map((extension) => `${NAME}.config${extension}`),
  'cosmiconfig.json',
]);

export interface ConfigFile {
  readonly path: string;
  readonly content: unknown;
}

/** The file that counts in this directory; null when there is none. @throws ConfigError when it cannot be read */
export async function findConfigFile(directory: string): Promise<ConfigFile | null> {
  for (const place of SEARCH_PLACES) {
    const path = join(directory, place);
    if (!existsSync(path)) continue;
    const file = await readConfigFile(path);
    // A package.json without our property is a package like any other, and the search goes on, as cosmiconfig's does.
    if (file !== null) return file;
  }
  return null;
}

/** Whether the file is a zoo.cfg: whatever has an extension that no rc file has (.cfg, .properties, .conf …). */
export function isZooCfg(file: string): boolean {
  return !RC_KINDS.includes(extname(file));
}

/** @throws ConfigError when the file is missing, of an unknown kind or not readable; null for a package.json without us */
export async function readConfigFile(file: string): Promise<ConfigFile | null> {
  const path = resolve(file);
  if (!existsSync(path)) throw fileError(path, { expected: 'a configuration file', found: 'no such file' });
  const kind = extname(path);
  const isPackage = path.endsWith('package.json');
  const content = await contentOf(path, kind);
  if (!isPackage) return { path, content };
  const own = typeof content === 'object' && content !== null && NAME in content ? content[NAME] : undefined;
  return own === undefined ? null : { path, content: own };
}

async function contentOf(path: string, kind: string): Promise<unknown> {
  try {
    if (kind === '.json') return JSON.parse(await readFile(path, 'utf8'));
    if (kind === '.ts') return await importTypeScript(path);
    const { cosmiconfig } = await import('cosmiconfig');
    const loaded = await cosmiconfig(NAME).load(path);
    return loaded?.isEmpty === true ? {} : loaded?.config;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw fileError(path, { expected: 'a file that can be read', found: message });
  }
}

/** Node strips the types itself from 22.18 on. Before that we say so, instead of asking for a compiler at run time. */
async function importTypeScript(path: string): Promise<unknown> {
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION')) throw error;
    throw fileError(path, {
      expected: 'Node.js 22.18 or newer for a configuration in TypeScript, or a .mjs, .json or .yaml file',
      found: `Node.js ${process.versions.node}`,
    });
  }
}

export function fileError(
  path: string,
  { expected, found }: { readonly expected: string; readonly found: string },
): ConfigError {
  return new ConfigError([{ origin: path, key: '(whole file)', expected, found }]);
}
