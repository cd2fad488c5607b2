/**
 * One server of a reconfig request (QuorumPeer.QuorumServer; zookeeper-facts 10.3):
 *
 *     host:quorumPort:electionPort[:participant|:observer][;[clientHost:]clientPort]
 *
 * Read as far as a request is judged by it.
 */

export interface ServerLine {
  readonly role: 'participant' | 'observer';
  /** Each as `host:port`; addresses that mean every interface are left out, they are no two servers' own. */
  readonly addresses: readonly string[];
  readonly hasClientAddress: boolean;
}

const SERVER = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5}):(\d{1,5})(?::\s*(participant|observer)\s*)?$/i;
const CLIENT = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(\d{1,5})$/;
const EVERY_INTERFACE = new Set(['0.0.0.0', '[::]', '[0:0:0:0:0:0:0:0]']);
const PORT_MAX = 65_535;

/** Null when the text is no server. */
export function parseServerLine(text: string): ServerLine | null {
  const [serverText = '', clientText, ...rest] = text.split(';');
  const server = SERVER.exec(serverText.trim());
  const client = clientText === undefined ? null : CLIENT.exec(clientText.trim());
  if (server === null || rest.length > 0 || (clientText !== undefined && client === null)) return null;
  const [, host = '', quorumPort = '', electionPort = '', role] = server;
  // ZooKeeper wants them to differ.
  if (Number(quorumPort) === Number(electionPort)) return null;
  const addresses = [`${host}:${quorumPort}`, `${host}:${electionPort}`];
  if (client !== null) addresses.push(`${client[1] ?? '0.0.0.0'}:${client[2] ?? ''}`);
  if (addresses.some((address) => Number(portOf(address)) > PORT_MAX)) return null;
  return {
    role: role?.toLowerCase() === 'observer' ? 'observer' : 'participant',
    addresses: addresses.filter((address) => !EVERY_INTERFACE.has(hostOf(address))),
    hasClientAddress: client !== null,
  };
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
