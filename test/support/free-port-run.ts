/** Ports for a program that takes the first of several consecutive ones. As free as those of free-ports.ts: a moment ago. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { findFreePorts } from './free-ports.ts';

const ATTEMPTS = 100;

/** @returns the first of `count` consecutive ports of 127.0.0.1 on which nobody listens */
export async function findFreePortRun(count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [first = 0] = await findFreePorts(1);
    const held: Server[] = [];
    try {
      for (let port = first; port < first + count; port++) {
        const server = createServer();
        held.push(server);
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      }
      return first;
    } catch {
      // Somebody has one of them: try elsewhere.
    } finally {
      await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
    }
  }
  throw new Error(`no run of ${count} free ports on 127.0.0.1`);
}
