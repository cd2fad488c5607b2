/**
 * What an enemy does at a client port, one connection after the other. Each attack is made of cases (frames, connections,
 * chunks) and ends by itself; it waits for nothing that the server might refuse to say.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Prng } from '../simulation/prng.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { handshake } from './handshake.ts';
import { mutate, randomBytes } from './mutation.ts';
import { REQUEST_SAMPLES } from './requests.ts';

/** @returns the number of cases */
export type Attack = (prng: Prng, port: number) => Promise<number>;

const FOUR_LETTERS = ['ruok', 'RUOK', 'stat', 'mntr', 'envi', 'isro', 'kill', 'srvr', 'cons', 'wchp', 'ruo', 'conf'];
const STRANGERS = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'SSH-2.0-x\r\n',
  '\n',
];
const BAD_LENGTHS = [-1, -0x8000_0000, 0x7fff_ffff, 0x0010_0000, 2_000_000];
const HANDSHAKES = [handshake()];
const AUTH = 100;
const SASL = 102;
const FLOOD = 60;

const garbage: Attack = async (prng, port) => {
  const connection = await RawConnection.open(port);
  const pieces = prng.between(1, 6);
  for (let count = 0; count < pieces; count++) {
    connection.send(randomBytes(prng, prng.between(1, 400)));
    if (prng.chance(0.3)) await nextTurn();
  }
  return leave(connection, pieces);
};

const badLengths: Attack = async (prng, port) => {
  const connection = await (prng.chance(0.5) ? RawConnection.open(port) : RawConnection.withSession(port));
  const length = Buffer.alloc(4);
  length.writeInt32BE(prng.pick(BAD_LENGTHS));
  connection.send(length);
  connection.send(randomBytes(prng, prng.below(5000)));
  return leave(connection, 1);
};

/** As long as the longest frame may be, and then not what it should be. */
const hugeFrame: Attack = async (prng, port) => {
  const connection = await (prng.chance(0.5) ? RawConnection.open(port) : RawConnection.withSession(port));
  connection.sendFrame((writer) => writer.writeBytes(Buffer.alloc(1_000_000, prng.below(256))));
  return leave(connection, 1);
};

const halfHandshake: Attack = async (prng, port) => {
  const connection = await RawConnection.open(port);
  const whole = framed(handshake());
  connection.send(whole.subarray(0, prng.below(whole.length)));
  await nextTurn();
  return leave(connection, 1);
};

const badHandshake: Attack = async (prng, port) => {
  const connection = await RawConnection.open(port);
  connection.send(framed(mutate(prng, HANDSHAKES)));
  // Sent ahead of an answer that may never come.
  connection.send(framed(mutate(prng, REQUEST_SAMPLES)));
  await nextTurn();
  return leave(connection, 2);
};

const byteByByte: Attack = async (prng, port) => {
  const connection = await RawConnection.withSession(port);
  const bytes = framed(mutate(prng, REQUEST_SAMPLES)).subarray(0, 100);
  for (const byte of bytes) {
    connection.send(Uint8Array.of(byte));
    await nextTurn();
  }
  return leave(connection, 1);
};

const badRequests: Attack = async (prng, port) => {
  const connection = await RawConnection.withSession(port);
  const count = prng.between(10, 120);
  const payloads = Array.from({ length: count }, () => framed(mutate(prng, REQUEST_SAMPLES)));
  if (prng.chance(0.5)) connection.send(Buffer.concat(payloads));
  else {
    for (const payload of payloads) {
      connection.send(payload);
      if (prng.chance(0.1)) await nextTurn();
    }
  }
  return leave(connection, count);
};

const badCredentials: Attack = async (prng, port) => {
  const connection = await RawConnection.withSession(port);
  const count = prng.between(1, 10);
  for (let done = 0; done < count; done++) {
    const isSasl = prng.chance(0.4);
    connection.sendFrame((writer) => {
      writer.writeInt(-4);
      writer.writeInt(isSasl ? SASL : AUTH);
      if (!isSasl) {
        writer.writeInt(prng.next() | 0);
        writer.writeString(prng.pick([null, '', 'digest', 'ip', 'x509', 'sasl', 'super', 'world', 'e'.repeat(500)]));
      }
      writer.writeBuffer(prng.pick([null, randomBytes(prng, prng.below(300)), Buffer.from('user:password')]));
    });
  }
  return leave(connection, count);
};

const lookalikes: Attack = async (prng, port) => {
  const connection = await RawConnection.open(port);
  const text = prng.pick([...FOUR_LETTERS, ...STRANGERS]);
  connection.send(Buffer.from(prng.chance(0.3) ? text + text : text, 'latin1'));
  if (prng.chance(0.3)) connection.send(randomBytes(prng, prng.below(50)));
  await nextTurn();
  return leave(connection, 1);
};

const flood: Attack = async (prng, port) => {
  const count = prng.between(FLOOD / 2, FLOOD);
  const connections = await Promise.all(Array.from({ length: count }, () => RawConnection.open(port)));
  for (const connection of connections) if (prng.chance(0.5)) connection.send(framed(handshake()).subarray(0, 7));
  await Promise.all(connections.map((connection) => leave(connection, 1)));
  return count;
};

export const ATTACKS: Readonly<Record<string, Attack>> = {
  garbage,
  badLengths,
  hugeFrame,
  halfHandshake,
  badHandshake,
  byteByByte,
  badRequests,
  badCredentials,
  lookalikes,
  flood,
};

/** How often each is chosen: what makes many cases of one connection comes often. */
export const WEIGHTED: readonly Attack[] = Object.entries(ATTACKS).flatMap(([name, attack]) => {
  const weight = name === 'badRequests' ? 20 : name === 'hugeFrame' || name === 'flood' ? 1 : 3;
  return Array.from({ length: weight }, () => attack);
});

async function leave(connection: RawConnection, cases: number): Promise<number> {
  connection.close();
  await connection.closed;
  return cases;
}

function framed(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}
