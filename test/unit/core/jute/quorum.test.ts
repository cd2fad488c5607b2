import { makeSessionId, toPeerId } from '../../../../core/ids.ts';
import {
  type PeerMessage,
  type QuorumPacket,
  readPeerMessage,
  writePeerMessage,
} from '../../../../core/jute/quorum.ts';
import { JuteError, JuteReader } from '../../../../core/jute/reader.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { EPOCH_LIMIT, makeZxid, toEpoch, toZxid, ZXID_ZERO } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';

const quorum = suite('jute/quorum');

const session = makeSessionId(0x81234567, 0x89abcdef);
const zxid = makeZxid(3, 0xfffffffe);
const bytes = Buffer.from('0123456789');

const PACKETS: readonly QuorumPacket[] = [
  { type: 'followerInfo', acceptedEpoch: toEpoch(7) },
  { type: 'observerInfo', acceptedEpoch: toEpoch(EPOCH_LIMIT - 1) },
  { type: 'leaderInfo', epoch: toEpoch(8) },
  { type: 'ackEpoch', lastZxid: zxid, currentEpoch: toEpoch(6) },
  { type: 'ackEpoch', lastZxid: ZXID_ZERO, currentEpoch: -1 },
  { type: 'diff', zxid },
  { type: 'trunc', zxid },
  { type: 'snap', zxid },
  { type: 'snapshotChunk', bytes, last: false, wholeFrom: ZXID_ZERO },
  { type: 'snapshotChunk', bytes: Buffer.alloc(0), last: true, wholeFrom: toZxid(0x300000007) },
  { type: 'newLeader', zxid: makeZxid(8, 0) },
  { type: 'upToDate' },
  { type: 'proposal', zxid, entry: bytes },
  { type: 'ack', zxid },
  { type: 'commit', zxid },
  { type: 'inform', zxid, entry: bytes },
  { type: 'ping', zxid, sessions: [] },
  { type: 'ping', zxid, sessions: [{ session, timeoutMs: 4000 }] },
  {
    type: 'request',
    session,
    cxid: -4,
    opCode: 5,
    body: bytes,
    identities: [
      { scheme: 'digest', id: 'zoë:secret' },
      { scheme: 'ip', id: '' },
    ],
  },
  { type: 'request', session, cxid: 1, opCode: -10, body: Buffer.alloc(0), identities: [] },
  { type: 'revalidate', session, timeoutMs: 30_000 },
  { type: 'revalidated', session, valid: true },
  { type: 'revalidated', session, valid: false },
  { type: 'sync' },
  { type: 'close' },
];

const MESSAGES: readonly PeerMessage[] = [
  ...(['looking', 'following', 'leading', 'observing'] as const).map(
    (state): PeerMessage => ({
      type: 'notification',
      state,
      leader: toPeerId(254),
      zxid,
      electionEpoch: 12,
      peerEpoch: toEpoch(3),
    }),
  ),
  { type: 'notification', state: 'looking', leader: 0, zxid: ZXID_ZERO, electionEpoch: 1, peerEpoch: toEpoch(0) },
  ...PACKETS.map((packet, index): PeerMessage => ({ type: 'packet', stream: 0x7fffffff - index, packet })),
];

function encode(message: PeerMessage): Buffer {
  const writer = new JuteWriter(16);
  writePeerMessage(writer, message);
  return writer.detach();
}

for (const message of MESSAGES) {
  const name = message.type === 'packet' ? message.packet.type : message.state;
  quorum(`gives back a ${message.type} (${name}) as it was written, and leaves what follows alone`, () => {
    const encoded = encode(message);
    const reader = new JuteReader(Buffer.concat([encoded, Buffer.from('next')]));
    assert.equal(readPeerMessage(reader), message);
    assert.is(reader.remaining, 4);
  });
}

quorum('writes a notification in the 44 bytes of FastLeaderElection', () => {
  const message = MESSAGES[0];
  assert.ok(message);
  assert.is(
    encode(message).toString('hex'),
    [
      '00',
      '00000000',
      '00000000000000fe',
      '00000003fffffffe',
      '000000000000000c',
      '0000000000000003',
      '00000002',
      '00000000',
    ].join(''),
  );
});

quorum('writes ZooKeeper’s QuorumPacket behind the stream number', () => {
  const hex = (packet: QuorumPacket): string => encode({ type: 'packet', stream: 9, packet }).toString('hex');
  assert.is(hex({ type: 'ack', zxid: makeZxid(1, 2) }), '0100000009000000030000000100000002ffffffffffffffff');
  assert.is(hex({ type: 'upToDate' }), '01000000090000000cffffffffffffffffffffffffffffffff');
  assert.is(
    hex({ type: 'ackEpoch', lastZxid: makeZxid(1, 2), currentEpoch: -1 }),
    '010000000900000012000000010000000200000004ffffffffffffffff',
  );
});

quorum('writes Long.MIN_VALUE for all three numbers of a vote by a server that does not vote', () => {
  const none = '8000000000000000';
  const message: PeerMessage = {
    type: 'notification',
    state: 'looking',
    leader: 0,
    zxid: ZXID_ZERO,
    electionEpoch: 5,
    peerEpoch: toEpoch(0),
  };
  assert.is(
    encode(message).toString('hex'),
    ['00', '00000000', none, none, '0000000000000005', none, '00000002', '00000000'].join(''),
  );
});

quorum('lends the entry of a proposal instead of copying it', () => {
  const encoded = encode({ type: 'packet', stream: 1, packet: { type: 'proposal', zxid, entry: bytes } });
  const message = readPeerMessage(new JuteReader(encoded));
  assert.ok(message.type === 'packet' && message.packet.type === 'proposal');
  assert.ok(message.packet.entry.buffer === encoded.buffer);
});

quorum('refuses what ZooKeeper’s peers would not say', () => {
  const refused = (hex: string, expected: RegExp): void => {
    const error = assert.throws(() => readPeerMessage(new JuteReader(Buffer.from(hex, 'hex'))), JuteError);
    assert.match(error.message, expected);
  };
  const packet = (type: string, zxidHex: string, data: string): string => `0100000001${type}${zxidHex}${data}ffffffff`;
  refused('02', /kind 2/);
  refused(packet('00000009', '0000000000000000', 'ffffffff'), /packet 9 is unknown/);
  refused(packet('00000002', 'ffffffffffffffff', '00000000'), /below 0/);
  refused(packet('00000002', '0000000100000001', 'ffffffff'), /proposal packet carries no data/);
  refused(packet('00000012', '0000000100000001', '00000004fffffffe'), /epoch -2/);
  refused(packet('00000003', '0020000000000000', 'ffffffff'), /2\^53/);
  refused(packet('00000005', '0000000000000000', '0000000100'), /8 bytes wanted/);
  refused('0000000004', /state 4/);
  refused('00000000000000000000000000', /leader outside/);
});

// Every message, cut at every length and with every byte replaced by telling values.
quorum('answers any bytes with a message or a JuteError', () => {
  const attempt = (mangled: Uint8Array): void => {
    try {
      readPeerMessage(new JuteReader(mangled));
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
    }
  };
  for (const message of MESSAGES) {
    const encoded = encode(message);
    for (let length = 0; length < encoded.length; length++) {
      const short = encoded.subarray(0, length);
      assert.throws(() => readPeerMessage(new JuteReader(short)), JuteError);
      for (const value of [0, 1, 0x7f, 0x80, 0xfe, 0xff]) {
        const mangled = Buffer.from(encoded);
        mangled[length] = value;
        attempt(mangled);
      }
    }
  }
});

quorum.run();
