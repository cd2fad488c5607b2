/** Answers `threadkeeper status` and `threadkeeper debug` for a running runtime. */

import { chmodSync, rmSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import {
  ADMIN_LINE_MAX,
  type AdminReply,
  type AdminRequest,
  adminSocketPath,
  parseAdminRequest,
} from './admin-protocol.ts';

export type AnswerAdmin = (request: AdminRequest) => Promise<unknown>;

export interface AdminServer {
  readonly path: string;
  close(): Promise<void>;
}

/** @throws the system's error when the socket cannot be made; the runtime then goes on without */
export async function openAdminServer(clientPort: number, answer: AnswerAdmin): Promise<AdminServer> {
  const path = adminSocketPath(clientPort);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, answer);
  });
  // Whoever holds the client port is the only one entitled to the socket, so a file left by a killed process may go.
  if (process.platform !== 'win32') rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: net.Socket, answer: AnswerAdmin): void {
  let receivedBytes = 0;
  socket.on('data', (chunk) => {
    receivedBytes += chunk.length;
    if (receivedBytes > ADMIN_LINE_MAX) socket.destroy();
  });
  createInterface({ input: socket }).on('line', async (line) => {
    receivedBytes = 0;
    const reply = await replyTo(line, answer);
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
  });
}

async function replyTo(line: string, answer: AnswerAdmin): Promise<AdminReply> {
  try {
    return { ok: true, result: await answer(parseAdminRequest(line)) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
