/** TCP ports on 127.0.0.1 that nobody listened on a moment ago; for servers that cannot be told to take port 0. */

import { createServer, type Server } from 'node:net';

const RUN_ATTEMPTS = 100;

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}

/** `count` different ports: all are held until the last one is known. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP listener has no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The first of `count` consecutive ports that are all free. */
export async function freePortRun(count: number): Promise<number> {
  for (let attempt = 0; attempt < RUN_ATTEMPTS; attempt++) {
    const first = await freePort();
    const held: Server[] = [];
    try {
      for (let offset = 0; offset < count; offset++) held.push(await listen(first + offset));
      return first;
    } catch {
      // Somebody has one of them: try elsewhere.
    } finally {
      await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
    }
  }
  throw new Error(`no run of ${count} free ports on 127.0.0.1`);
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
