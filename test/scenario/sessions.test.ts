/** Sessions: how they begin, move, end, and what of them each connection is told (zookeeper-facts 2.2, 2.7, 8). */
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const sessions = suite('scenario/sessions');

const EPHEMERAL = 1;

sessions('the timeout is clamped to what the server grants', () => {
  const world = new World();
  for (const [asked, granted] of [
    [10_000, 10_000],
    [0, 2000],
    [-5, 2000],
    [1_000_000, 20_000],
  ] as const) {
    assert.is(world.connect(1, { timeoutMs: asked }).take(), `connected ${granted}`);
  }
});

sessions('an old client gets its answer without the readOnly byte', () => {
  const world = new World();
  const [old, current] = [world.connect(1, { readOnly: null }), world.connect(1, { readOnly: false })];
  assert.is(old.frames[0]?.length, 36);
  assert.is(current.frames[0]?.length, 37);
});

sessions('a client that has seen a later state is hung up on, not answered', () => {
  const world = new World();
  const first = world.client(1);
  const { lastProcessedZxid } = world.replica(1).tree;
  assert.is(world.connect(1, { lastZxidSeen: lastProcessedZxid + 1 }).take(), 'closed');
  const { session, password } = first;
  assert.is(world.connect(1, { session, password, lastZxidSeen: lastProcessedZxid + 1 }).take(), 'closed');
  first.send({ op: 'ping' });
  world.settle();
  assert.is(first.take(), 'ping 1:1', 'and takes nobody else with it');
});

sessions('a re-attach takes the session from the connection that held it, with the right password or not', () => {
  const world = new World();
  const first = world.client(1);
  const second = world.reconnect(first, 1);
  assert.is(first.take(), 'closed');
  assert.is(second.take(), 'connected 10000');
  const thief = world.reconnect(second, 1, { password: new Uint8Array(16) });
  assert.is(second.take(), 'closed');
  assert.is(thief.take(), 'refused\nclosed');
  assert.is(world.reconnect(second, 1).take(), 'connected 10000');
});

sessions('a connection that says nothing is ended after ten seconds, one with a session is not', () => {
  const world = new World();
  const [mute, client] = [world.open(1), world.client(1, { timeoutMs: 20_000 })];
  world.advance(9900);
  assert.is(mute.take(), '');
  world.advance(200);
  assert.is(mute.take(), 'closed');
  world.advance(1000);
  assert.is(client.take(), '');
});

sessions('a session that never was is refused, by leader and follower alike', () => {
  const world = new World({ voters: 3 });
  const donor = new World().client(1);
  for (const id of [1, 2, 3]) assert.is(world.reconnect(donor, id, { lastZxidSeen: 0 }).take(), 'refused\nclosed');
});

sessions('a re-attach may change the timeout', () => {
  const world = new World();
  const client = world.client(1, { timeoutMs: 4000 });
  assert.is(world.reconnect(client, 1, { timeoutMs: 15_000 }).take(), 'connected 15000');
  world.advance(14_900);
  assert.is(world.replica(1).tree.sessions.size, 1);
  world.advance(1200);
  assert.is(world.replica(1).tree.sessions.size, 0);
});

sessions('closeSession removes the ephemerals before it is answered, and ends the connection', () => {
  const world = new World({ voters: 3 });
  const client = world.client(world.follower);
  const watcher = world.client(world.follower);
  client.send({ op: 'create', path: '/e', flags: EPHEMERAL });
  client.send({ op: 'create', path: '/p' });
  world.settle();
  watcher.send({ op: 'exists', path: '/e', watch: true });
  world.settle();
  watcher.take();
  client.take();
  client.send({ op: 'closeSession' });
  world.settle();
  assert.is(client.take(), '#3 closeSession 1:5\nclosed');
  assert.is(watcher.take(), 'event deleted /e 1:5');
  for (const id of [1, 2, 3]) {
    const { tree } = world.replica(id);
    assert.equal(tree.childNames(0), ['zookeeper', 'p']);
    assert.is(tree.sessions.size, 1);
  }
  assert.is(world.reconnect(client, world.leader).take(), 'refused\nclosed');
});

sessions('an ephemeral that is still being created is removed with its session', () => {
  const world = new World();
  const client = world.client(1);
  world.machine(1).holdsSync = true;
  client.send({ op: 'create', path: '/e', flags: EPHEMERAL });
  client.send({ op: 'closeSession' });
  world.settle();
  world.machine(1).holdsSync = false;
  world.settle();
  assert.is(client.take(), '#1 create 1:2 /e\n#2 closeSession 1:3\nclosed');
  assert.ok(world.replica(1).tree.find('/e') < 0);
});

sessions('the name of an ephemeral that is being removed with its session is free for the next request', () => {
  const world = new World();
  const [first, second] = [world.client(1), world.client(1)];
  first.send({ op: 'create', path: '/p' });
  first.send({ op: 'create', path: '/p/e', flags: EPHEMERAL });
  world.settle();
  world.machine(1).holdsSync = true;
  first.send({ op: 'closeSession' });
  second.send({ op: 'delete', path: '/p' });
  second.send({ op: 'create', path: '/p', flags: EPHEMERAL });
  world.settle();
  world.machine(1).holdsSync = false;
  world.settle();
  assert.is(second.take(), '#1 delete 1:6\n#2 create 1:7 /p');
  assert.ok(world.replica(1).tree.find('/p') >= 0);
});

sessions('a silent session expires: its ephemerals go and its connection ends without a word', () => {
  const world = new World({ voters: 3 });
  const client = world.client(world.follower, { timeoutMs: 4000 });
  client.send({ op: 'create', path: '/e', flags: EPHEMERAL });
  world.settle();
  client.take();
  world.advance(5500);
  assert.is(client.take(), 'closed');
  for (const id of [1, 2, 3]) assert.ok(world.replica(id).tree.find('/e') < 0);
});

sessions('anything a client says keeps its session, through leader and follower', () => {
  const world = new World({ voters: 3 });
  for (const id of [world.leader, world.follower]) {
    const client = world.client(id, { timeoutMs: 4000 });
    for (let passed = 0; passed < 20_000; passed += 3900) {
      client.send({ op: 'exists', path: '/' });
      world.advance(3900);
      assert.not.ok(client.isClosed);
    }
  }
});

sessions('a standstill ends no session whose client went on talking: it is heard before time goes on', () => {
  const world = new World();
  const [talking, silent] = [world.client(1, { timeoutMs: 4000 }), world.client(1, { timeoutMs: 4000 })];
  world.advance(2000);
  world.standStill(60_000);
  talking.send({ op: 'ping' });
  world.settle();
  assert.is(talking.take(), 'ping 1:2');
  world.advance(3000);
  assert.is(silent.take(), 'closed', 'whoever was silent before and after is gone');
  assert.not.ok(talking.isClosed);
  world.advance(2000);
  assert.is(talking.take(), 'closed');
});

sessions('a write over the connection that the session has left ends that connection without an answer', () => {
  const world = new World({ voters: 3 });
  const old = world.client(world.follower);
  old.send({ op: 'create', path: '/a' });
  world.settle();
  old.take();
  const moved = world.reconnect(old, world.leader);
  old.send({ op: 'exists', path: '/a' });
  world.settle();
  assert.match(old.take(), '#2 exists', 'reads are still served there');
  for (const request of [
    { op: 'create', path: '/b' },
    { op: 'multi', ops: [{ op: 'create', path: '/c' }] },
  ] as const) {
    const again = request.op === 'create' ? old : world.reconnect(moved, world.follower);
    if (request.op === 'multi') world.reconnect(moved, world.leader);
    again.take();
    again.send(request);
    world.settle();
    assert.is(again.take(), 'closed');
  }
  assert.equal(world.replica(1).tree.childNames(0), ['zookeeper', 'a']);
});

sessions('writes of a session that is closing change nothing, over whichever server they come', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(follower);
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
  world.reconnect(client, leader).send({ op: 'closeSession' });
  world.settle();
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'multi', ops: [{ op: 'create', path: '/a' }] });
  world.settle();
  for (const id of [1, 2, 3]) world.machine(id).holdsSync = false;
  world.settle();
  assert.is(client.take(), 'closed');
  assert.equal(world.replica(follower).tree.childNames(0), ['zookeeper']);
});

sessions('whoever re-attaches to a session that is ending is refused', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(leader);
  // The end of the session reaches the follower before its question reaches the leader.
  world.hold(follower, leader);
  const late = world.reconnect(client, follower);
  client.send({ op: 'closeSession' });
  world.settle();
  assert.is(late.take(), '');
  world.release(follower, leader);
  assert.is(late.take(), 'refused\nclosed');
});

sessions('a session is known by its own id: the first of a replica differs from those of the others', () => {
  const world = new World({ voters: 3 });
  const tops = [1, 2, 3].map((id) => world.client(id).session.hi >>> 24);
  assert.equal(tops, [1, 2, 3]);
});

sessions.run();
