/**
 * What Apache ZooKeeper 3.9.5 sends and receives, byte for byte (zookeeper-facts, appendix A), played against a replica.
 * Only what belongs to a run is left open: session id and password, times, and the epoch, which is 0 on Apache's
 * standalone server and at least 1 here.
 */
import { zookeeperPassword } from '../../core/server/sessions/session-password.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const golden = suite('scenario/golden-bytes');

const CONNECT =
  '0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 00000000000000000000000000000000 00';

interface Exchange {
  readonly claim: string;
  readonly request: string;
  /** Zxids stand as `z` and the counter, times as `time`. */
  readonly replies: readonly string[];
}

const EXCHANGES: readonly Exchange[] = [
  {
    claim: 'exists on a missing znode, with a watch',
    request: '0000000f 00000001 00000003 000000022f61 01',
    replies: ['00000010 00000001 z00000001 ffffff9b'],
  },
  {
    claim: 'create: the event first, then the reply',
    request:
      '00000033 00000002 00000001 000000022f61 000000026869 00000001 0000001f 00000005776f726c64 00000006616e796f6e65 00000000',
    replies: [
      '0000001e ffffffff z00000002 00000000 00000001 00000003 000000022f61',
      '00000016 00000002 z00000002 00000000 000000022f61',
    ],
  },
  {
    claim: 'ping',
    request: '00000008 fffffffe 0000000b',
    replies: ['00000010 fffffffe z00000002 00000000'],
  },
  {
    claim: 'a multi of which the second op fails',
    request:
      '0000004a 00000003 0000000e 0000000d00ffffffff 000000022f61 00000000 0000000200ffffffff 000000022f62 ffffffff 0000000200ffffffff 000000022f61 ffffffff ffffffff01ffffffff',
    replies: [
      '00000040 00000003 z00000003 00000000 ffffffff0000000000 00000000 ffffffff00ffffff9b ffffff9b ffffffff00fffffffe fffffffe ffffffff01ffffffff',
    ],
  },
  {
    claim: 'setData answers with the Stat',
    request: '00000017 00000004 00000005 000000022f61 0000000178 00000000',
    replies: [
      '00000054 00000004 z00000004 00000000 z00000002 z00000004 time time 00000001 00000000 00000000 0000000000000000 00000001 00000000 z00000002',
    ],
  },
  {
    claim: 'close',
    request: '00000008 00000005 fffffff5',
    replies: ['00000010 00000005 z00000005 00000000'],
  },
];

function payloadOf(frame: string): Uint8Array {
  return Buffer.from(frame.replaceAll(' ', '').slice(8), 'hex');
}

function pattern(frame: string): RegExp {
  const bytes = frame.replaceAll('z', '00000001').replaceAll('time', '000001[0-9a-f]{10}').replaceAll(' ', '');
  return new RegExp(`^${bytes}$`);
}

/** What has come since the frame number `from`, with its length prefix, in hex. */
function hexSince(client: TestClient, from: number): string[] {
  return client.frames.slice(from).map((payload) => {
    const length = payload.length.toString(16).padStart(8, '0');
    return length + Buffer.from(payload).toString('hex');
  });
}

golden('every answer has the bytes of Apache ZooKeeper 3.9.5', () => {
  const world = new World();
  const client = world.open(1);
  client.sendPayload(payloadOf(CONNECT));
  world.settle();
  const password = Buffer.from(zookeeperPassword(client.session)).toString('hex');
  const [greeting = ''] = hexSince(client, 0);
  assert.match(greeting, pattern(`00000025 00000000 00002710 [0-9a-f]{16} 00000010 ${password} 00`));
  for (const { claim, request, replies } of EXCHANGES) {
    const from = client.frames.length;
    client.sendPayload(payloadOf(request));
    world.settle();
    const got = hexSince(client, from);
    assert.is(got.length, replies.length, claim);
    for (const [index, reply] of replies.entries()) assert.match(got[index] ?? '', pattern(reply), claim);
  }
  assert.ok(client.isClosed, 'the connection ends after the answer to close');
});

golden.run();
