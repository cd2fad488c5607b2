/** multi (zookeeper-facts 3.3): all or nothing, and exactly these results. */
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const multi = suite('scenario/multi');

const EPHEMERAL = 1;
const SEQUENTIAL = 2;

function answer(...requests: Request[]): string {
  const world = new World();
  const client = world.client(1);
  for (const request of requests) client.send(request);
  world.settle();
  return client.take();
}

multi('the ops see each other and share one zxid', () => {
  assert.is(
    answer({
      op: 'multi',
      ops: [
        { op: 'create', path: '/a', data: 'x' },
        { op: 'create2', path: '/a/b' },
        { op: 'create', path: '/a/', flags: SEQUENTIAL },
        { op: 'create', path: '/a/', flags: SEQUENTIAL },
        { op: 'check', path: '/a', version: 0 },
        { op: 'setData', path: '/a', data: 'xyz', version: 0 },
        { op: 'delete', path: '/a/b', version: 0 },
      ],
    }),
    `#1 multi 1:2 [${[
      'create /a',
      'create2 /a/b {v0 c0 a0 1:2 1:2 1:2 len0 kids0}',
      'create /a/0000000001',
      'create /a/0000000002',
      'check',
      'setData {v1 c3 a0 1:2 1:2 1:2 len3 kids3}',
      'delete',
    ].join(' | ')}]`,
  );
});

multi('a failed one changes nothing: 0 before the failure, its code, -2 after it', () => {
  assert.is(
    answer(
      { op: 'create', path: '/a' },
      {
        op: 'multi',
        ops: [
          { op: 'create', path: '/b' },
          { op: 'check', path: '/a', version: 0 },
          { op: 'delete', path: '/a', version: 5 },
          { op: 'create', path: '/c' },
          { op: 'delete', path: '/nothing' },
        ],
      },
      { op: 'getChildren', path: '/' },
      { op: 'create', path: '/', flags: SEQUENTIAL },
    ),
    [
      '#1 create 1:2 /a',
      '#2 multi 1:3 [OK | OK | BAD_VERSION | RUNTIME_INCONSISTENCY | RUNTIME_INCONSISTENCY]',
      '#3 getChildren 1:3 [a zookeeper]',
      // Not even a number of the sequence is used up: "a" is the first child that the root was given.
      '#4 create 1:4 /0000000001',
    ].join('\n'),
  );
});

multi('an empty one is legal and takes a zxid', () => {
  assert.is(answer({ op: 'multi', ops: [] }, { op: 'ping' }), '#1 multi 1:2 []\nping 1:2');
});

multi('an op that cannot be part of it makes the whole request undecodable, which takes a zxid', () => {
  const nested = { op: 'raw', opCode: 14, body: Uint8Array.from([0, 0, 0, 14, 0, 255, 255, 255, 255]) } as const;
  assert.is(answer(nested, { op: 'ping' }), '#1 op14 1:2 MARSHALLING_ERROR\nping 1:2');
});

multi('a flag that is no create mode makes the whole request undecodable', () => {
  for (const flags of [-1, 7]) {
    const request: Request = { op: 'multi', ops: [{ op: 'create', path: '/a', flags }] };
    assert.is(answer(request), '#1 multi 1:2 MARSHALLING_ERROR');
  }
});

multi('its events fire in the order of its ops, each with its zxid, and a failed one fires none', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'exists', path: '/a', watch: true });
  client.send({ op: 'exists', path: '/b', watch: true });
  client.send({ op: 'getChildren', path: '/', watch: true });
  client.send({
    op: 'multi',
    ops: [
      { op: 'create', path: '/a' },
      { op: 'delete', path: '/nothing' },
    ],
  });
  world.settle();
  assert.match(client.take(), /#4 multi 1:2 \[OK \| NO_NODE\]$/);
  client.send({
    op: 'multi',
    ops: [
      { op: 'create', path: '/b' },
      { op: 'create', path: '/a' },
      { op: 'setData', path: '/b' },
    ],
  });
  world.settle();
  assert.match(client.take(), /^event created \/b 1:3\nevent children \/ 1:3\nevent created \/a 1:3\n#5 multi 1:3/);
});

multi('an ephemeral created in one belongs to the session', () => {
  const world = new World();
  const [client, other] = [world.client(1), world.client(1)];
  client.send({ op: 'multi', ops: [{ op: 'create', path: '/e', flags: EPHEMERAL }] });
  client.send({ op: 'closeSession' });
  other.send({ op: 'exists', path: '/e' });
  world.settle();
  assert.is(other.take(), '#1 exists 1:2 NO_NODE');
  other.send({ op: 'exists', path: '/e' });
  world.settle();
  assert.is(other.take(), '#2 exists 1:4 NO_NODE');
});

multi('a failed one leaves nothing behind that a later request could trip over', () => {
  const world = new World();
  const client = world.client(1);
  world.machine(1).holdsSync = true;
  client.send({
    op: 'multi',
    ops: [
      { op: 'create', path: '/a' },
      { op: 'create', path: '/a/b', flags: EPHEMERAL },
      { op: 'delete', path: '/nothing' },
    ],
  });
  client.send({ op: 'create', path: '/a/b' });
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'delete', path: '/a' });
  client.send({ op: 'closeSession' });
  world.settle();
  world.machine(1).holdsSync = false;
  world.settle();
  assert.is(
    client.take(),
    [
      '#1 multi 1:2 [OK | OK | NO_NODE]',
      '#2 create 1:3 NO_NODE',
      '#3 create 1:4 /a',
      '#4 delete 1:5',
      '#5 closeSession 1:6',
      'closed',
    ].join('\n'),
  );
});

multi.run();
