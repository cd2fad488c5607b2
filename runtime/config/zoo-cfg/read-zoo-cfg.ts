/**
 * A zoo.cfg, or one for each server, as settings of `ensemble`: key by key (key-rules.ts), then what several keys decide
 * together (servers.ts). Nothing is dropped in silence: what means nothing here is a warning that names line, key and
 * reason, what cannot be right is a problem.
 */

import type { Report } from '../check.ts';
import { nearestName } from '../check.ts';
import { ENSEMBLE_CHECKS } from '../schema.ts';
import { type KeyRule, KNOWN_KEYS, ruleOf, ZOOKEEPER_DEFAULTS } from './key-rules.ts';
import { planServers } from './servers.ts';
import { number } from './value-readers.ts';
import { type Findings, type ZooEntry, ZooFile } from './zoo-file.ts';

export interface ZooCfg {
  /** Settings of `ensemble`, each checked. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By setting: `path:line (key)`, or that it is ZooKeeper's default. */
  readonly origins: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

const DEFAULT_ORIGIN = "ZooKeeper's default";

/** @param paths  absolute, at least one; problems go to `report` */
export function readZooCfg(paths: readonly string[], cwd: string, report: Report): ZooCfg {
  const findings: Findings = { problems: report.problems, warnings: [] };
  const files = paths.map((path) => new ZooFile(path, cwd, findings));
  const settings = new Settings(findings);
  const [first] = files;
  if (first !== undefined && findings.problems.length === 0) {
    for (const [key, entry] of first.entries) settings.take(first, key, entry);
    settings.takeTogether(first);
    settings.takeServers(files, cwd);
    settings.complete();
    for (const other of files.slice(1)) warnOfDifferences(first, other);
  }
  return { values: settings.values, origins: settings.origins, warnings: findings.warnings };
}

class Settings {
  readonly values: Record<string, unknown> = {};
  readonly origins: Record<string, string> = {};
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
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
        return file.warn(entry, `is ignored: ${rule.reason}`);
      case 'servers':
      case 'granted':
        return;
    }
  }

  takeTogether(file: ZooFile): void {
    this.#takeSyncLimit(file);
  }

  takeServers(files: readonly ZooFile[], cwd: string): void {
    const plan = planServers(files, cwd);
    const [server] = plan?.servers ?? [];
    if (plan === null || server === undefined) return;
    const origin = (key: string): string => files[0]?.get(key)?.origin ?? plan.origin;
    this.#put('replicas', plan.servers.length, plan.origin);
    this.#put('servers', plan.servers, plan.origin);
    this.#put('dataDir', plan.dataDir, `${origin('dataDir')} (dataDir)`);
    if (plan.dataLogDir !== null) this.#put('dataLogDir', plan.dataLogDir, `${origin('dataLogDir')} (dataLogDir)`);
    this.#put('clientPort', server.clientPort, `${origin('clientPort')} (clientPort)`);
    const address = files[0]?.get('clientPortAddress');
    if (address !== undefined) this.#put('host', server.host, `${address.origin} (clientPortAddress)`);
  }

  /** What ZooKeeper does where the file says nothing, and we would not. */
  complete(): void {
    for (const [setting, value] of Object.entries(ZOOKEEPER_DEFAULTS)) {
      if (setting in ENSEMBLE_CHECKS && !(setting in this.values)) this.#put(setting, value, DEFAULT_ORIGIN);
    }
  }

  // A setting that this version does not have is told like any other thing that is not supported.
  #takeSetting(file: ZooFile, entry: ZooEntry, rule: KeyRule & { readonly type: 'setting' }): void {
    const checks: Readonly<Record<string, (typeof ENSEMBLE_CHECKS)[keyof typeof ENSEMBLE_CHECKS]>> = ENSEMBLE_CHECKS;
    const check = checks[rule.setting];
    if (check === undefined) return file.warn(entry, 'is not supported');
    const value = rule.read(entry.value);
    if (value === undefined) return;
    const mine: Report = { problems: [], originOf: () => entry.origin };
    const checked = check(value, entry.key, mine);
    for (const problem of mine.problems) {
      this.#findings.problems.push(rule.isSecret === true ? { ...problem, found: 'something else' } : problem);
    }
    if (mine.problems.length > 0) return;
    const warning = rule.caution?.(checked) ?? null;
    if (warning !== null) file.warn(entry, `= ${entry.value}: ${warning}`);
    this.#put(rule.setting, checked, `${entry.origin} (${entry.key})`);
  }

  // How long a learner may be silent is what we call the heartbeat's timeout, in milliseconds.
  #takeSyncLimit(file: ZooFile): void {
    const entry = file.get('syncLimit');
    if (entry === undefined) return;
    const ticks = number(entry.value);
    const tickMs = this.values.tickTimeMs ?? ZOOKEEPER_DEFAULTS.tickTimeMs;
    if (typeof ticks !== 'number' || ticks < 1 || typeof tickMs !== 'number') {
      return file.refuse(entry, 'a whole number of ticks, at least 1');
    }
    const mine: Report = { problems: [], originOf: () => entry.origin };
    const timeout = ENSEMBLE_CHECKS.heartbeatTimeoutMs(ticks * tickMs, entry.key, mine);
    this.#findings.problems.push(...mine.problems);
    if (timeout !== undefined) this.#put('heartbeatTimeoutMs', timeout, `${entry.origin} (syncLimit × tickTime)`);
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
