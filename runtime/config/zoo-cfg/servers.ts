/**
 * How the servers of one or more zoo.cfg become the replicas of one process.
 *
 * - No server line, or one: one replica in `dataDir` itself, as ZooKeeper lays it out. `myid` is its number, else 1.
 * - One file with several server lines: a replica for each, with its number, in `<dataDir>/<number>`, wherever the line says
 *   that the server runs. Refused when `dataDir` holds the data of one server: the others would start without theirs.
 * - Several files, one for each server line: each replica in the `dataDir` of the file whose `myid` names it.
 * - The client port is the one behind the line's `;`, else the file's `clientPort`; where one file speaks for several
 *   servers, the i-th of them in the order of their numbers listens on `clientPort` + i - 1. Ports of TLS, of the admin
 *   server and of the metrics are numbered likewise, from the first file's on.
 */

import { existsSync, readdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { readMyId, SERVER_ID_MAX } from '../my-id.ts';
import type { ServerValues } from '../schema.ts';
import { parseServerLine, SERVER_LINE_FORM, type ServerLine } from './server-line.ts';
import type { ZooEntry, ZooFile } from './zoo-file.ts';

const ANY_HOST = '0.0.0.0';
const OWN_HOST = '127.0.0.1';

interface NamedServer {
  readonly id: number;
  readonly line: ServerLine;
  readonly entry: ZooEntry;
}

export interface PlannedServers {
  readonly servers: readonly ServerValues[];
  /** The directory of the process; of several files, that of the first. */
  readonly dataDir: string;
  readonly dataLogDir: string | null;
  /** The files, and which of the rules above applies. */
  readonly origin: string;
}

/** @returns null when the files cannot be understood: their problems are reported */
export function planServers(files: readonly ZooFile[], cwd: string): PlannedServers | null {
  const [first] = files;
  if (first === undefined) return null;
  const named = serversOf(first);
  if (named === null) return null;
  if (files.length > 1) return planFromMany(files, named, cwd);
  return named.length > 1 ? planEnsemble(first, named, cwd) : planSingle(first, named[0], cwd);
}

function planSingle(file: ZooFile, named: NamedServer | undefined, cwd: string): PlannedServers | null {
  const place = directoriesOf(file, cwd);
  const client = clientOf(file, named?.line, 0);
  if (place === null || client === null) return null;
  const id = named?.id ?? readMyId(place.dataDir) ?? 1;
  const origin = `${file.path}: one server, its files in dataDir itself`;
  return { ...place, origin, servers: [{ id, role: 'participant', ...client, ...place }] };
}

function planEnsemble(file: ZooFile, named: readonly NamedServer[], cwd: string): PlannedServers | null {
  const place = directoriesOf(file, cwd);
  if (place === null) return null;
  const entry = file.get('dataDir');
  if (entry !== undefined && holdsHistory(place.dataDir)) {
    const expected = `a directory with a folder for each of the servers ${named.map(({ id }) => id).join(', ')}, or the zoo.cfg of every server (start FILE FILE …)`;
    file.findings.problems.push({
      ...entry,
      expected,
      found: `the data of one server, ${place.dataDir}/version-2`,
    });
    return null;
  }
  for (const { line, entry: serverEntry } of named) {
    const foreign = line.addresses.find(({ host }) => !isThisMachine(host));
    if (foreign !== undefined) {
      file.warn(serverEntry, `names ${foreign.host}, which is not this machine: its replica runs here`);
    }
  }
  const servers: ServerValues[] = [];
  for (const [index, { id, line }] of named.entries()) {
    const client = clientOf(file, line, index);
    if (client === null) return null;
    servers.push({ id, role: line.role, ...client, ...foldersOf(place, id) });
  }
  const rule = 'a replica for each server line, files in dataDir/<number>, port behind ; or clientPort + i - 1';
  return { ...place, origin: `${file.path}: ${rule}`, servers };
}

function planFromMany(files: readonly ZooFile[], named: readonly NamedServer[], cwd: string): PlannedServers | null {
  const byId = new Map<number, ServerValues>();
  let first: Directories | null = null;
  for (const file of files) {
    const place = directoriesOf(file, cwd);
    if (place === null) return null;
    first ??= place;
    const entry = file.get('dataDir');
    const id = readMyId(place.dataDir);
    const server = named.find((candidate) => candidate.id === id);
    if (entry === undefined) return null;
    if (id === null || server === undefined || byId.has(id)) {
      const ids = named.map((candidate) => candidate.id).join(', ');
      const found = id === null ? `no myid in ${place.dataDir}` : `${join(place.dataDir, 'myid')} with ${id}`;
      const expected = `a directory whose myid names one of the servers ${ids}, a different one in each file`;
      file.findings.problems.push({ ...entry, expected, found });
      return null;
    }
    const client = clientOf(file, server.line, 0);
    if (client === null) return null;
    byId.set(id, { id, role: server.line.role, ...client, ...place });
  }
  const missing = named.filter(({ id }) => !byId.has(id));
  for (const { entry } of missing) {
    const expected = 'the zoo.cfg of every server';
    files[0]?.findings.problems.push({ ...entry, expected, found: 'none whose myid is this one' });
  }
  if (first === null || missing.length > 0) return null;
  const servers = named.flatMap(({ id }) => byId.get(id) ?? []);
  const origin = `${files.map(({ path }) => path).join(', ')}: each server with the dataDir and port of its file`;
  return { ...first, origin, servers };
}

/** The file's server lines by number, ascending; null when one of them is none. */
function serversOf(file: ZooFile): NamedServer[] | null {
  const named: NamedServer[] = [];
  let isSound = true;
  for (const [key, entry] of file.entries) {
    if (!key.startsWith('server.')) continue;
    const id = Number(key.slice('server.'.length));
    const line = parseServerLine(entry.value);
    if (!Number.isInteger(id) || id < 1 || id > SERVER_ID_MAX) {
      file.findings.problems.push({ ...entry, expected: `a server number of 1 to ${SERVER_ID_MAX}`, found: key });
      isSound = false;
    } else if (line === null) {
      file.refuse(entry, SERVER_LINE_FORM);
      isSound = false;
    } else named.push({ id, line, entry });
  }
  return isSound ? named.sort((a, b) => a.id - b.id) : null;
}

interface Directories {
  readonly dataDir: string;
  readonly dataLogDir: string | null;
}

function directoriesOf(file: ZooFile, cwd: string): Directories | null {
  const data = file.get('dataDir');
  const log = file.get('dataLogDir');
  if (data === undefined || data.value === '') {
    const entry = data ?? { origin: file.path, key: 'dataDir' };
    const expected = 'the path of a directory';
    file.findings.problems.push({ origin: entry.origin, key: entry.key, expected, found: 'nothing' });
    return null;
  }
  const dataDir = resolve(cwd, data.value);
  const dataLogDir = log === undefined || log.value === '' ? null : resolve(cwd, log.value);
  return { dataDir, dataLogDir: dataLogDir === dataDir ? null : dataLogDir };
}

function foldersOf({ dataDir, dataLogDir }: Directories, id: number): Directories {
  const folder = String(id);
  return { dataDir: join(dataDir, folder), dataLogDir: dataLogDir === null ? null : join(dataLogDir, folder) };
}

function clientOf(
  file: ZooFile,
  line: ServerLine | undefined,
  index: number,
): { readonly host: string; readonly clientPort: number } | null {
  const address = file.get('clientPortAddress')?.value;
  if (line?.client != null) return { host: line.client.host ?? address ?? ANY_HOST, clientPort: line.client.port };
  const plain = file.port('clientPort');
  if (plain !== null) return { host: address ?? ANY_HOST, clientPort: plain.port === 0 ? 0 : plain.port + index };
  const secure = file.get('secureClientPort');
  if (!file.entries.has('clientPort') && secure !== undefined) {
    // Nobody is to get in without TLS; `status` and the like go by a port of the plain kind, so it is where only they are.
    if (index === 0) file.warn(secure, `is without clientPort: the plain port is a free one on ${OWN_HOST} alone`);
    return { host: OWN_HOST, clientPort: 0 };
  }
  if (!file.entries.has('clientPort')) {
    const expected = 'a port, or one behind the ; of each server line';
    file.findings.problems.push({ origin: file.path, key: 'clientPort', expected, found: 'nothing' });
  }
  return null;
}

function holdsHistory(dataDir: string): boolean {
  const directory = join(dataDir, 'version-2');
  return existsSync(directory) && readdirSync(directory).some((name) => /^(log|snapshot)\./.test(name));
}

function isThisMachine(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '0.0.0.0' || name === '::' || name === '::1' || name.startsWith('127.')) {
    return true;
  }
  const own = hostname().toLowerCase();
  if (name === own || name === own.split('.')[0]) return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === name));
}
