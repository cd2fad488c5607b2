/** Connections over carriers of the test's own: who is let in, and what happens to whoever does not read or finish. */

import { toPeerId } from '../../../../core/ids.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import type { ClientCarrier, ClientSession } from '../../../../runtime/net/client-carrier.ts';
import type { ClientLimits } from '../../../../runtime/replica/clients.ts';
import { ReplicaHost } from '../../../../runtime/replica/replica-host.ts';
import { ReplicaMeters } from '../../../../runtime/replica/replica-meters.ts';
import { openMemoryStorage } from '../../../../runtime/storage/memory-storage.ts';
import { Conversation } from '../../../support/conversation.ts';
import { eventually } from '../../../support/eventually.ts';
import { REPLICA_DEFAULTS } from '../../../support/server-harness.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('replica/clients');

let host: ReplicaHost | null = null;
let lines: string[] = [];

t.after.each(async () => {
  await host?.close();
  host = null;
});

function start(clientLimits: Partial<ClientLimits>): ReplicaHost {
  lines = [];
  const id = toPeerId(1);
  host = new ReplicaHost({
    replica: { ...REPLICA_DEFAULTS, id, voters: [id], observers: [] },
    log: (_level, message) => lines.push(message),
    clientLimits,
    meters: new ReplicaMeters(),
    answerWord: null,
    openStorage: (listener) => {
      const storage = openMemoryStorage({ listener, start: 'first' });
      return { storage, recovered: storage.recover() };
    },
    onRole: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  return host;
}

/** A client that takes nothing: what is sent to it stays queued. */
class MuteCarrier implements ClientCarrier {
  readonly peer: string;
  readonly isRemote: boolean;
  readonly certificate = null;
  readonly isSecure = false;
  queuedBytes = 0;
  sent = 0;
  isEnded = false;
  isDestroyed = false;
  isPaused = false;
  reads = false;

  constructor(peer: string, isRemote = true) {
    this.peer = peer;
    this.isRemote = isRemote;
  }

  send(bytes: Buffer): void {
    this.sent += bytes.length;
    if (!this.reads) this.queuedBytes += bytes.length;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

function come(place: ReplicaHost, address: string, isRemote = true): { carrier: MuteCarrier; session: ClientSession } {
  const carrier = new MuteCarrier(`${address}:1`, isRemote);
  return { carrier, session: place.clients.accept(carrier, address) };
}

function framed(payload: Uint8Array): Buffer {
  const writer = new JuteWriter();
  writer.writeBuffer(payload);
  return Buffer.from(writer.copy());
}

t(
  'one more from an address than maxClientConnections is accepted and hung up on; when one leaves there is room',
  () => {
    const place = start({ maxClientConnections: 2 });
    const guests = [1, 2, 3].map(() => come(place, '10.0.0.1'));
    assert.equal(
      guests.map(({ carrier }) => carrier.isEnded),
      [false, false, true],
    );
    assert.equal(lines, ['refusing the connection of 10.0.0.1:1: 10.0.0.1 has 2 already']);
    assert.not.ok(come(place, '10.0.0.2').carrier.isEnded, 'another address');
    assert.not.ok(come(place, '10.0.0.1', false).carrier.isEnded, 'clients inside the process');
    // The carrier of a refused connection tells of its end, too: it must not count twice.
    guests[2]?.session.onClose();
    assert.ok(come(place, '10.0.0.1').carrier.isEnded);
    guests[0]?.session.onClose();
    assert.not.ok(come(place, '10.0.0.1').carrier.isEnded);
  },
);

t('one more altogether than maxConnections is hung up on, wherever it comes from', () => {
  const place = start({ maxConnections: 2 });
  const ended = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => come(place, address).carrier.isEnded);
  assert.equal(ended, [false, false, true]);
  assert.equal(lines, ['refusing the connection of 10.0.0.3:1: there are 2 already']);
});

t('0 means no limit', () => {
  const place = start({ maxClientConnections: 0, maxConnections: 0 });
  for (let count = 0; count < 200; count++) assert.not.ok(come(place, '10.0.0.1').carrier.isEnded);
});

t('whoever leaves watch events unread is hung up on at maxUnreadBytes, and named in the log', async () => {
  const place = start({ maxUnreadBytes: 1 << 20 });
  const watcher = come(place, '10.0.0.1');
  const writer = come(place, '10.0.0.2');
  writer.carrier.reads = true;
  const conversations = { watcher: new Conversation(), writer: new Conversation() };
  watcher.session.onChunk(framed(conversations.watcher.connectRequest()));
  writer.session.onChunk(framed(conversations.writer.connectRequest()));
  await eventually(() => watcher.carrier.sent > 0 && writer.carrier.sent > 0);
  watcher.session.onChunk(framed(conversations.watcher.request({ op: 'addWatch', path: '/', mode: 1 })));
  const path = `/${'n'.repeat(10_000)}`;
  for (let count = 0; count < 100 && !watcher.carrier.isDestroyed; count++) {
    const before = writer.carrier.sent;
    writer.session.onChunk(framed(conversations.writer.request({ op: 'create', path })));
    writer.session.onChunk(framed(conversations.writer.request({ op: 'delete', path })));
    await eventually(() => writer.carrier.sent >= before + 40);
  }
  assert.ok(watcher.carrier.isDestroyed);
  assert.ok(watcher.carrier.sent < (1 << 20) + 50_000);
  assert.equal(lines, ['closing the connection of 10.0.0.1:1: it does not read its replies']);
});

t('large requests that come in part are bounded together; small ones and whole ones are not concerned', () => {
  const place = start({ largeRequestThreshold: 1000, largeRequestMaxBytes: 10_000 });
  const part = Buffer.concat([Buffer.from([0, 0, 0x80, 0]), Buffer.alloc(6000)]);
  const [first, second, third] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => come(place, address));
  first?.session.onChunk(part);
  third?.session.onChunk(part.subarray(0, 900));
  second?.session.onChunk(part);
  assert.equal(
    [first, second, third].map((guest) => guest?.carrier.isEnded),
    [false, true, false],
  );
  assert.equal(lines, ['closing the connection of 10.0.0.2:1: too many large requests are under way already']);
  first?.session.onClose();
  const next = come(place, '10.0.0.4');
  next.session.onChunk(part);
  assert.not.ok(next.carrier.isEnded, 'what left weighs no more');
});

t('an unknown operation ends the connection once what was written for it has left', async () => {
  const place = start({});
  const guest = come(place, '10.0.0.1');
  const conversation = new Conversation();
  guest.session.onChunk(framed(conversation.connectRequest()));
  await eventually(() => guest.carrier.sent > 0);
  const writer = new JuteWriter();
  writer.writeInt(1);
  writer.writeInt(OpCode.check);
  guest.session.onChunk(framed(writer.copy()));
  await eventually(() => guest.carrier.isEnded);
});

t.run();
