/**
 * A server line of a zoo.cfg (zookeeper-facts 10.3):
 *
 *     server.<id> = host:quorumPort:electionPort[|host:quorumPort:electionPort …][:participant|:observer][;[host:]clientPort]
 *
 * In: the text behind `=`. Out: its parts, or what was expected instead. An IPv6 address stands in brackets.
 */

export interface ServerAddress {
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
}

export interface ServerLine {
  readonly addresses: readonly ServerAddress[];
  readonly role: 'participant' | 'observer';
  /** Where clients connect, if the line says so; without a host: on all addresses. */
  readonly client: { readonly host: string | null; readonly port: number } | null;
}

export const SERVER_LINE_FORM = 'host:quorumPort:electionPort[:participant|:observer][;[host:]clientPort]';

const PORT_MAX = 65_535;

/** @returns null for a text that is no server line */
export function parseServerLine(text: string): ServerLine | null {
  const [peer = '', client, ...more] = text.split(';');
  if (more.length > 0) return null;
  const role = /:(participant|observer)$/i.exec(peer.trim());
  const places = role === null ? peer : peer.trim().slice(0, -role[0].length);
  const addresses = places.split('|').map((place) => parseAddress(place.trim()));
  const clientPart = client === undefined ? null : parseClient(client.trim());
  if (clientPart === undefined || addresses.some((address) => address === null)) return null;
  return {
    addresses: addresses.filter((address) => address !== null),
    role: role?.[1]?.toLowerCase() === 'observer' ? 'observer' : 'participant',
    client: clientPart,
  };
}

function parseAddress(text: string): ServerAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]]+)):(\d+):(\d+)$/.exec(text);
  if (match === null) return null;
  const [, bracketed, plain, quorum, election] = match;
  const quorumPort = portOf(quorum);
  const electionPort = portOf(election);
  if (quorumPort === null || electionPort === null) return null;
  return { host: bracketed ?? plain ?? '', quorumPort, electionPort };
}

/** undefined: not a client part. */
function parseClient(text: string): ServerLine['client'] | undefined {
  const match = /^(?:(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]]*)):)?(\d+)$/.exec(text);
  const port = portOf(match?.[3]);
  if (match === null || port === null) return undefined;
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? null : host, port };
}

function portOf(text: string | undefined): number | null {
  const port = Number(text);
  return text !== undefined && port >= 1 && port <= PORT_MAX ? port : null;
}
