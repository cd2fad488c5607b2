/** Asks a running runtime, over its local socket. */

import net from 'node:net';
import { type AdminReply, type AdminRequest, adminSocketPath } from './admin-protocol.ts';

/** No runtime of this user listens on that client port. */
export class NotRunningError extends Error {
  readonly code = 'NOT_RUNNING';

  constructor(clientPort: number) {
    super(`no threadkeeper of yours is running with client port ${clientPort} (--client-port names another one)`);
    this.name = 'NotRunningError';
  }
}

/** @throws NotRunningError; Error with the runtime's own words when it refuses */
export async function askAdmin(clientPort: number, request: AdminRequest): Promise<unknown> {
  const reply = JSON.parse(await exchange(clientPort, JSON.stringify(request))) as AdminReply;
  if (!reply.ok) throw new Error(reply.error);
  return reply.result;
}

function exchange(clientPort: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(adminSocketPath(clientPort));
    const chunks: string[] = [];
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${line}\n`));
    socket.on('data', (chunk: string) => {
      chunks.push(chunk);
      if (!chunk.includes('\n')) return;
      socket.end();
      resolve(chunks.join(''));
    });
    socket.on('close', () => reject(new Error('the runtime ended before it answered')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      reject(isAbsent ? new NotRunningError(clientPort) : error);
    });
  });
}
