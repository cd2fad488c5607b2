/** The TCP carrier of the client protocol: one socket, without Nagle's delay, which would hold small requests back. */

import { connect } from 'node:net';
import { formatServer, type ServerAddress } from './connect-string.ts';
import type { Transport, TransportListener } from './transport.ts';

export function openTcpTransport(server: ServerAddress, listener: TransportListener): Transport {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  let cause: Error | null = null;
  let isClosed = false;

  socket.on('connect', () => listener.onOpen());
  socket.on('data', (chunk: Uint8Array) => {
    if (!isClosed) listener.onChunk(chunk);
  });
  socket.on('error', (error) => {
    cause = error;
  });
  // Servers refuse by hanging up (no quorum yet, a zxid from the future), so an end without an error is common.
  socket.on('close', () => {
    if (isClosed) return;
    isClosed = true;
    listener.onClose(cause === null ? new Error(`${formatServer(server)} closed the connection`) : nameFailure(cause));
  });

  return {
    write: (bytes) => {
      if (!isClosed) socket.write(bytes);
    },
    close: () => {
      isClosed = true;
      socket.destroy();
    },
  };
}

/** Where a name has several addresses, Node reports an AggregateError whose own message is empty. */
function nameFailure(error: Error): Error {
  if (!(error instanceof AggregateError)) return error;
  const messages = error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner)));
  return new Error(messages.join('; '), { cause: error });
}
