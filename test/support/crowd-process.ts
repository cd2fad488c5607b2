/**
 * Thousands of idle clients in a process of their own: each has a connection and a session, and pings. Arguments: number of
 * connections, session timeout in ms, ports. Speaks with whoever forked it: see `CrowdReport` and `CrowdOrder`.
 *
 * All replies here have a known size, so that bytes are counted instead of frames, and nothing is kept of them.
 */
import { connect, type Socket } from 'node:net';
import { NO_SESSION } from '../../core/ids.ts';
import { writeConnectRequest } from '../../core/jute/connect.ts';
import { OpCode, SpecialXid } from '../../core/jute/op-code.ts';
import { JuteWriter } from '../../core/jute/writer.ts';

export interface CrowdReport {
  /** Connections with a session. */
  readonly established: number;
  /** Connections that the server ended, or that could not be had. */
  readonly lost: number;
  /** The fewest pings that were answered on any connection. */
  readonly pingsMin: number;
  /** Sessions closed and answered. */
  readonly closed: number;
}
export type CrowdOrder = 'report' | 'close';

const [, , countText = '0', timeoutText = '0', ...ports] = process.argv;
const count = Number(countText);
const timeoutMs = Number(timeoutText);
/** So many connect at a time: a backlog is short. */
const ABREAST = 200;
const GREETING_BYTES = 4 + 37;
const REPLY_BYTES = 4 + 16;
const READ_BUFFER = Buffer.allocUnsafe(4096);

const CONNECT = frame((writer) =>
  writeConnectRequest(writer, {
    protocolVersion: 0,
    lastZxidSeen: 0,
    timeoutMs,
    sessionId: NO_SESSION,
    password: Buffer.alloc(16),
    readOnly: false,
  }),
);
const PING = frame((writer) => writeHeader(writer, SpecialXid.ping, OpCode.ping));
const CLOSE = frame((writer) => writeHeader(writer, 1, OpCode.closeSession));

class IdleClient {
  bytes = 0;
  isClosing = false;
  readonly socket: Socket;

  constructor(port: number, onEstablished: () => void, onEnd: () => void) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (size) => {
          const before = this.bytes;
          this.bytes += size;
          if (before < GREETING_BYTES && this.bytes >= GREETING_BYTES) onEstablished();
          return true;
        },
      },
    });
    this.socket.on('error', () => undefined);
    this.socket.once('connect', () => this.socket.write(CONNECT));
    this.socket.once('close', onEnd);
  }

  get replies(): number {
    return Math.floor((this.bytes - GREETING_BYTES) / REPLY_BYTES);
  }

  ping(): void {
    if (this.bytes >= GREETING_BYTES && !this.isClosing) this.socket.write(PING);
  }

  close(): void {
    this.isClosing = true;
    this.socket.write(CLOSE);
  }
}

const clients: IdleClient[] = [];
let established = 0;
let lost = 0;
let closed = 0;

function begin(): void {
  if (clients.length === count) return;
  const port = Number(ports[clients.length % ports.length]);
  const client = new IdleClient(
    port,
    () => {
      established += 1;
      begin();
    },
    () => {
      if (client.isClosing) closed += 1;
      else lost += 1;
    },
  );
  clients.push(client);
}

for (let index = 0; index < Math.min(ABREAST, count); index++) begin();

// A slice of the connections at each tick, so that every one is heard of three times within its timeout.
const SLICES = 20;
let slice = 0;
setInterval(
  () => {
    for (let index = slice; index < clients.length; index += SLICES) clients[index]?.ping();
    slice = (slice + 1) % SLICES;
  },
  timeoutMs / 3 / SLICES,
);

process.on('message', (order: CrowdOrder) => {
  if (order === 'close') for (const client of clients) client.close();
  let pingsMin = Number.POSITIVE_INFINITY;
  for (const { replies } of clients) pingsMin = Math.min(pingsMin, replies);
  const report: CrowdReport = { established, lost, pingsMin, closed };
  process.send?.(report);
});
process.once('disconnect', () => process.exit());

function frame(write: (writer: JuteWriter) => void): Buffer {
  const writer = new JuteWriter(64);
  const start = writer.reserve(4);
  write(writer);
  writer.patchInt(start, writer.length - start - 4);
  return Buffer.from(writer.copy());
}

function writeHeader(writer: JuteWriter, xid: number, opCode: number): void {
  writer.writeInt(xid);
  writer.writeInt(opCode);
}
