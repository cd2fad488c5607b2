/**
 * The version that a replica reports: `3.9.0-threadkeeper-0.1.0, built on 11/22/2026 22:40 UTC`.
 *
 * Tools compare the three numbers in front to know what a server can do, so these are ZooKeeper's: the release whose
 * operations are offered. The name behind them says whose build it is. The date has the older one of ZooKeeper's two
 * forms, which every known parser accepts (zookeeper-facts 11.1).
 */

import { readFileSync, statSync } from 'node:fs';

/** Of Apache ZooKeeper: what clients and tools may expect of this server. */
const COMPATIBLE_WITH = '3.9.0';

let known: string | null = null;

export function serverVersion(): string {
  known ??= `${COMPATIBLE_WITH}-threadkeeper-${readVersion()}, built on ${formatBuildDate(builtAtMs())}`;
  return known;
}

/** The version of this package, from its package.json. */
export function readVersion(): string {
  // From dist/runtime/admin, where this runs.
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}

/** `MM/DD/YYYY HH:MM UTC`. */
export function formatBuildDate(wallMs: number): string {
  const [date = '', time = ''] = new Date(wallMs).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${month}/${day}/${year} ${time.slice(0, 5)} UTC`;
}

/** When this file was compiled, or unpacked from the registry. */
function builtAtMs(): number {
  return Math.floor(statSync(new URL(import.meta.url)).mtimeMs);
}
