/** The TCP carrier of the client protocol: one socket, without Nagle's delay, which would hold small requests back. */

import { connect } from 'node:net';
import type { ServerAddress } from './connect-string.ts';
import { carry } from './socket-transport.ts';
import type { Transport, TransportListener } from './transport.ts';

export function openTcpTransport(server: ServerAddress, listener: TransportListener): Transport {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  return carry({ socket, server, opened: 'connect' }, listener);
}
