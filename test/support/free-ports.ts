/**
 * Ports for servers that cannot bind port 0 themselves. A port is free when it is handed out, not reserved: whoever uses it
 * must be ready to meet "address in use" and ask again.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** @returns `count` different ports of 127.0.0.1 on which nobody listens */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  // All are held at once, so that no port is found twice.
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
