/**
 * Frames of the client protocol, written by hand: what the load generator sends, encoded once, before the clock runs.
 * In: paths, data, session. Out: bytes with the length in front. Nothing of the product is used here, so that a mistake
 * in our codec cannot make our own server look good. Source: zookeeper.jute.
 */

export const Op = { create: 1, getData: 4, setData: 5, ping: 11, closeSession: -11 } as const;

/** Offset of the xid in every frame after the handshake: behind the length. */
export const XID_OFFSET = 4;

const PERSISTENT = 0;
const PERSISTENT_SEQUENTIAL = 2;
const ANY_VERSION = -1;
const PING_XID = -2;

export interface SessionTicket {
  /** 8 bytes, zero for a new session. */
  readonly id: Buffer;
  /** 16 bytes. */
  readonly password: Buffer;
  /** 8 bytes, the highest zxid this client has seen. */
  readonly lastZxid: Buffer;
}

export interface ConnectReply {
  readonly timeoutMs: number;
  readonly id: Buffer;
  readonly password: Buffer;
}

export function newTicket(): SessionTicket {
  return { id: Buffer.alloc(8), password: Buffer.alloc(16), lastZxid: Buffer.alloc(8) };
}

export function connectFrame(ticket: SessionTicket, timeoutMs: number): Buffer {
  return lengthPrefixed([
    int(0),
    ticket.lastZxid,
    int(timeoutMs),
    ticket.id,
    buffer(ticket.password),
    Buffer.of(0), // not content with a read-only server
  ]);
}

/** The answer to a handshake once `bytes` holds all of it; a timeout of 0 says the session is gone. */
export function parseConnectReply(bytes: Buffer): ConnectReply | undefined {
  if (bytes.length < 4 || bytes.length < 4 + bytes.readInt32BE(0)) return undefined;
  return {
    timeoutMs: bytes.readInt32BE(8),
    id: Buffer.from(bytes.subarray(12, 20)),
    password: Buffer.from(bytes.subarray(24, 40)),
  };
}

export function getDataFrame(path: string): Buffer {
  return request(Op.getData, [string(path), Buffer.of(0)]);
}

export function setDataFrame(path: string, data: Buffer): Buffer {
  return request(Op.setData, [string(path), buffer(data), int(ANY_VERSION)]);
}

export function createFrame(path: string, data: Buffer): Buffer {
  return request(Op.create, [string(path), buffer(data), openAcl(), int(PERSISTENT)]);
}

/** `prefix` gets ten digits from the server. */
export function createSequentialFrame(prefix: string, data: Buffer): Buffer {
  return request(Op.create, [string(prefix), buffer(data), openAcl(), int(PERSISTENT_SEQUENTIAL)]);
}

export function pingFrame(): Buffer {
  const frame = request(Op.ping, []);
  frame.writeInt32BE(PING_XID, XID_OFFSET);
  return frame;
}

export function closeSessionFrame(): Buffer {
  return request(Op.closeSession, []);
}

function request(type: number, body: readonly Buffer[]): Buffer {
  return lengthPrefixed([int(0), int(type), ...body]);
}

function lengthPrefixed(parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([int(payload.length), payload]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function buffer(bytes: Buffer): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

function string(text: string): Buffer {
  return buffer(Buffer.from(text, 'utf8'));
}

/** `world:anyone:cdrwa`. */
function openAcl(): Buffer {
  return Buffer.concat([int(1), int(31), string('world'), string('anyone')]);
}
