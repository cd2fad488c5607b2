/**
 * Every reader of bytes that come from outside, with right bytes to begin from. Whatever the bytes are, the outcome is a
 * value or the one error that its callers look for; anything else would end a replica's thread, or a client's process.
 */
import { DerError, readDerValues } from '../../core/auth/der.ts';
import { parseDirectives, SaslError } from '../../core/auth/sasl-directives.ts';
import { OPEN_ACL } from '../../core/jute/acl.ts';
import { readAuthPacket, readClientInfos, writeClientInfos } from '../../core/jute/auth.ts';
import { readConnectRequest, readConnectResponse, refusal, writeConnectResponse } from '../../core/jute/connect.ts';
import { FrameDecoder } from '../../core/jute/frame.ts';
import { readMultiResults } from '../../core/jute/multi.ts';
import { readMultiReadOps, readMultiReadResults } from '../../core/jute/multi-read.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { type PeerMessage, readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteError, JuteReader } from '../../core/jute/reader.ts';
import { readReplyHeader, readWatchableRequest, readWatchedEvent } from '../../core/jute/request.ts';
import { readStat } from '../../core/jute/stat.ts';
import { readTxnBody, readTxnHeader, type Txn, writeTxnBody, writeTxnHeader } from '../../core/jute/txn.ts';
import { appendRecord, LogScanner } from '../../core/jute/txn-log.ts';
import {
  readAddWatchRequest,
  readCheckWatchesRequest,
  readSetWatches2Request,
  readSetWatchesRequest,
} from '../../core/jute/watch.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { isWrite, readWriteRequest } from '../../core/server/writes/write-request.ts';
import { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotError } from '../../core/tree/snapshot-format.ts';
import { SnapshotReader } from '../../core/tree/snapshot-reader.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import { toZxid } from '../../core/zxid.ts';
import { handshake } from './handshake.ts';
import { REQUEST_SAMPLES } from './requests.ts';

export interface Decoder {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  readonly decode: (bytes: Uint8Array) => void;
  /** Builds something large each time: gets one case of ten. */
  readonly isDear?: boolean;
  /** The only thing that it may throw. */
  readonly refusal: new (
    ...parameters: never[]
  ) => Error;
}

const ZXID = toZxid(2 ** 32 + 5);
const SESSION = { hi: 0x0100003f, lo: -7 };
const STAT_SIZE = 68;

const TXNS: readonly Txn[] = [
  { type: OpCode.create, path: '/a', data: Buffer.from('x'), acl: OPEN_ACL, ephemeral: true, parentCVersion: 3 },
  { type: OpCode.createTTL, path: '/t', data: null, acl: OPEN_ACL, parentCVersion: 1, ttl: 1000 },
  { type: OpCode.setData, path: '/a', data: null, version: 2 },
  { type: OpCode.setACL, path: '/a', acl: OPEN_ACL, version: 1 },
  { type: OpCode.delete, path: '/a' },
  { type: OpCode.createSession, timeoutMs: 5000 },
  { type: OpCode.closeSession, pathsToDelete: ['/a', '/b'] },
  {
    type: OpCode.multi,
    txns: [
      { type: OpCode.check, path: '/a', version: 1 },
      { type: OpCode.error, error: -101 },
    ],
  },
];

const MESSAGES: readonly PeerMessage[] = [
  { type: 'packet', stream: 1, packet: { type: 'proposal', zxid: ZXID, entry: entryOf(TXNS[0]) } },
  { type: 'packet', stream: 2, packet: { type: 'ping', zxid: ZXID, sessions: [{ session: SESSION, timeoutMs: 9 }] } },
  { type: 'packet', stream: 3, packet: { type: 'revalidate', session: SESSION, timeoutMs: 5 } },
  {
    type: 'packet',
    stream: 4,
    packet: {
      type: 'request',
      session: SESSION,
      cxid: 4,
      opCode: OpCode.delete,
      body: Buffer.from('abc'),
      identities: [{ scheme: 'ip', id: '127.0.0.1' }],
    },
  },
  {
    type: 'packet',
    stream: 5,
    packet: { type: 'snapshotChunk', bytes: Buffer.from('chunk'), last: true, wholeFrom: ZXID },
  },
];

/** With `read` at the beginning of the bytes. */
function juteDecoder(name: string, samples: readonly Uint8Array[], read: (reader: JuteReader) => unknown): Decoder {
  return { name, samples, decode: (bytes) => void read(new JuteReader(bytes)), refusal: JuteError };
}

const REQUEST_BODIES = REQUEST_SAMPLES.map((payload) => payload.subarray(8));

export const DECODERS: readonly Decoder[] = [
  juteDecoder('ConnectRequest', [handshake()], readConnectRequest),
  juteDecoder(
    'ConnectResponse',
    [written((writer) => writeConnectResponse(writer, refusal(true)))],
    readConnectResponse,
  ),
  juteDecoder('write', REQUEST_SAMPLES, readWrite),
  juteDecoder('read', REQUEST_BODIES, readWatchableRequest),
  juteDecoder('multiRead', REQUEST_BODIES, readMultiReadOps),
  juteDecoder('setWatches', REQUEST_BODIES, readSetWatchesRequest),
  juteDecoder('setWatches2', REQUEST_BODIES, readSetWatches2Request),
  juteDecoder('addWatch', REQUEST_BODIES, readAddWatchRequest),
  juteDecoder('checkWatches', REQUEST_BODIES, readCheckWatchesRequest),
  juteDecoder('AuthPacket', REQUEST_BODIES, readAuthPacket),
  juteDecoder('ReplyHeader and event', [Buffer.alloc(40)], (reader) => [
    readReplyHeader(reader),
    readWatchedEvent(reader),
  ]),
  juteDecoder('Stat', [Buffer.alloc(STAT_SIZE)], readStat),
  juteDecoder('multi results', REQUEST_BODIES, readMultiResults),
  juteDecoder('multiRead results', REQUEST_BODIES, readMultiReadResults),
  juteDecoder(
    'whoAmI',
    [written((writer) => writeClientInfos(writer, [{ scheme: 'ip', user: 'x' }]))],
    readClientInfos,
  ),
  juteDecoder('txn', TXNS.map(entryOf), (reader) => readTxnBody(reader, readTxnHeader(reader).type)),
  juteDecoder(
    'quorum message',
    MESSAGES.map((message) => written((writer) => writePeerMessage(writer, message))),
    readPeerMessage,
  ),
  {
    name: 'frames',
    samples: [Buffer.concat(REQUEST_SAMPLES.map(framed))],
    decode: (bytes) => new FrameDecoder().push(bytes, () => undefined),
    refusal: JuteError,
  },
  { name: 'txn log', samples: [logOf(TXNS)], decode: scanLog, refusal: JuteError },
  {
    name: 'snapshot',
    samples: [snapshot('file')],
    decode: (bytes) => loadSnapshot(bytes, 'file'),
    refusal: SnapshotError,
    isDear: true,
  },
  {
    name: 'snapshot stream',
    samples: [snapshot('stream')],
    decode: (bytes) => loadSnapshot(bytes, 'stream'),
    refusal: SnapshotError,
    isDear: true,
  },
  {
    name: 'SASL directives',
    samples: [Buffer.from('realm="zk-sasl-md5",nonce="abc",qop="auth",charset=utf-8,algorithm=md5-sess')],
    decode: parseDirectives,
    refusal: SaslError,
  },
  {
    name: 'DER',
    samples: [Buffer.from('30143012310b300906035504061302444531033001', 'hex')],
    decode: readDerValues,
    refusal: DerError,
  },
];

function readWrite(reader: JuteReader): void {
  reader.readInt();
  const opCode = reader.readInt();
  if (isWrite(opCode)) readWriteRequest(reader, opCode);
}

function scanLog(bytes: Uint8Array): void {
  const scanner = new LogScanner(bytes.length + 16);
  const half = bytes.length >> 1;
  for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) {
    scanner.push(Buffer.from(part));
    for (let entry = scanner.next(); entry !== null; entry = scanner.next()) {
      const reader = new JuteReader(entry);
      readTxnBody(reader, readTxnHeader(reader).type);
    }
  }
}

function loadSnapshot(bytes: Uint8Array, form: 'file' | 'stream'): void {
  const reader = new SnapshotReader(form);
  reader.push(bytes);
  reader.finish(ZXID);
}

function snapshot(form: 'file' | 'stream'): Uint8Array {
  const tree = new DataTree();
  for (const [index, txn] of TXNS.slice(0, 2).entries()) {
    tree.apply({ clientId: SESSION, cxid: 1, zxid: toZxid(index + 1), time: 5, type: txn.type }, txn, false);
  }
  const writer = new SnapshotWriter(tree, form);
  const chunks: Uint8Array[] = [];
  for (let chunk = writer.next(1 << 16); chunk !== null; chunk = writer.next(1 << 16)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function logOf(txns: readonly Txn[]): Uint8Array {
  return written((writer) => {
    for (const [index, txn] of txns.entries()) appendRecord(writer, entryOf(txn, index));
  });
}

function entryOf(txn: Txn | undefined, index = 0): Uint8Array {
  return written((writer) => {
    if (txn === undefined) return;
    writeTxnHeader(writer, { clientId: SESSION, cxid: 1, zxid: toZxid(ZXID + index), time: 5, type: txn.type });
    writeTxnBody(writer, txn);
  });
}

function framed(payload: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

function written(write: (writer: JuteWriter) => void): Uint8Array {
  const writer = new JuteWriter();
  write(writer);
  return writer.copy();
}
