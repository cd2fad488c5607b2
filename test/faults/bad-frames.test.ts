/**
 * What a client must never send: the connection that says it is closed and named in the log, and nobody else notices. The
 * neighbour is a client of the same replica that writes all the time and must not lose its connection once.
 */
import { OpCode } from '../../core/jute/op-code.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { writeWatchableRequest } from '../../core/jute/request.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';

const t = suite('faults/bad frames', { timeoutMs: 60_000 });
const directory = makeTemporaryDirectory('bad-frames');

interface Scene {
  readonly threadkeeper: ThreadkeeperProcess;
  readonly port: number;
  readonly neighbour: ObservableClient;
  readonly writer: RecordedWriter;
  readonly states: string[];
}

let scene: Scene | null = null;
let opened: RawConnection[] = [];

t.before(async () => {
  const threadkeeper = await startThreadkeeper(['--no-pipelines', '--in-memory'], {
    cwd: directory.path,
    env: { THREADKEEPER_CLIENT_PORT: '0' },
  });
  const [port = 0] = threadkeeper.clientPorts;
  const neighbour = connect(`127.0.0.1:${port}`);
  const writer = new RecordedWriter({ client: neighbour, root: '/neighbour', lanes: 1, pauseMs: 5 });
  await writer.start();
  const states: string[] = [];
  neighbour.onState((state) => states.push(state));
  scene = { threadkeeper, port, neighbour, writer, states };
});

t.after(async () => {
  await scene?.writer.stop();
  await scene?.writer.check(scene.neighbour);
  await scene?.neighbour.close();
  await scene?.threadkeeper.signal('SIGTERM');
  directory.remove();
});

// Whatever a test has sent: the neighbour goes on as if nothing had been.
t.after.each(async () => {
  for (const connection of opened) connection.close();
  opened = [];
  const { writer, states } = onScene();
  const before = writer.acknowledged;
  await eventually(() => writer.acknowledged > before + 5);
  assert.equal([states, writer.unanswered], [[], 0]);
});

function onScene(): Scene {
  assert.ok(scene, 'the suite has not started its server');
  return scene;
}

async function open(): Promise<RawConnection> {
  const connection = await RawConnection.open(onScene().port);
  opened.push(connection);
  return connection;
}

async function openSession(): Promise<RawConnection> {
  const connection = await RawConnection.withSession(onScene().port);
  opened.push(connection);
  return connection;
}

function intBytes(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, index * 4);
  return bytes;
}

async function assertClosedAndLogged(connection: RawConnection, reason: RegExp): Promise<void> {
  await connection.closed;
  const peer = `127.0.0.1:${connection.localPort}`;
  const lines = () =>
    onScene()
      .threadkeeper.stderr.split('\n')
      .filter((text) => text.includes(peer));
  await eventually(() => lines().length > 0);
  assert.match(lines().join('\n'), reason);
  assert.match(lines().join('\n'), / WARN +\[replica 1\] closing the connection of /);
}

t('a frame larger than the bound closes the connection, and is logged with the peer', async () => {
  const connection = await openSession();
  connection.send(intBytes(2_000_000));
  await assertClosedAndLogged(connection, /a frame claims 2000000 bytes, allowed are 0 to 1048575/);
});

t('a negative length', async () => {
  const connection = await openSession();
  connection.send(intBytes(-1));
  await assertClosedAndLogged(connection, /a frame claims -1 bytes/);
});

t('an oversized first frame', async () => {
  const connection = await open();
  connection.send(intBytes(0x7fff_ffff));
  await assertClosedAndLogged(connection, /a frame claims 2147483647 bytes/);
});

t('a handshake that does not decode', async () => {
  const connection = await open();
  connection.send(intBytes(8, 1, 2));
  await assertClosedAndLogged(connection, /does not decode/);
});

t('a request without a whole header', async () => {
  const connection = await openSession();
  connection.send(intBytes(4, 7));
  await assertClosedAndLogged(connection, /does not decode/);
});

t('an empty frame', async () => {
  const connection = await openSession();
  connection.send(intBytes(0));
  await assertClosedAndLogged(connection, /does not decode/);
});

t('an operation that nobody knows is answered as ZooKeeper does, with -6, and closes the connection', async () => {
  const connection = await openSession();
  connection.send(intBytes(8, 5, 4711));
  await connection.closed;
  assert.equal(replyOf(connection.frames[1]), { xid: 5, error: -6 });
});

t('a body that does not decode is answered with -5, and the connection lives on', async () => {
  const connection = await openSession();
  connection.send(intBytes(12, 1, OpCode.create, 1000));
  connection.send(intBytes(12, 2, OpCode.getData, -7));
  connection.sendFrame(
    requestOf(3, OpCode.exists, (writer) => writeWatchableRequest(writer, { path: '/', watch: false })),
  );
  const frames = await connection.untilFrames(4);
  assert.equal(frames.slice(1).map(replyOf), [
    { xid: 1, error: -5 },
    { xid: 2, error: -5 },
    { xid: 3, error: 0 },
  ]);
  assert.not(connection.isClosed);
});

t('half a frame, then silence, then the end', async () => {
  const connection = await openSession();
  connection.send(intBytes(100, 1, OpCode.create));
  connection.close();
  await connection.closed;
});

t('connections that say nothing at all', async () => {
  for (let count = 0; count < 20; count++) await open();
});

t('bytes without sense, in any number of pieces', async () => {
  // A fixed sequence, so that a failure can be seen again.
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fff_ffff;
    return state >> 8;
  };
  for (let round = 0; round < 30; round++) {
    const connection = round % 2 === 0 ? await open() : await openSession();
    for (let piece = 0; piece < 5; piece++)
      connection.send(Buffer.from(Array.from({ length: 1 + (next() % 400) }, next)));
    connection.close();
    await connection.closed;
  }
});

t('a request of another kind in the middle of a frame boundary, byte by byte, is put together', async () => {
  const connection = await openSession();
  const bytes = Buffer.concat([intBytes(18, 9, OpCode.exists, 5), Buffer.from('/none'), Buffer.from([0])]);
  for (const byte of bytes) {
    connection.send(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [, reply] = await connection.untilFrames(2);
  assert.equal(replyOf(reply), { xid: 9, error: -101 });
});

t('a client that asks for gigabytes and reads nothing is served no further, and all of it once it reads', async () => {
  const { neighbour } = onScene();
  await neighbour.create('/large', Buffer.alloc(1_000_000, 'x'));
  const connection = await openSession();
  connection.pause();
  const asked = 2000;
  for (let xid = 1; xid <= asked; xid++) connection.sendFrame(requestOf(xid, OpCode.getData, largeRead));
  const before = onScene().writer.acknowledged;
  await eventually(() => onScene().writer.acknowledged > before + 20);
  connection.resume();
  const read = 40;
  const frames = await connection.untilFrames(1 + read);
  assert.equal(
    frames.slice(1, 1 + read).map((frame) => replyOf(frame).xid),
    Array.from({ length: read }, (_, index) => index + 1),
  );
  connection.close();
  await neighbour.delete('/large');
});

function largeRead(writer: JuteWriter): void {
  writeWatchableRequest(writer, { path: '/large', watch: false });
}

function requestOf(xid: number, opCode: number, writeBody: (writer: JuteWriter) => void): (writer: JuteWriter) => void {
  return (writer) => {
    writer.writeInt(xid);
    writer.writeInt(opCode);
    writeBody(writer);
  };
}

function replyOf(frame: Buffer | undefined): { xid: number; error: number } {
  assert.ok(frame, 'no answer');
  const reader = new JuteReader().reset(frame);
  const xid = reader.readInt();
  reader.readLong();
  return { xid, error: reader.readInt() };
}

t.run();
