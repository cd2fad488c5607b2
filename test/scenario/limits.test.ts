/** What a replica bears of its clients together, and what it does at each bound (zookeeper-facts 10.5). */
import type { ServerLimits } from '../../core/server/connections/limits.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const limits = suite('scenario/limits');

const SEQUENTIAL = 2;
const LARGE = 'x'.repeat(150);

/** One server whose disk is slow: what is asked stays unanswered until `release`. */
function slow(limits: Partial<ServerLimits>): { readonly world: World; release(): void } {
  const world = new World({ limits });
  return {
    world,
    release() {
      world.machine(1).holdsSync = false;
      world.settle();
    },
  };
}

function clientsOf(world: World, count: number): TestClient[] {
  const clients = Array.from({ length: count }, () => world.client(1, { timeoutMs: 20_000 }));
  world.machine(1).holdsSync = true;
  return clients;
}

function create(world: World, client: TestClient | undefined, path: string): void {
  client?.send({ op: 'create', path });
  world.settle();
}

limits('above globalOutstandingLimit only those that wait for nothing are read from; nobody is refused', () => {
  const { world, release } = slow({ globalOutstandingLimit: 3 });
  const clients = clientsOf(world, 3);
  const [first, second] = clients;
  const saturated = (): boolean[] => clients.map(({ connection }) => connection.isSaturated);
  for (const path of ['/a', '/b', '/c']) create(world, first, path);
  assert.equal(saturated(), [false, false, false]);
  create(world, second, '/d');
  assert.equal(saturated(), [true, true, false]);
  release();
  assert.equal(saturated(), [false, false, false]);
  assert.is(first?.take(), '#1 create 1:4 /a\n#2 create 1:5 /b\n#3 create 1:6 /c');
  assert.is(second?.take(), '#1 create 1:7 /d');
});

limits('what a client that left had waiting weighs no more', () => {
  const { world } = slow({ globalOutstandingLimit: 1 });
  const [first, second] = clientsOf(world, 2);
  for (const path of ['/a', '/b']) create(world, first, path);
  assert.ok(first?.connection.isSaturated);
  if (first !== undefined) world.replica(1).onDisconnect(first.connection);
  create(world, second, '/c');
  assert.not.ok(second?.connection.isSaturated);
});

limits('the replicas of an ensemble share the limit as in ZooKeeper: one part for each voter but one', () => {
  const world = new World({ voters: 3, limits: { globalOutstandingLimit: 4 } });
  const client = world.client(world.follower);
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
  for (const path of ['/a', '/b']) create(world, client, path);
  assert.not.ok(client.connection.isSaturated);
  create(world, client, '/c');
  assert.ok(client.connection.isSaturated);
});

limits('above requestThrottleLimit requests wait for their turn, in the order in which they came', () => {
  const { world, release } = slow({ requestThrottleLimit: 1 });
  const [first, second] = clientsOf(world, 2);
  create(world, first, '/a');
  create(world, second, '/b');
  second?.send({ op: 'sync', path: '/' });
  second?.send({ op: 'exists', path: '/b' });
  create(world, first, '/c');
  release();
  assert.is(first?.take(), '#1 create 1:3 /a\n#2 create 1:5 /c');
  assert.match(second?.take() ?? '', /^#1 create 1:4 \/b\n#2 sync 1:4 \/\n#3 exists 1:\d \{/);
});

limits('who waited longer than throttledOpWaitMs is refused with -127, in turn; the end of a session is not', () => {
  const { world, release } = slow({ requestThrottleLimit: 1, throttledOpWaitMs: 300 });
  const [first, second, third] = clientsOf(world, 3);
  create(world, first, '/a');
  create(world, second, '/b');
  second?.send({ op: 'exists', path: '/b' });
  third?.send({ op: 'closeSession' });
  world.advance(400);
  create(world, first, '/c');
  release();
  assert.is(third?.take(), '#1 closeSession 1:5\nclosed');
  assert.match(second?.take() ?? '', /^#1 create 1:\d THROTTLED_OP\n#2 exists 1:\d NO_NODE$/);
  assert.is(first?.take(), '#1 create 1:4 /a\n#2 create 1:6 /c');
});

limits('requests that wait for their turn are carried out once each when the leader changes', () => {
  const world = new World({ voters: 3, limits: { requestThrottleLimit: 2 } });
  const { leader, follower } = world;
  const client = world.client(follower);
  create(world, client, '/log');
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
  for (let count = 0; count < 6; count++) client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.settle();
  world.kill(leader);
  for (const id of [1, 2, 3]) if (id !== leader) world.machine(id).holdsSync = false;
  world.advance(1000);
  const { tree } = world.replica(follower);
  assert.is(tree.childNames(tree.find('/log')).length, 6);
  assert.is(client.take().split('\n').length, 7);
});

limits(
  'large requests that wait are bounded together: one too many ends its connection, small ones are not concerned',
  () => {
    const { world, release } = slow({ largeRequestThreshold: 100, largeRequestMaxBytes: 300 });
    const [first, second] = clientsOf(world, 2);
    first?.send({ op: 'create', path: '/a', data: LARGE });
    second?.send({ op: 'create', path: '/small' });
    second?.send({ op: 'create', path: '/b', data: LARGE });
    world.settle();
    assert.is(second?.take(), 'closed');
    assert.is(second?.connection.fault, 'too many large requests wait already');
    release();
    assert.is(first?.take(), '#1 create 1:3 /a');
    first?.send({ op: 'create', path: '/c', data: LARGE });
    world.settle();
    assert.match(first?.take() ?? '', /\/c$/);
  },
);

limits('handshakes beyond the tokens are hung up on until there are tokens again', () => {
  const world = new World({ limits: { connectionThrottleTokens: 2, connectionThrottleFillTimeMs: 100 } });
  const come = (): string => world.connect(1).take();
  assert.equal([come(), come(), come()], ['connected 10000', 'connected 10000', 'closed']);
  world.advance(100);
  assert.equal([come(), come()], ['connected 10000', 'closed']);
  world.advance(10_000);
  assert.equal([come(), come(), come()], ['connected 10000', 'connected 10000', 'closed']);
});

limits.run();
