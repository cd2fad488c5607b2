/**
 * A server that does nothing but answer: how fast can the load generator go when nobody works on the other side?
 * It speaks the handshake, then answers every frame with a reply of the size a real one would have, joined to one write
 * per chunk. Prints its port on stdout; ends with its stdin.
 */

import { createServer, type Socket } from 'node:net';
import { Op } from './load/frames.ts';

const STAT_BYTES = 68;
const HEAD_BYTES = 16;
const CONNECT_REPLY_BYTES = 41;
const SEQUENTIAL_PATH_BYTES = 4 + '/bench/sequence/s-0000000000'.length;
const dataBytes = Number(process.argv[2] ?? 100);
const bodyBytes = new Map<number, number>([
  [Op.getData, 4 + dataBytes + STAT_BYTES],
  [Op.setData, STAT_BYTES],
  [Op.create, SEQUENTIAL_PATH_BYTES],
]);

const server = createServer({ noDelay: true }, (socket) => serve(socket));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

function serve(socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0);
  let hasSession = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const replies = Buffer.alloc(replyBytes(bytes, hasSession));
    let at = 0;
    let to = 0;
    let isClosing = false;
    while (at + 4 <= bytes.length && at + 4 + bytes.readInt32BE(at) <= bytes.length) {
      to += hasSession ? writeReply(bytes, at, replies, to) : writeConnectReply(replies, to);
      isClosing = hasSession && bytes.readInt32BE(at + 8) === Op.closeSession;
      hasSession = true;
      at += 4 + bytes.readInt32BE(at);
    }
    pending = bytes.subarray(at);
    if (to > 0) socket.write(replies.subarray(0, to));
    if (isClosing) socket.end();
  });
}

/** Exactly what the complete frames in `bytes` will be answered with. */
function replyBytes(bytes: Buffer, hasSession: boolean): number {
  let total = 0;
  let at = 0;
  let isRequest = hasSession;
  while (at + 4 <= bytes.length && at + 4 + bytes.readInt32BE(at) <= bytes.length) {
    total += isRequest ? 4 + HEAD_BYTES + (bodyBytes.get(bytes.readInt32BE(at + 8)) ?? 0) : CONNECT_REPLY_BYTES;
    isRequest = true;
    at += 4 + bytes.readInt32BE(at);
  }
  return total;
}

function writeConnectReply(replies: Buffer, to: number): number {
  replies.writeInt32BE(CONNECT_REPLY_BYTES - 4, to);
  replies.writeInt32BE(30_000, to + 8);
  replies.writeInt32BE(1, to + 12);
  replies.writeInt32BE(16, to + 20);
  return CONNECT_REPLY_BYTES;
}

function writeReply(bytes: Buffer, at: number, replies: Buffer, to: number): number {
  const length = HEAD_BYTES + (bodyBytes.get(bytes.readInt32BE(at + 8)) ?? 0);
  replies.writeInt32BE(length, to);
  replies.writeInt32BE(bytes.readInt32BE(at + 4), to + 4);
  return 4 + length;
}
