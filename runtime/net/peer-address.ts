/** Who is at the other end of a socket. */

import type { Socket } from 'node:net';

/** IPv4 addresses arrive in IPv6 clothing when the port listens on both. */
export function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** `address:port`, for the log. */
export function peerOf(socket: Socket): string {
  return `${addressOf(socket)}:${socket.remotePort}`;
}
