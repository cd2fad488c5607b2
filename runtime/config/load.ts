/**
 * Loading the configuration: flags over environment over file over defaults, checked as a whole, with each origin kept.
 *
 * In: flags already split by the command line, the environment, the directory. Out: a frozen `Config`, and for every
 * ensemble key where its value came from. All problems are reported together, each with file, key, expected and found.
 */

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, type ConfigProblem } from '../../core/errors.ts';
import { adminPortProblems } from './admin-settings.ts';
import { type Report, shapeOf } from './check.ts';
import { completeServers } from './complete-servers.ts';
import { ENSEMBLE_DEFAULTS, SESSION_TIMEOUT_TICKS } from './defaults.ts';
import { CONFIG_FILE_VARIABLE, readEnvironment, variableOf } from './environment.ts';
import { type ConfigFile, fileError, findConfigFile, isZooCfg, readConfigFile } from './find.ts';
import { completePipelines } from './pipelines.ts';
import { ENSEMBLE_CHECKS, type EnsembleValues, FILE_CHECK, type FileValues } from './schema.ts';
import { absoluteFiles, checkSecurity } from './security.ts';
import type { Config, EnsembleConfig } from './types.ts';

export interface LoadOptions {
  /**
   * The file to read; without it, `THREADKEEPER_CONFIG`, then the search in `cwd`. A list is the zoo.cfg of each server of
   * an ensemble.
   */
  readonly file?: string | readonly string[];
  /** Instead of a file: the content itself, for programs. Relative paths start at `cwd`. */
  readonly inline?: unknown;
  /** Ensemble keys as flags gave them, for instance `{ replicas: 5 }`. Undefined values count as absent. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Dotted key to origin: a flag, a variable, a file, or `default`. Ensemble keys one by one, the rest by section. */
  readonly origins: Readonly<Record<string, string>>;
  /** What the file says and nobody will do, or what it gives up: one line each. Only a zoo.cfg has such things. */
  readonly warnings: readonly string[];
  /** Absolute path of the file in force; null when there is none. */
  readonly file: string | null;
  /** Where relative paths of plugins and of their options start. */
  readonly directory: string;
}

/** @throws ConfigError with all problems at once */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const problems: ConfigProblem[] = [];
  const source = await readSource(options, problems);
  const { said, fileOrigin, directory } = source;
  const environment = layer(
    readEnvironment(
      options.env,
      reportTo(problems, () => 'environment'),
    ),
    problems,
    variableOf,
  );
  const flags = layer(withoutUndefined(options.flags ?? {}), problems, flagOf);

  const origins: Record<string, string> = {};
  const ensemble = completeEnsemble({ source, environment, flags, origins, options });
  checkTogether(ensemble, origins, problems);
  const pipelines = completePipelines(said.pipelines ?? [], fileOrigin, problems);
  for (const section of ['znodes', 'plugins', 'pipelines'] as const) {
    origins[section] = said[section] === undefined ? 'default' : fileOrigin;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = deepFreeze({ ensemble, znodes: said.znodes ?? {}, plugins: said.plugins ?? [], pipelines });
  return Object.freeze({
    config,
    origins: Object.freeze(origins),
    warnings: source.warnings,
    file: source.file,
    directory,
  });
}

/** The flag for an ensemble key: `--client-port` for `clientPort`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What was written down, wherever: checked, and with its place. */
interface Source {
  readonly said: FileValues;
  readonly fileOrigin: string;
  /** By ensemble key, where it is told more exactly than by `fileOrigin`. */
  readonly origins: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly file: string | null;
  readonly directory: string;
}

async function readSource(options: LoadOptions, problems: ConfigProblem[]): Promise<Source> {
  const { inline, cwd, env } = options;
  const named = [options.file ?? env[CONFIG_FILE_VARIABLE] ?? []].flat().map((name) => resolve(cwd, name));
  if (inline === undefined && named.some(isZooCfg)) return readZooSource(named, options, problems);
  const file = inline === undefined ? await sourceFile(named, cwd) : null;
  const fileOrigin = inline === undefined ? (file?.path ?? 'default') : 'the program';
  const report = reportTo(problems, () => fileOrigin);
  return {
    said: FILE_CHECK(inline ?? file?.content ?? {}, '', report) ?? {},
    fileOrigin,
    origins: {},
    warnings: [],
    file: file?.path ?? null,
    directory: file === null ? cwd : directoryOf(file.path),
  };
}

async function readZooSource(
  paths: readonly string[],
  { cwd, env }: LoadOptions,
  problems: ConfigProblem[],
): Promise<Source> {
  const [first = cwd] = paths;
  for (const path of paths) {
    if (!isZooCfg(path)) throw fileError(path, { expected: 'a zoo.cfg like the others', found: 'an rc file' });
    if (!existsSync(path)) throw fileError(path, { expected: 'a configuration file', found: 'no such file' });
  }
  // Only who has a zoo.cfg pays for reading it.
  const { readZooCfg } = await import('./zoo-cfg/read-zoo-cfg.ts');
  const { values, origins, warnings } = readZooCfg(paths, { cwd, env, report: reportTo(problems, () => first) });
  // Each value went through the check of its own key.
  const said: FileValues = { ensemble: values as EnsembleValues };
  return { said, fileOrigin: first, origins, warnings, file: first, directory: dirname(first) };
}

async function sourceFile(files: readonly string[], cwd: string): Promise<ConfigFile | null> {
  const [named, second] = files;
  if (named === undefined) return await findConfigFile(cwd);
  if (second !== undefined) throw fileError(second, { expected: 'one rc file', found: `another beside ${named}` });
  const found = await readConfigFile(named);
  if (found !== null) return found;
  const expected = 'a property "threadkeeper" in this package.json';
  throw new ConfigError([{ origin: named, key: 'threadkeeper', expected, found: 'nothing' }]);
}

/** A file in `.config/` speaks for the directory above it. */
function directoryOf(path: string): string {
  const directory = dirname(path);
  return directory.endsWith('.config') ? dirname(directory) : directory;
}

/** Checks what one source says about the ensemble; each key is its own origin. */
function layer(
  values: Readonly<Record<string, unknown>>,
  problems: ConfigProblem[],
  nameOf: (key: string) => string,
): EnsembleValues {
  const report = reportTo(problems, (key) => nameOf(key.replace('ensemble.', '')));
  return shapeOf(ENSEMBLE_CHECKS)(values, 'ensemble', report) ?? {};
}

interface Layers {
  readonly source: Source;
  readonly environment: EnsembleValues;
  readonly flags: EnsembleValues;
  readonly origins: Record<string, string>;
  readonly options: LoadOptions;
}

function completeEnsemble({ source, environment, flags, origins, options }: Layers): EnsembleConfig {
  const { directory } = source;
  const file = withoutUndefined(source.said.ensemble ?? {});
  const fromEnvironment = withoutUndefined(environment);
  const fromFlags = withoutUndefined(flags);
  const listed = fromFlags.servers ?? fromEnvironment.servers ?? file.servers;
  const counted = listed === undefined ? {} : { replicas: listed.length };
  const merged = { ...ENSEMBLE_DEFAULTS, ...counted, ...file, ...fromEnvironment, ...fromFlags };
  for (const key of Object.keys(ENSEMBLE_CHECKS)) {
    const fileOrigin = key in file ? (source.origins[key] ?? source.fileOrigin) : 'default';
    origins[`ensemble.${key}`] = key in fromFlags ? flagOf(key) : key in fromEnvironment ? variableOf(key) : fileOrigin;
  }
  const typed = new Set([...Object.keys(fromEnvironment), ...Object.keys(fromFlags)]);
  // A path typed into a shell starts where the shell is; one written in a file starts at the file.
  // ZooKeeper's start where its server was started.
  const isTyped = (key: string): boolean => typed.has(key) || (source.file !== null && isZooCfg(source.file));
  const absolute = (key: string, path: string): string => resolve(isTyped(key) ? options.cwd : directory, path);
  const { dataLogDir } = merged;
  const places = {
    dataDir: absolute('dataDir', merged.dataDir),
    dataLogDir: dataLogDir === null ? null : absolute('dataLogDir', dataLogDir),
  };
  return {
    ...merged,
    ...absoluteFiles(merged, absolute),
    ...places,
    ...absoluteFiles(merged, absolute),
    servers: completeServers({ ...merged, ...places }, { listed, typed, directory }),
    minSessionTimeoutMs: merged.minSessionTimeoutMs ?? SESSION_TIMEOUT_TICKS.min * merged.tickTimeMs,
    maxSessionTimeoutMs: merged.maxSessionTimeoutMs ?? SESSION_TIMEOUT_TICKS.max * merged.tickTimeMs,
  };
}

/** What no single key can know. */
function checkTogether(
  ensemble: EnsembleConfig,
  origins: Readonly<Record<string, string>>,
  problems: ConfigProblem[],
): void {
  const complain = (key: keyof EnsembleConfig, expected: string): void => {
    const at = `ensemble.${key}`;
    problems.push({ origin: origins[at] ?? 'default', key: at, expected, found: String(ensemble[key]) });
  };
  const { clientPort, replicas, servers, minSessionTimeoutMs, maxSessionTimeoutMs, heartbeatMs, heartbeatTimeoutMs } =
    ensemble;
  if (clientPort !== 0 && clientPort + replicas - 1 > 65_535) {
    complain('clientPort', `a port that leaves room for ${replicas} replicas below 65536`);
  }
  if (replicas !== servers.length) complain('replicas', `${servers.length}, as many as servers are listed`);
  if (new Set(servers.map(({ id }) => id)).size < servers.length) {
    const at = 'ensemble.servers';
    const found = servers.map(({ id }) => id).join(', ');
    problems.push({ origin: origins[at] ?? 'default', key: at, expected: 'servers of different ids', found });
  }
  if (servers.length > 0 && servers.every(({ role }) => role === 'observer')) {
    const at = 'ensemble.servers';
    problems.push({ origin: origins[at] ?? 'default', key: at, expected: 'a participant', found: 'observers only' });
  }
  for (const { key, expected } of adminPortProblems(ensemble)) complain(key, expected);
  if (minSessionTimeoutMs > maxSessionTimeoutMs) {
    complain('minSessionTimeoutMs', `no more than maxSessionTimeoutMs (${maxSessionTimeoutMs})`);
  }
  if (heartbeatTimeoutMs < 2 * heartbeatMs)
    complain('heartbeatTimeoutMs', `at least two heartbeats (${2 * heartbeatMs})`);
  checkSecurity(ensemble, origins, problems);
}

function reportTo(problems: ConfigProblem[], originOf: (key: string) => string): Report {
  return { problems, originOf };
}

type Defined<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

function withoutUndefined<Values extends object>(values: Values): Defined<Values> {
  // Only entries that are not undefined remain, which is exactly what the type says.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<Values>;
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
