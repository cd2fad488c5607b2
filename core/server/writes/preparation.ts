/**
 * What preparing any write needs, and the checks that several of them share, each with the error that ZooKeeper gives.
 */

import { validatePath } from '../../tree/path.ts';
import type { ZnodeRecord, ZnodeRecords } from './outstanding-changes.ts';
import { RequestRefused } from './refusal.ts';
import type { Requester } from './requester.ts';
import type { WriteRules } from './write-rules.ts';

export interface Preparation {
  readonly requester: Requester;
  /** The tree as it will be. */
  readonly records: ZnodeRecords;
  readonly rules: WriteRules;
}

const ANY_VERSION = -1;

export interface SplitPath {
  readonly path: string;
  readonly parentPath: string;
}

// The textual parent only: full syntax is checked later, after the parent was found, as ZooKeeper does.
export function splitPath(path: string | null): SplitPath {
  if (path === null) throw new RequestRefused('MARSHALLING_ERROR');
  const slash = path.lastIndexOf('/');
  if (slash < 0 || path.includes('\0')) throw new RequestRefused('BAD_ARGUMENTS');
  return { path, parentPath: slash === 0 ? '/' : path.slice(0, slash) };
}

export function requireSyntax(path: string | null): string {
  if (path === null || validatePath(path) !== null) throw new RequestRefused('BAD_ARGUMENTS');
  return path;
}

export function requireZnode(records: ZnodeRecords, path: string): ZnodeRecord {
  const record = records.get(path);
  if (record === null) throw new RequestRefused('NO_NODE');
  return record;
}

export function requireVersion(expected: number, actual: number): void {
  if (expected !== ANY_VERSION && expected !== actual) throw new RequestRefused('BAD_VERSION');
}

/** In 32 bits, as Java has it. */
export function nextVersion(version: number): number {
  return (version + 1) | 0;
}
