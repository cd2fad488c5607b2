/**
 * The ensemble's own description, as it stands in /zookeeper/config (facts 10.3, 10.4): one line a server, group and
 * weight lines, and the version, which is the zxid of the reconfiguration that made it, in hexadecimal.
 *
 *     server.1=host:2888:3888:participant;0.0.0.0:2181
 *     version=100000000
 *
 * A standalone server holds an empty text: no servers, and version null.
 */

import type { Stat } from '../../core/jute/stat.ts';
import { formatServer, type ServerAddress } from './connect-string.ts';

export interface EnsembleMember {
  readonly id: number;
  /** `host:quorumPort:electionPort`; several addresses of one server are separated by `|`. */
  readonly quorumAddress: string;
  readonly role: 'participant' | 'observer';
  /** Where clients connect; null where the line does not say. */
  readonly clientAddress: ServerAddress | null;
}

export interface EnsembleConfig {
  /** As it stands in the znode. */
  readonly text: string;
  /** In the order of their lines. */
  readonly members: readonly EnsembleMember[];
  /** Of the configuration; null where there is none. */
  readonly version: number | null;
  /** Of /zookeeper/config. */
  readonly stat: Stat;
}

/** Lines that are none of the above are passed over: newer servers may write more. */
export function parseEnsembleConfig(data: Uint8Array | null, stat: Stat): EnsembleConfig {
  const text = data === null ? '' : Buffer.from(data).toString('utf8');
  const members: EnsembleMember[] = [];
  let version: number | null = null;
  for (const line of text.split('\n')) {
    const [key = '', ...rest] = line.split('=');
    const value = rest.join('=').trim();
    const id = /^\s*server\.(\d+)\s*$/.exec(key)?.[1];
    if (id !== undefined) members.push(parseMember(Number(id), value));
    else if (key.trim() === 'version' && /^[\da-f]+$/i.test(value)) version = Number.parseInt(value, 16);
  }
  return { text, members, version, stat };
}

/** A connect string of all servers that name a client address; empty where none does. */
export function clientConnectString({ members }: EnsembleConfig): string {
  return members
    .flatMap(({ clientAddress }) => (clientAddress === null ? [] : [formatServer(clientAddress)]))
    .join(',');
}

function parseMember(id: number, value: string): EnsembleMember {
  const [server = '', client = ''] = value.split(';');
  const role = /:(participant|observer)\s*$/i.exec(server)?.[1]?.toLowerCase();
  const quorumAddress = role === undefined ? server.trim() : server.slice(0, server.lastIndexOf(':')).trim();
  return {
    id,
    quorumAddress,
    role: role === 'observer' ? 'observer' : 'participant',
    clientAddress: parseClientAddress(client.trim()),
  };
}

/** `port` or `host:port`, an IPv6 host in brackets; without a host the server listens on all its addresses. */
function parseClientAddress(text: string): ServerAddress | null {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text);
  if (match === null) return null;
  return { host: match[1] ?? match[2] ?? '0.0.0.0', port: Number(match[3]) };
}
