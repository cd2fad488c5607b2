/**
 * What servers say to each other: election notifications and quorum packets, and their bytes on a link:
 *
 *     byte 0 · int state · long leader · long zxid · long electionEpoch · long peerEpoch · int version · buffer config
 *     byte 1 · int stream · int type · long zxid · buffer data · vector<Id> authinfo
 *
 * The first is FastLeaderElection's notification, the second ZooKeeper's QuorumPacket behind the number of its stream.
 * Whatever the bytes are, reading gives a message or throws a `JuteError`.
 *
 * Two departures, both properties of the carrier and not of the protocol (core/SPEC.md, departures):
 * a snapshot travels as `snapshotChunk` packets in place of a raw stream after SNAP, and `close` stands for the end
 * of a TCP connection, because a link between threads outlives the quorum connections made over it.
 */

import { unreachable } from '../assert.ts';
import { type PeerId, type SessionId, toPeerId } from '../ids.ts';
import { EPOCH_LIMIT, type Epoch, epochOf, firstZxidOf, toEpoch, toZxid, ZXID_ZERO, type Zxid } from '../zxid.ts';
import { JuteError, JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export type PeerState = 'looking' | 'following' | 'leading' | 'observing';

/** A vote and its sender's state (FastLeaderElection.Notification). */
export interface Notification {
  readonly type: 'notification';
  readonly state: PeerState;
  /** Proposed (or established) leader; 0 from a peer that does not vote. */
  readonly leader: PeerId | 0;
  /** Last logged zxid of the proposed leader. */
  readonly zxid: Zxid;
  /** Election round: ZooKeeper's logicalclock. */
  readonly electionEpoch: number;
  readonly peerEpoch: Epoch;
}

export type QuorumPacket =
  | { readonly type: 'followerInfo'; readonly acceptedEpoch: Epoch }
  | { readonly type: 'observerInfo'; readonly acceptedEpoch: Epoch }
  | { readonly type: 'leaderInfo'; readonly epoch: Epoch }
  /** `currentEpoch` is -1 when this learner had accepted the epoch before: the ack does not count again. */
  | { readonly type: 'ackEpoch'; readonly lastZxid: Zxid; readonly currentEpoch: Epoch | -1 }
  | { readonly type: 'diff'; readonly zxid: Zxid }
  | { readonly type: 'trunc'; readonly zxid: Zxid }
  | { readonly type: 'snap'; readonly zxid: Zxid }
  | { readonly type: 'snapshotChunk'; readonly bytes: Uint8Array; readonly last: boolean; readonly wholeFrom: Zxid }
  | { readonly type: 'newLeader'; readonly zxid: Zxid }
  | { readonly type: 'upToDate' }
  | { readonly type: 'proposal'; readonly zxid: Zxid; readonly entry: Uint8Array }
  | { readonly type: 'ack'; readonly zxid: Zxid }
  | { readonly type: 'commit'; readonly zxid: Zxid }
  | { readonly type: 'inform'; readonly zxid: Zxid; readonly entry: Uint8Array }
  /** Leader: last proposed zxid, no sessions. Learner: the same zxid back, with the sessions heard since the last. */
  | { readonly type: 'ping'; readonly zxid: Zxid; readonly sessions: readonly TouchedSession[] }
  /** A client's write, sync, or session creation on its way to the leader; `body` is the record without header. */
  | {
      readonly type: 'request';
      readonly session: SessionId;
      readonly cxid: number;
      readonly opCode: number;
      readonly body: Uint8Array;
      readonly identities: readonly Identity[];
    }
  /** Learner asks whether a session lives; the leader answers with the same id and `valid`. */
  | { readonly type: 'revalidate'; readonly session: SessionId; readonly timeoutMs: number }
  | { readonly type: 'revalidated'; readonly session: SessionId; readonly valid: boolean }
  /** Answers the oldest unanswered sync request of this learner. */
  | { readonly type: 'sync' }
  /** The quorum connection ends. */
  | { readonly type: 'close' };

export interface TouchedSession {
  readonly session: SessionId;
  readonly timeoutMs: number;
}

/** Who a connection is (zookeeper.jute, class Id): scheme and id, as the authentication providers granted it. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/**
 * What one peer sends to another over a link. `stream` numbers the quorum connection that a packet belongs to; the
 * learner chooses a new number for each attempt, so what is left over of an older one is recognised and dropped.
 */
export type PeerMessage =
  | Notification
  | { readonly type: 'packet'; readonly stream: number; readonly packet: QuorumPacket };

const MessageKind = { notification: 0, packet: 1 } as const;

/** ZooKeeper's numbers (Leader.java); 9 and 19 belong to reconfiguration. From 1000 on: ours, for what TCP does for it. */
const PacketType = {
  request: 1,
  proposal: 2,
  ack: 3,
  commit: 4,
  ping: 5,
  revalidate: 6,
  sync: 7,
  inform: 8,
  newLeader: 10,
  followerInfo: 11,
  upToDate: 12,
  diff: 13,
  trunc: 14,
  snap: 15,
  observerInfo: 16,
  leaderInfo: 17,
  ackEpoch: 18,
  /** data: bytes of the snapshot; zxid: 1 on the last chunk, 0 before. */
  snapshotChunk: 1000,
  close: 1001,
} as const;

const STATES: readonly PeerState[] = ['looking', 'following', 'leading', 'observing'];
const NOTIFICATION_VERSION = 2;
const PROTOCOL_VERSION = 0x10000;
/** The zxid of packets that have none. */
const NO_ZXID = -1;
const NO_IDENTITIES: readonly Identity[] = Object.freeze([]);
const SESSION_AND_INT_SIZE = 12;

export function writePeerMessage(writer: JuteWriter, message: PeerMessage): void {
  if (message.type === 'notification') {
    writer.writeByte(MessageKind.notification);
    writeNotification(writer, message);
  } else {
    writer.writeByte(MessageKind.packet);
    writer.writeInt(message.stream);
    writeQuorumPacket(writer, message.packet);
  }
}

/**
 * Reads one message. Entries, chunks and bodies are views of the reader's bytes: whoever keeps one copies it.
 * @throws JuteError when the bytes are no message of a peer
 */
export function readPeerMessage(reader: JuteReader): PeerMessage {
  const kind = reader.readByte();
  switch (kind) {
    case MessageKind.notification:
      return readNotification(reader);
    case MessageKind.packet: {
      const stream = reader.readInt();
      return { type: 'packet', stream, packet: readQuorumPacket(reader) };
    }
    default:
      throw new JuteError(`message kind ${kind} is neither a notification nor a packet`);
  }
}

function writeNotification(writer: JuteWriter, notification: Notification): void {
  writer.writeInt(STATES.indexOf(notification.state));
  if (notification.leader === 0) {
    // Long.MIN_VALUE for leader, zxid and epoch: a server that does not vote proposes nobody.
    writer.writeLongHalves(0x80000000, 0);
    writer.writeLongHalves(0x80000000, 0);
    writer.writeLong(notification.electionEpoch);
    writer.writeLongHalves(0x80000000, 0);
  } else {
    writer.writeLong(notification.leader);
    writer.writeLong(notification.zxid);
    writer.writeLong(notification.electionEpoch);
    writer.writeLong(notification.peerEpoch);
  }
  writer.writeInt(NOTIFICATION_VERSION);
  writer.writeInt(0);
}

function readNotification(reader: JuteReader): Notification {
  const stateNumber = reader.readInt();
  const state = STATES[stateNumber];
  if (state === undefined) throw new JuteError(`a notification names state ${stateNumber}`);
  const leader = reader.readSessionId();
  const isNobody = leader.lo === 0 && leader.hi === -0x80000000;
  if (!isNobody && (leader.hi !== 0 || leader.lo < 1 || leader.lo > 254)) {
    throw new JuteError('a notification names a leader outside 1 … 254');
  }
  if (isNobody) reader.skip(8);
  const zxid = isNobody ? ZXID_ZERO : checkZxid(reader.readLong());
  const electionEpoch = reader.readLong();
  if (isNobody) reader.skip(8);
  const peerEpoch = isNobody ? toEpoch(0) : checkEpoch(reader.readLong());
  const version = reader.readInt();
  if (version < NOTIFICATION_VERSION) throw new JuteError(`a notification has version ${version}`);
  reader.readBuffer();
  return { type: 'notification', state, leader: isNobody ? 0 : toPeerId(leader.lo), zxid, electionEpoch, peerEpoch };
}

function writeQuorumPacket(writer: JuteWriter, packet: QuorumPacket): void {
  switch (packet.type) {
    case 'proposal':
    case 'inform':
      writeHeader(writer, PacketType[packet.type], packet.zxid);
      writer.writeBuffer(packet.entry);
      break;
    case 'ack':
    case 'commit':
    case 'diff':
    case 'trunc':
    case 'snap':
    case 'newLeader':
      writeHeader(writer, PacketType[packet.type], packet.zxid);
      writer.writeInt(-1);
      break;
    case 'upToDate':
    case 'close':
    case 'sync':
      writeHeader(writer, PacketType[packet.type], packet.type === 'sync' ? 0 : NO_ZXID);
      writer.writeInt(-1);
      break;
    case 'followerInfo':
    case 'observerInfo':
      // LearnerInfo { long sid; int protocol; long configVersion }: the sender's id is the link's, so sid stays 0.
      writeHeader(writer, PacketType[packet.type], firstZxidOf(packet.acceptedEpoch));
      writer.writeInt(20);
      writer.writeLong(0);
      writer.writeInt(PROTOCOL_VERSION);
      writer.writeLong(0);
      break;
    case 'leaderInfo':
      writeHeader(writer, PacketType.leaderInfo, firstZxidOf(packet.epoch));
      writer.writeInt(4);
      writer.writeInt(PROTOCOL_VERSION);
      break;
    case 'ackEpoch':
      writeHeader(writer, PacketType.ackEpoch, packet.lastZxid);
      writer.writeInt(4);
      writer.writeInt(packet.currentEpoch);
      break;
    case 'snapshotChunk':
      writeHeader(writer, PacketType.snapshotChunk, packet.last ? packet.wholeFrom + 1 : 0);
      writer.writeBuffer(packet.bytes);
      break;
    case 'ping':
      writePing(writer, packet.zxid, packet.sessions);
      break;
    case 'revalidate':
      writeHeader(writer, PacketType.revalidate, NO_ZXID);
      writer.writeInt(SESSION_AND_INT_SIZE);
      writer.writeSessionId(packet.session);
      writer.writeInt(packet.timeoutMs);
      break;
    case 'revalidated':
      writeHeader(writer, PacketType.revalidate, NO_ZXID);
      writer.writeInt(9);
      writer.writeSessionId(packet.session);
      writer.writeBoolean(packet.valid);
      break;
    case 'request':
      writeHeader(writer, PacketType.request, NO_ZXID);
      writer.writeInt(16 + packet.body.length);
      writer.writeSessionId(packet.session);
      writer.writeInt(packet.cxid);
      writer.writeInt(packet.opCode);
      writer.writeBytes(packet.body);
      writeIdentities(writer, packet.identities);
      return;
    default:
      unreachable(packet);
  }
  writer.writeInt(-1);
}

function readQuorumPacket(reader: JuteReader): QuorumPacket {
  const number = reader.readInt();
  const zxid = reader.readLong();
  const data = reader.readBuffer();
  const identities = readIdentities(reader);
  switch (number) {
    case PacketType.proposal:
    case PacketType.inform: {
      const type = number === PacketType.proposal ? 'proposal' : 'inform';
      return { type, zxid: checkZxid(zxid), entry: required(data, type) };
    }
    case PacketType.ack:
      return { type: 'ack', zxid: checkZxid(zxid) };
    case PacketType.commit:
      return { type: 'commit', zxid: checkZxid(zxid) };
    case PacketType.diff:
      return { type: 'diff', zxid: checkZxid(zxid) };
    case PacketType.trunc:
      return { type: 'trunc', zxid: checkZxid(zxid) };
    case PacketType.snap:
      return { type: 'snap', zxid: checkZxid(zxid) };
    case PacketType.newLeader:
      return { type: 'newLeader', zxid: checkZxid(zxid) };
    case PacketType.upToDate:
      return { type: 'upToDate' };
    case PacketType.close:
      return { type: 'close' };
    case PacketType.sync:
      return { type: 'sync' };
    case PacketType.followerInfo:
    case PacketType.observerInfo: {
      const type = number === PacketType.followerInfo ? 'followerInfo' : 'observerInfo';
      return { type, acceptedEpoch: epochOf(checkZxid(zxid)) };
    }
    case PacketType.leaderInfo:
      return { type: 'leaderInfo', epoch: epochOf(checkZxid(zxid)) };
    case PacketType.ackEpoch: {
      const epoch = new JuteReader(required(data, 'ackEpoch')).readInt();
      return { type: 'ackEpoch', lastZxid: checkZxid(zxid), currentEpoch: epoch === -1 ? -1 : checkEpoch(epoch) };
    }
    case PacketType.snapshotChunk:
      return {
        type: 'snapshotChunk',
        bytes: required(data, 'snapshotChunk'),
        last: zxid !== 0,
        wholeFrom: toZxid(Math.max(zxid - 1, 0)),
      };
    case PacketType.ping:
      return { type: 'ping', zxid: checkZxid(zxid), sessions: readTouchedSessions(data) };
    case PacketType.revalidate:
      return readRevalidation(required(data, 'revalidate'));
    case PacketType.request: {
      const bytes = required(data, 'request');
      const body = new JuteReader(bytes);
      const session = body.readSessionId();
      const cxid = body.readInt();
      const opCode = body.readInt();
      return { type: 'request', session, cxid, opCode, body: bytes.subarray(body.position), identities };
    }
    default:
      throw new JuteError(`quorum packet ${number} is unknown`);
  }
}

function writeHeader(writer: JuteWriter, number: number, zxid: number): void {
  writer.writeInt(number);
  writer.writeLong(zxid);
}

function writePing(writer: JuteWriter, zxid: Zxid, sessions: readonly TouchedSession[]): void {
  writeHeader(writer, PacketType.ping, zxid);
  writer.writeInt(sessions.length === 0 ? -1 : sessions.length * SESSION_AND_INT_SIZE);
  for (const { session, timeoutMs } of sessions) {
    writer.writeSessionId(session);
    writer.writeInt(timeoutMs);
  }
}

function readTouchedSessions(data: Uint8Array | null): readonly TouchedSession[] {
  const sessions: TouchedSession[] = [];
  if (data === null) return sessions;
  const reader = new JuteReader(data);
  while (reader.remaining > 0) {
    const session = reader.readSessionId();
    sessions.push({ session, timeoutMs: reader.readInt() });
  }
  return sessions;
}

// REVALIDATE has one number both ways: a learner asks with a timeout (12 bytes), the leader answers with a boolean (9).
function readRevalidation(data: Uint8Array): QuorumPacket {
  const reader = new JuteReader(data);
  const session = reader.readSessionId();
  return data.length >= SESSION_AND_INT_SIZE
    ? { type: 'revalidate', session, timeoutMs: reader.readInt() }
    : { type: 'revalidated', session, valid: reader.readBoolean() };
}

function writeIdentities(writer: JuteWriter, identities: readonly Identity[]): void {
  writer.writeInt(identities.length);
  for (const { scheme, id } of identities) {
    writer.writeString(scheme);
    writer.writeString(id);
  }
}

function readIdentities(reader: JuteReader): readonly Identity[] {
  const count = reader.readCount();
  if (count === 0) return NO_IDENTITIES;
  const identities: Identity[] = [];
  for (let index = 0; index < count; index++) {
    const scheme = reader.readString();
    const id = reader.readString();
    if (scheme === null || id === null) throw new JuteError('an identity lacks its scheme or id');
    identities.push({ scheme, id });
  }
  return identities;
}

function required(data: Uint8Array | null, packet: string): Uint8Array {
  if (data === null) throw new JuteError(`a ${packet} packet carries no data`);
  return data;
}

function checkZxid(value: number): Zxid {
  if (value < 0) throw new JuteError(`zxid ${value} is below 0`);
  return toZxid(value);
}

function checkEpoch(value: number): Epoch {
  if (value < 0 || value >= EPOCH_LIMIT) throw new JuteError(`epoch ${value} is outside 0 … ${EPOCH_LIMIT - 1}`);
  return toEpoch(value);
}
