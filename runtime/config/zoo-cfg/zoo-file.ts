/**
 * One zoo.cfg as read: its pairs by plain key, each with the line that counts, and with the server lines of its
 * `dynamicConfigFile`. Gathers problems (exit code 2) and warnings for whoever asks for a value.
 */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigProblem } from '../../../core/errors.ts';
import { showValue } from '../check.ts';
import { decodeProperties, PropertySyntaxError, parseProperties } from './java-properties.ts';
import { isServerProperty, plainKey } from './key-rules.ts';

export interface ZooEntry {
  /** As it stands in the file. */
  readonly key: string;
  readonly value: string;
  /** `path:line`. */
  readonly origin: string;
  /** It came from the JVM's command line, and not from a file. */
  readonly isProperty: boolean;
}

/** What is to be told about the files. */
export interface Findings {
  readonly problems: ConfigProblem[];
  readonly warnings: string[];
}

export interface ZooFileOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly findings: Findings;
}

/** The variables by which ZooKeeper's scripts hand properties to the JVM of a server: -Dname=value. */
const FLAG_VARIABLES = ['JVMFLAGS', 'SERVER_JVMFLAGS'];

function* systemProperties(env: ZooFileOptions['env']): Iterable<[string, ZooEntry]> {
  for (const origin of FLAG_VARIABLES) {
    for (const flag of (env[origin] ?? '').split(/\s+/)) {
      const [, key, value] = /^-D([^=]+)=(.*)$/.exec(flag) ?? [];
      // Most of what is said to a JVM is none of our business.
      if (key === undefined || value === undefined || !isServerProperty(key)) continue;
      yield [plainKey(key), { key, value, origin, isProperty: true }];
    }
  }
}

export class ZooFile {
  readonly path: string;
  readonly findings: Findings;
  /** By plain key, in the order of the file. */
  readonly entries: ReadonlyMap<string, ZooEntry>;

  /** @param cwd  where ZooKeeper's relative paths start: not the file's directory */
  constructor(path: string, { cwd, env, findings }: ZooFileOptions) {
    this.path = path;
    this.findings = findings;
    // The file wins over the command line, since ZooKeeper reads it later.
    const entries = new Map([...systemProperties(env), ...this.#read(path)]);
    const dynamic = entries.get('dynamicConfigFile');
    if (dynamic !== undefined) {
      const file = resolve(cwd, dynamic.value);
      if (existsSync(file)) for (const [key, entry] of this.#read(file)) entries.set(key, entry);
      else this.#complain(dynamic, 'a file with server lines', `${file}, which is not there`);
    }
    entries.delete('version');
    this.entries = entries;
  }

  get(key: string): ZooEntry | undefined {
    return this.entries.get(key);
  }

  /** Reports a value that cannot be used. */
  refuse(entry: ZooEntry, expected: string): void {
    this.#complain(entry, expected, showValue(entry.value));
  }

  warn(entry: ZooEntry, what: string): void {
    this.findings.warnings.push(`${entry.origin}: ${entry.key} ${what}`);
  }

  /** The value as a port; null where it is absent or was refused. */
  port(key: string): { readonly port: number; readonly entry: ZooEntry } | null {
    const entry = this.get(key);
    if (entry === undefined) return null;
    const port = Number(entry.value);
    if (/^\d+$/.test(entry.value) && port <= 65_535) return { port, entry };
    this.refuse(entry, 'a port of 0 to 65535');
    return null;
  }

  /** The value as true or false; undefined where it is absent or was refused. */
  trueFalse(key: string): boolean | undefined {
    const entry = this.get(key);
    if (entry === undefined) return undefined;
    const lower = entry.value.toLowerCase();
    if (lower === 'true' || lower === 'false') return lower === 'true';
    this.refuse(entry, 'true or false');
    return undefined;
  }

  *#read(path: string): Iterable<[string, ZooEntry]> {
    try {
      for (const { key, value, line } of parseProperties(decodeProperties(readFileSync(path)))) {
        const trimmed = key.trim();
        yield [plainKey(trimmed), { key: trimmed, value: value.trim(), origin: `${path}:${line}`, isProperty: false }];
      }
    } catch (error) {
      const isSyntax = error instanceof PropertySyntaxError;
      if (!isSyntax && !(error instanceof Error && 'syscall' in error)) throw error;
      const origin = isSyntax ? `${path}:${error.line}` : path;
      const expected = 'a zoo.cfg: lines of key=value';
      this.findings.problems.push({ origin, key: '(whole file)', expected, found: error.message });
    }
  }

  #complain({ origin, key }: ZooEntry, expected: string, found: string): void {
    this.findings.problems.push({ origin, key, expected, found });
  }
}
