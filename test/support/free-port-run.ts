/**
 * Ports for a program that takes the first of several consecutive ones. They lie below those the system gives out by
 * itself, for port 0 and for outgoing connections, so that a busy machine does not take one before the program does.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const ATTEMPTS = 100;
const LOWEST = 10_000;
/** Linux gives out ports from 32768 on by itself. */
const HIGHEST = 32_000;

/** @returns the first of `count` consecutive ports of 127.0.0.1 on which nobody listens */
export async function findFreePortRun(count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - count - LOWEST));
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
