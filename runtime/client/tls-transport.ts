/**
 * The TLS carrier of the client protocol, for servers with a `secureClientPort`:
 *
 *     const openTransport = tlsTransport({ ca: readFileSync('ca.pem'), cert, key });
 *     const client = connect('zk.example.org:2281', { openTransport });
 */

import { isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { carry } from './socket-transport.ts';
import type { OpenTransport } from './transport.ts';

export interface TlsTransportOptions extends Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase'> {
  /** The server's certificate has to name the host that was connected to. Default true. */
  readonly checksHostname?: boolean;
}

/** Certificates and keys as node:tls takes them: PEM, or PKCS12 as `pfx`. A server that nobody in `ca` vouches for is refused. */
export function tlsTransport({ checksHostname = true, ...material }: TlsTransportOptions): OpenTransport {
  return (server, listener) => {
    const socket = connect({
      ...material,
      host: server.host,
      port: server.port,
      // Addresses are no names, and must not be sent as such.
      ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
      ...(checksHostname ? {} : { checkServerIdentity: () => undefined }),
    });
    socket.setNoDelay(true);
    return carry({ socket, server, opened: 'secureConnect' }, listener);
  };
}
