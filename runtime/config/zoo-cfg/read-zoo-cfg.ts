/**
 * A zoo.cfg, or one for each server, as settings of `ensemble`: key by key (key-rules.ts), then what several keys decide
 * together (servers.ts). Nothing is dropped in silence: what means nothing here is a warning that names line, key and
 * reason, what cannot be right is a problem.
 */

import { resolve } from 'node:path';
import { nearestName, type Report } from '../check.ts';
import { ENSEMBLE_CHECKS } from '../schema.ts';
import { SECURITY_FILES } from '../security.ts';
import { type KeyRule, KNOWN_KEYS, ruleOf, ZOOKEEPER_DEFAULTS } from './key-rules.ts';
import { planServers } from './servers.ts';
import { takeTogether } from './settings-together.ts';
import { type Findings, type ZooEntry, ZooFile } from './zoo-file.ts';

export interface ZooCfg {
  /** Settings of `ensemble`, each checked. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By setting: `path:line (key)`, or that it is ZooKeeper's default. */
  readonly origins: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

const DEFAULT_ORIGIN = "ZooKeeper's default";

export interface ReadOptions {
  /** Where relative paths start, as in ZooKeeper. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes the problems. */
  readonly report: Report;
}

/** @param paths  absolute, at least one */
export function readZooCfg(paths: readonly string[], { cwd, env, report }: ReadOptions): ZooCfg {
  const findings: Findings = { problems: report.problems, warnings: [] };
  const files = paths.map((path) => new ZooFile(path, { cwd, env, findings }));
  const settings = new Settings(findings, cwd);
  const [first] = files;
  if (first !== undefined && findings.problems.length === 0) {
    for (const [key, entry] of first.entries) settings.take(first, key, entry);
    settings.takeTogether(first);
    settings.takeServers(files);
    settings.complete();
    for (const other of files.slice(1)) warnOfDifferences(first, other);
  }
  return { values: settings.values, origins: settings.origins, warnings: findings.warnings };
}

class Settings {
  readonly values: Record<string, unknown> = {};
  readonly origins: Record<string, string> = {};
  readonly #findings: Findings;
  readonly #cwd: string;

  constructor(findings: Findings, cwd: string) {
    this.#findings = findings;
    this.#cwd = cwd;
  }

  take(file: ZooFile, key: string, entry: ZooEntry): void {
    const rule = ruleOf(key);
    if (rule === null) {
      const near = nearestName(key, KNOWN_KEYS);
      return file.warn(entry, `is unknown and ignored${near === null ? '' : ` (did you mean ${near}?)`}`);
    }
    switch (rule.type) {
      case 'setting':
        return this.#takeSetting(file, entry, rule);
      case 'fixed':
        if (!rule.values.includes(entry.value)) file.refuse(entry, rule.values.join(' or '));
        return;
      case 'ignored':
        if (!rule.unless?.includes(entry.value)) file.warn(entry, `is ignored: ${rule.reason}`);
        return;
      case 'together':
      case 'granted':
        return;
    }
  }

  takeTogether(file: ZooFile): void {
    const { tickTimeMs } = { ...ZOOKEEPER_DEFAULTS, ...this.values };
    takeTogether(file, {
      tickMs: Number(tickTimeMs),
      cwd: this.#cwd,
      put: (setting, value, entry) => this.#check(setting, value, entry),
    });
  }

  takeServers(files: readonly ZooFile[]): void {
    const plan = planServers(files, this.#cwd);
    const [server] = plan?.servers ?? [];
    if (plan === null || server === undefined) return;
    const origin = (key: string): string => {
      const entry = files[0]?.get(key);
      return entry === undefined ? plan.origin : `${entry.origin} (${key})`;
    };
    this.#put('replicas', plan.servers.length, plan.origin);
    this.#put('servers', plan.servers, plan.origin);
    this.#put('dataDir', plan.dataDir, origin('dataDir'));
    if (plan.dataLogDir !== null) this.#put('dataLogDir', plan.dataLogDir, origin('dataLogDir'));
    this.#put('clientPort', server.clientPort, origin('clientPort'));
    this.#put('host', server.host, origin('clientPortAddress'));
  }

  /** What ZooKeeper does where the file says nothing, and we would not. */
  complete(): void {
    for (const [setting, value] of Object.entries(ZOOKEEPER_DEFAULTS)) {
      if (setting in ENSEMBLE_CHECKS && !(setting in this.values)) this.#put(setting, value, DEFAULT_ORIGIN);
    }
  }

  // A setting that this version does not have is told like any other thing that is not supported.
  #takeSetting(file: ZooFile, entry: ZooEntry, rule: KeyRule & { readonly type: 'setting' }): void {
    if (!(rule.setting in ENSEMBLE_CHECKS)) return file.warn(entry, 'is not supported');
    const value = rule.read(entry.value);
    if (value === undefined || !this.#check(rule.setting, value, entry)) return;
    const warning = rule.caution?.(value) ?? null;
    if (warning !== null) file.warn(entry, `= ${entry.value}: ${warning}`);
    if (rule.isProperty === true && !entry.isProperty) {
      file.warn(entry, 'counts here, while ZooKeeper takes it from the JVM’s command line only');
    }
  }

  /** Keeps a value if the setting's own check accepts it; else the problem names the entry. */
  #check(setting: string, value: unknown, entry: ZooEntry | null): boolean {
    const checks: Readonly<Record<string, (typeof ENSEMBLE_CHECKS)[keyof typeof ENSEMBLE_CHECKS]>> = ENSEMBLE_CHECKS;
    const mine: Report = { problems: [], originOf: () => entry?.origin ?? DEFAULT_ORIGIN };
    const isFile = SECURITY_FILES.some((name) => name === setting) && typeof value === 'string';
    const found = isFile ? resolve(this.#cwd, String(value)) : value;
    const checked = checks[setting]?.(found, entry?.key ?? setting, mine);
    this.#findings.problems.push(...mine.problems);
    if (mine.problems.length > 0) return false;
    this.#put(setting, checked, entry === null ? DEFAULT_ORIGIN : `${entry.origin} (${entry.key})`);
    return true;
  }

  #put(setting: string, value: unknown, origin: string): void {
    this.values[setting] = value;
    this.origins[setting] = origin;
  }
}

/** One process has one set of settings: where the files of its servers say different things, the first one counts. */
function warnOfDifferences(first: ZooFile, other: ZooFile): void {
  for (const [key, entry] of other.entries) {
    const rule = ruleOf(key);
    if (rule === null || rule.type !== 'setting' || first.get(key)?.value === entry.value) continue;
    other.warn(entry, `is ignored: ${first.path} says another thing, and all replicas of a process are set alike`);
  }
}
