/**
 * Loading the configuration: flags over environment over file over defaults, checked as a whole, with each origin kept.
 *
 * In: flags already split by the command line, the environment, the directory. Out: a frozen `Config`, and for every
 * ensemble key where its value came from. All problems are reported together, each with file, key, expected and found.
 */

import { dirname, resolve } from 'node:path';
import { ConfigError, type ConfigProblem } from '../../core/errors.ts';
import { ADMIN_PORTS } from './admin-settings.ts';
import { type Report, shapeOf } from './check.ts';
import { ENSEMBLE_DEFAULTS, SESSION_TIMEOUT_TICKS } from './defaults.ts';
import { CONFIG_FILE_VARIABLE, readEnvironment, variableOf } from './environment.ts';
import { type ConfigFile, findConfigFile, readConfigFile } from './find.ts';
import { completePipelines } from './pipelines.ts';
import { ENSEMBLE_CHECKS, type EnsembleValues, FILE_CHECK, type FileValues } from './schema.ts';
import type { Config, EnsembleConfig } from './types.ts';

export interface LoadOptions {
  /** The file to read; without it, `THREADKEEPER_CONFIG`, then the search in `cwd`. */
  readonly file?: string;
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
  /** Absolute path of the file in force; null when there is none. */
  readonly file: string | null;
  /** Where relative paths of plugins and of their options start. */
  readonly directory: string;
}

/** @throws ConfigError with all problems at once */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const file = await sourceFile(options);
  const fileOrigin = options.inline === undefined ? (file?.path ?? 'default') : 'the program';
  const directory = file === null ? options.cwd : directoryOf(file.path);
  const problems: ConfigProblem[] = [];

  const said =
    FILE_CHECK(
      options.inline ?? file?.content ?? {},
      '',
      reportTo(problems, () => fileOrigin),
    ) ?? {};
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
  const ensemble = completeEnsemble({ said, environment, flags, fileOrigin, origins, options, directory });
  checkTogether(ensemble, origins, problems);
  const pipelines = completePipelines(said.pipelines ?? [], fileOrigin, problems);
  for (const section of ['znodes', 'plugins', 'pipelines'] as const) {
    origins[section] = said[section] === undefined ? 'default' : fileOrigin;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = deepFreeze({ ensemble, znodes: said.znodes ?? {}, plugins: said.plugins ?? [], pipelines });
  return Object.freeze({ config, origins: Object.freeze(origins), file: file?.path ?? null, directory });
}

/** The flag for an ensemble key: `--client-port` for `clientPort`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

async function sourceFile({ file, inline, env, cwd }: LoadOptions): Promise<ConfigFile | null> {
  if (inline !== undefined) return null;
  const named = file ?? env[CONFIG_FILE_VARIABLE];
  if (named === undefined) return await findConfigFile(cwd);
  const found = await readConfigFile(resolve(cwd, named));
  if (found !== null) return found;
  const expected = 'a property "threadkeeper" in this package.json';
  throw new ConfigError([{ origin: resolve(cwd, named), key: 'threadkeeper', expected, found: 'nothing' }]);
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
  readonly said: FileValues;
  readonly environment: EnsembleValues;
  readonly flags: EnsembleValues;
  readonly fileOrigin: string;
  readonly origins: Record<string, string>;
  readonly options: LoadOptions;
  readonly directory: string;
}

function completeEnsemble({
  said,
  environment,
  flags,
  fileOrigin,
  origins,
  options,
  directory,
}: Layers): EnsembleConfig {
  const file = withoutUndefined(said.ensemble ?? {});
  const fromEnvironment = withoutUndefined(environment);
  const fromFlags = withoutUndefined(flags);
  const merged = { ...ENSEMBLE_DEFAULTS, ...file, ...fromEnvironment, ...fromFlags };
  for (const key of Object.keys(ENSEMBLE_CHECKS)) {
    origins[`ensemble.${key}`] =
      key in fromFlags ? flagOf(key) : key in fromEnvironment ? variableOf(key) : key in file ? fileOrigin : 'default';
  }
  const typed = 'dataDir' in fromFlags || 'dataDir' in fromEnvironment;
  return {
    ...merged,
    // A path typed into a shell starts where the shell is; one written in a file starts at the file.
    dataDir: resolve(typed ? options.cwd : directory, merged.dataDir),
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
  const { clientPort, replicas, minSessionTimeoutMs, maxSessionTimeoutMs, heartbeatMs, heartbeatTimeoutMs } = ensemble;
  if (clientPort !== 0 && clientPort + replicas - 1 > 65_535) {
    complain('clientPort', `a port that leaves room for ${replicas} replicas below 65536`);
  }
  const taken: [key: string, port: number][] = clientPort === 0 ? [] : [['clientPort', clientPort]];
  for (const key of ADMIN_PORTS) {
    const port = ensemble[key];
    if (port === null || port === 0) continue;
    if (port + replicas - 1 > 65_535) complain(key, `a port that leaves room for ${replicas} replicas below 65536`);
    const other = taken.find(([, from]) => Math.abs(port - from) < replicas);
    if (other !== undefined) complain(key, `a port at least ${replicas} away from ${other[0]} (${other[1]})`);
    taken.push([key, port]);
  }
  if (minSessionTimeoutMs > maxSessionTimeoutMs) {
    complain('minSessionTimeoutMs', `no more than maxSessionTimeoutMs (${maxSessionTimeoutMs})`);
  }
  if (heartbeatTimeoutMs < 2 * heartbeatMs)
    complain('heartbeatTimeoutMs', `at least two heartbeats (${2 * heartbeatMs})`);
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
