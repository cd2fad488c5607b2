/**
 * Settings that several keys of a zoo.cfg decide together, or a key in another unit than ours: how long a learner may be
 * silent, the AdminServer's port, the metrics' port, the key store's password, who else may say who somebody is.
 */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ZooEntry, ZooFile } from './zoo-file.ts';

/** Takes a value of ours under the name of an entry, if its check accepts it. */
export type Put = (setting: string, value: unknown, entry: ZooEntry | null) => void;

const ADMIN_PORT = 8080;
const METRICS_PORT = 7000;
const RETAIN_MIN = 3;
const PROMETHEUS = 'PrometheusMetricsProvider';
/** ZooKeeper's own providers of authentication; what each of them does is a setting here. */
const OWN_PROVIDERS = /\.(SASL|X509|Digest|IP|Ensemble)AuthenticationProvider$/;

/** @param tickMs  the tick in force */
export function takeTogether(file: ZooFile, { tickMs, cwd, put }: { tickMs: number; cwd: string; put: Put }): void {
  takeSyncLimit(file, tickMs, put);
  takeAdmin(file, put);
  takeMetrics(file, put);
  takeRetainCount(file, put);
  takePassword(file, cwd, put);
  for (const [key, entry] of file.entries) {
    if (!key.startsWith('authProvider.') || OWN_PROVIDERS.test(entry.value)) continue;
    file.warn(entry, `is ignored: ${entry.value} is a Java class`);
  }
}

/** How long a learner may be silent is what we call the heartbeat's timeout, in milliseconds. */
function takeSyncLimit(file: ZooFile, tickMs: number, put: Put): void {
  const entry = file.get('syncLimit');
  if (entry === undefined) return;
  if (/^\d+$/.test(entry.value) && Number(entry.value) >= 1)
    put('heartbeatTimeoutMs', Number(entry.value) * tickMs, entry);
  else file.refuse(entry, 'a whole number of ticks, at least 1');
}

/** It runs unless it is switched off, as in ZooKeeper. */
function takeAdmin(file: ZooFile, put: Put): void {
  const enabled = file.get('admin.enableServer');
  const port = file.port('admin.serverPort');
  if (file.trueFalse('admin.enableServer') === false) put('adminPort', null, enabled ?? null);
  else if (port !== null) put('adminPort', port.port, port.entry);
  else put('adminPort', ADMIN_PORT, null);
}

function takeMetrics(file: ZooFile, put: Put): void {
  const provider = file.get('metricsProvider.className');
  if (provider === undefined) return;
  const port = file.port('metricsProvider.httpPort');
  if (provider.value.endsWith(PROMETHEUS)) put('metricsPort', port?.port ?? METRICS_PORT, port?.entry ?? provider);
  else if (!provider.value.endsWith('.DefaultMetricsProvider')) {
    file.warn(provider, `is ignored: ${provider.value} is a Java class; ${PROMETHEUS} is known`);
  }
}

/** ZooKeeper raises what is too little, and says so. */
function takeRetainCount(file: ZooFile, put: Put): void {
  const entry = file.get('autopurge.snapRetainCount');
  if (entry === undefined) return;
  if (!/^-?\d+$/.test(entry.value)) return file.refuse(entry, `a whole number, at least ${RETAIN_MIN}`);
  const count = Number(entry.value);
  if (count < RETAIN_MIN) file.warn(entry, `= ${count}: ${RETAIN_MIN} are kept, the least that there may be`);
  put('autopurgeSnapRetainCount', Math.max(count, RETAIN_MIN), entry);
}

/** The first line of a file is the password. */
function takePassword(file: ZooFile, cwd: string, put: Put): void {
  const entry = file.get('ssl.keyStore.passwordPath');
  if (entry === undefined) return;
  const path = resolve(cwd, entry.value);
  if (!existsSync(path)) return file.refuse(entry, 'a file with a password');
  put('tlsKeyPassword', readFileSync(path, 'utf8').split(/\r?\n/)[0] ?? '', entry);
}
