/** A TCP port in front of a server that can be cut and frozen: the network's faults, without touching the server. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Ends all connections at once; new ones are taken again. */
  cut(): void;
  /** Refuses new connections (and cuts) until `restore`. */
  refuse(): void;
  /** Takes bytes and passes none on, in both directions, until `restore`. */
  freeze(): void;
  restore(): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let isRefusing = false;

  const server = createServer((client) => {
    if (isRefusing) {
      client.destroy();
      return;
    }
    const upstream = connect({ port: targetPort, host: targetHost, noDelay: true });
    client.setNoDelay(true);
    join(client, upstream);
    join(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    if (isFrozen) from.pause();
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    cut,
    refuse: () => {
      isRefusing = true;
      cut();
    },
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    restore: () => {
      isFrozen = false;
      isRefusing = false;
      for (const socket of sockets) socket.resume();
    },
    stop: async () => {
      cut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
