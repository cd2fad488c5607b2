/**
 * The connect string of every ZooKeeper client: `host:port,host:port/chroot`.
 *
 * Text in, servers and chroot out. A port left out is 2181, an IPv6 address stands in brackets, spaces around servers
 * are ignored, the chroot (if any) follows the last server. Whatever else is there is a ConfigError that names it.
 */

import { ConfigError } from '../../core/errors.ts';
import { pathProblem } from './path.ts';

export const DEFAULT_PORT = 2181;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface ConnectString {
  readonly servers: readonly ServerAddress[];
  /** Prefix of every path, without a slash at its end; empty for none. */
  readonly chroot: string;
}

/** @throws ConfigError for an empty list, an empty host, a port outside 1 … 65535, or a chroot that is no path */
export function parseConnectString(text: string): ConnectString {
  const slash = text.indexOf('/');
  const list = slash < 0 ? text : text.slice(0, slash);
  const chroot = slash < 0 ? '/' : text.slice(slash);
  const problem = pathProblem(chroot);
  if (problem !== null) throw refused('chroot', `a path such as /app (${problem})`, chroot);
  return { servers: list.split(',').map(parseServer), chroot: chroot === '/' ? '' : chroot };
}

export function formatServer({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseServer(text: string): ServerAddress {
  const match = /^\s*(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?\s*$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535)
    throw refused('servers', 'host[:port][,host[:port]…][/chroot]', text);
  return { host, port };
}

function refused(key: string, expected: string, found: string): ConfigError {
  return new ConfigError([{ origin: 'connect string', key, expected, found: `"${found}"` }]);
}
