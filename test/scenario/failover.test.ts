/** Connections outlive a change of leader (core/server/client-desk.ts): what their clients are told, and what happens once. */
import { formatZxid } from '../../core/zxid.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const failover = suite('scenario/failover');

interface Stalled {
  readonly world: World;
  readonly leader: number;
  readonly follower: number;
  /** Both at the follower. */
  readonly client: TestClient;
  readonly idle: TestClient;
}

/** Three replicas and two clients; nothing that is written from now on becomes durable. */
function stalled(): Stalled {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(follower);
  client.send({ op: 'create', path: '/log' });
  const idle = world.client(follower);
  client.take();
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
  return { world, client, idle, leader, follower };
}

function resume(world: World, without: number): void {
  for (const id of [1, 2, 3]) if (id !== without) world.machine(id).holdsSync = false;
  world.settle();
  world.advance(1000);
}

function entries(world: World, id: number): string[] {
  const { tree } = world.replica(id);
  return tree.childNames(tree.find('/log'));
}

const SEQUENTIAL = 2;

failover('a write that reached the new leader is answered once and not repeated', () => {
  const { world, client, leader, follower } = stalled();
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.settle();
  world.kill(leader);
  resume(world, leader);
  assert.is(client.take(), '#2 create 1:4 /log/0000000000');
  assert.equal(entries(world, follower), ['0000000000']);
});

failover('a write that died with the old leader is submitted to the new one, once', () => {
  const { world, client, leader, follower } = stalled();
  for (const id of [1, 2, 3]) if (id !== leader) world.hold(leader, id);
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.settle();
  world.kill(leader);
  resume(world, leader);
  assert.is(client.take(), '#2 create 2:1 /log/0000000000');
  assert.equal(entries(world, follower), ['0000000000']);
});

failover('pipelined requests keep their order when only the first of them reached the new leader', () => {
  const { world, client, leader, follower } = stalled();
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.settle();
  world.hold(follower, leader);
  client.send({ op: 'getChildren', path: '/log' });
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  client.send({ op: 'sync', path: '/log' });
  client.send({ op: 'getChildren', path: '/log' });
  client.send({ op: 'ping' });
  world.settle();
  world.kill(leader);
  resume(world, leader);
  assert.is(
    client.take(),
    [
      '#2 create 1:4 /log/0000000000',
      '#3 getChildren 1:4 [0000000000]',
      '#4 create 2:1 /log/0000000001',
      '#5 sync 2:1 /log',
      '#6 getChildren 2:1 [0000000000 0000000001]',
      'ping 2:1',
    ].join('\n'),
  );
});

failover('requests that arrive while there is no leader wait for one', () => {
  const world = new World({ voters: 3 });
  const client = world.client(world.follower);
  world.kill(world.leader);
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'exists', path: '/a' });
  world.advance(1000);
  assert.is(client.take(), '#1 create 2:1 /a\n#2 exists 2:1 {v0 c0 a0 2:1 2:1 2:1 len0 kids0}');
});

failover('without a leader in time clients are hung up on, and later ones are not served', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(follower);
  const other = [1, 2, 3].find((id) => id !== leader && id !== follower) ?? 0;
  world.kill(leader);
  world.kill(other);
  client.send({ op: 'create', path: '/a' });
  world.advance(2900);
  assert.is(client.take(), '');
  world.advance(300);
  assert.is(client.take(), 'closed');
  assert.is(world.connect(follower).take(), 'closed');
});

failover('a follower that rejoins the same leader does not submit a second time what may be under way there', () => {
  const { world, client, idle, leader, follower } = stalled();
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.settle();
  world.cut(follower, leader);
  world.mend(follower, leader);
  resume(world, 0);
  world.advance(1000);
  assert.equal(entries(world, follower), ['0000000000']);
  // Whether it happened cannot be told here, so the client learns by the lost connection that it must look.
  assert.is(client.take(), 'closed');
  idle.send({ op: 'ping' });
  world.settle();
  assert.is(idle.take(), 'ping 1:4', 'who waited for nothing stays connected');
});

failover('an observer that rejoins the same leader does not submit a second time what is under way there', () => {
  const world = new World({ voters: 3, observers: 1 });
  const { leader } = world;
  const client = world.client(4);
  client.send({ op: 'create', path: '/log' });
  world.settle();
  client.take();
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.settle();
  world.cut(4, leader);
  world.mend(4, leader);
  world.advance(1000);
  resume(world, 0);
  assert.equal(entries(world, 4), ['0000000000']);
  assert.is(client.take(), 'closed');
});

failover('an observer that rejoins the same leader does not ask it a second time to begin a session', () => {
  const world = new World({ voters: 3, observers: 1 });
  const { leader } = world;
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
  const client = world.connect(4);
  world.settle();
  world.cut(4, leader);
  world.mend(4, leader);
  world.advance(1000);
  resume(world, 0);
  assert.is(client.take(), 'closed');
  const last = world.replica(leader).tree.lastProcessedZxid;
  assert.is(formatZxid(last), '0x100000001', 'one session has begun');
});

failover('requests sent before the answer to a re-attach are submitted once where their replica comes to lead', () => {
  const world = new World({ voters: 3 });
  const first = world.client(3);
  first.send({ op: 'create', path: '/log' });
  world.settle();
  // Of equal histories the larger id wins.
  for (const id of [1, 2]) world.kill(id);
  const client = world.open(3).connect({ session: first.session, password: first.password });
  client.send({ op: 'create', path: '/log/', flags: SEQUENTIAL });
  world.start(2);
  world.advance(1000);
  assert.is(world.leader, 3);
  // The first txn of the epoch says where the session is.
  assert.is(client.take(), 'connected 10000\n#1 create 2:2 /log/0000000000');
  assert.equal(entries(world, 3), ['0000000000']);
});

failover('a session created while there is no leader is established by the next one', () => {
  const world = new World({ voters: 3 });
  for (const id of [1, 2]) world.kill(id);
  const client = world.connect(3);
  assert.is(client.take(), '');
  world.start(1);
  world.advance(1000);
  assert.is(client.take(), 'connected 10000');
});

failover('a held write is not carried out after its session has gone on at another server', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const old = world.client(follower);
  old.send({ op: 'create', path: '/log' });
  world.settle();
  world.isolate(follower);
  old.send({ op: 'create', path: '/log/stale' });
  // The client gives this server up; of that the server hears nothing.
  const moved = world.reconnect(old, leader);
  moved.send({ op: 'create', path: '/log/fresh' });
  world.settle();
  assert.match(moved.take(), /connected 10000\n#1 create .* \/log\/fresh/);
  // A change of leader, in which it is forgotten who owns the session.
  world.kill(leader);
  world.mend(1, 2);
  world.mend(2, 3);
  world.mend(1, 3);
  world.advance(1500);
  assert.equal(entries(world, follower), ['fresh']);
  assert.match(old.take(), /closed$/);
});

failover(
  'a write still on its way to the old server is not carried out after what its session wrote at another',
  () => {
    const world = new World({ voters: 3 });
    const { leader, follower } = world;
    const old = world.client(follower);
    old.send({ op: 'create', path: '/log' });
    world.settle();
    old.take();
    world.reconnect(old, leader).send({ op: 'create', path: '/log/fresh' });
    world.settle();
    assert.is(old.take(), 'closed', 'the server saw the session write elsewhere');
    world.kill(leader);
    world.advance(1500);
    old.send({ op: 'create', path: '/log/late' });
    world.settle();
    assert.equal(entries(world, follower), ['fresh']);
  },
);

failover('who re-attaches at the same server is not hung up on for a write of the connection before', () => {
  const { world, client, follower } = stalled();
  client.send({ op: 'create', path: '/log/before' });
  world.settle();
  const again = world.reconnect(client, follower);
  again.send({ op: 'exists', path: '/log/before' });
  world.settle();
  assert.is(again.take(), '', 'the session is given back behind its own write');
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = false;
  world.settle();
  assert.match(again.take(), /^connected 10000\n#1 exists /);
});

failover('a tree that came as a snapshot hangs up on all clients', () => {
  const world = new World({ voters: 3, commitLogCount: 3 });
  const { leader, follower } = world;
  const client = world.client(follower);
  client.send({ op: 'getData', path: '/', watch: true });
  world.settle();
  client.take();
  world.isolate(follower);
  const writer = world.client(leader);
  for (let index = 0; index < 10; index++) writer.send({ op: 'create', path: `/n${index}` });
  world.settle();
  for (const id of [1, 2, 3]) if (id !== follower) world.mend(id, follower);
  world.advance(1000);
  assert.is(client.take(), 'closed');
  assert.is(world.replica(follower).connectionCount, 0);
  const again = world.reconnect(client, follower);
  again.send({ op: 'getChildren', path: '/' });
  world.settle();
  assert.match(again.take(), /^connected 10000\n#1 getChildren .* \[n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 zookeeper\]$/);
});

failover('a cut tail of the log costs the clients of that replica nothing that was answered', () => {
  const world = new World({ voters: 3 });
  const { leader } = world;
  const client = world.client(leader);
  client.send({ op: 'create', path: '/kept' });
  world.settle();
  for (const id of [1, 2, 3]) if (id !== leader) world.hold(leader, id);
  client.send({ op: 'create', path: '/held' });
  world.settle();
  assert.is(client.take(), '#1 create 1:2 /kept');
  world.isolate(leader);
  for (const id of [1, 2, 3]) if (id !== leader) world.release(leader, id);
  world.advance(1000);
  const { leader: next } = world;
  const other = world.client(next);
  other.send({ op: 'create', path: '/between' });
  world.settle();
  for (const id of [1, 2, 3]) if (id !== leader) world.mend(id, leader);
  world.advance(1500);
  assert.is(client.take(), '#2 create 2:3 /held');
  for (const id of [1, 2, 3]) {
    assert.equal(world.replica(id).tree.childNames(0), ['zookeeper', 'kept', 'between', 'held']);
  }
});

failover('a tree that is read back because its tail was cut hangs up on who had come to it meanwhile', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(leader);
  for (const id of [1, 2, 3]) if (id !== leader) world.hold(leader, id);
  client.send({ op: 'create', path: '/in-one-log-only' });
  world.settle();
  // Started again, it shows its whole log until it knows better, and it knows nobody.
  world.kill(leader);
  for (const id of [1, 2, 3]) if (id !== leader) world.release(leader, id);
  world.advance(1000);
  world.client(follower).send({ op: 'create', path: '/of-the-others' });
  world.settle();
  world.startAlone(leader);
  const early = world.open(leader);
  early.connect();
  world.settle();
  assert.ok(world.replica(leader).tree.find('/in-one-log-only') >= 0);
  assert.is(early.take(), '');
  for (const id of [1, 2, 3]) if (id !== leader) world.mend(id, leader);
  world.advance(1000);
  assert.is(early.take(), 'closed');
  assert.equal(world.replica(leader).tree.childNames(0), ['zookeeper', 'of-the-others']);
});

failover('an ephemeral and its session survive the death of the leader that made them', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(follower);
  client.send({ op: 'create', path: '/e', flags: 1 });
  world.settle();
  world.kill(leader);
  for (let passed = 0; passed < 30_000; passed += 2000) {
    client.send({ op: 'ping' });
    world.advance(2000);
  }
  assert.ok(world.replica(follower).tree.find('/e') >= 0);
  client.take();
  world.advance(12_000);
  assert.is(client.take(), 'closed', 'silence ends it all the same');
  assert.ok(world.replica(follower).tree.find('/e') < 0);
});

failover.run();
