/** Sessions that go from one replica to another: what is left behind of them, and what of it the next leader knows. */
import { zookeeperPassword } from '../../core/server/sessions/session-password.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const moves = suite('scenario/session moves');

function trio(): { world: World; leader: number; left: number; other: number } {
  const world = new World({ voters: 3 });
  const { leader, follower: left } = world;
  const other = [1, 2, 3].find((id) => id !== leader && id !== left) ?? 0;
  return { world, leader, left, other };
}

for (const request of ['create', 'sync'] as const) {
  moves(
    `a ${request} that a cut-off replica holds is dropped once the session went on elsewhere, whoever leads then`,
    () => {
      const { world, leader, left, other } = trio();
      const client = world.client(left);
      world.isolate(left);
      if (request === 'create') client.send({ op: 'create', path: '/left-behind' });
      else client.send({ op: 'sync', path: '/' });
      const moved = world.reconnect(client, other);
      moved.send({ op: 'exists', path: '/left-behind' });
      world.settle();
      assert.is(moved.take(), 'connected 10000\n#1 exists 1:2 NO_NODE');
      world.kill(leader);
      world.mend(left, other);
      world.advance(1000);
      assert.not(world.leader === leader);
      assert.is(client.take(), 'closed');
      moved.send({ op: 'exists', path: '/left-behind' });
      world.settle();
      assert.match(moved.take(), /NO_NODE/, 'and its new connection has not noticed anything');
    },
  );
}

moves('a client that comes back to the replica that it left is served there again', () => {
  const { world, left, other } = trio();
  const first = world.client(left);
  const second = world.reconnect(first, other);
  const third = world.reconnect(second, left);
  third.send({ op: 'create', path: '/back' });
  world.settle();
  assert.match(third.take(), /^connected 10000\n#1 create .* \/back$/);
  second.send({ op: 'create', path: '/left' });
  world.settle();
  assert.match(second.take(), /closed$/);
  assert.match(first.take(), /closed$/);
});

moves('the timeout that was agreed on at the new place outlives the leader', () => {
  const { world, leader, left, other } = trio();
  const client = world.client(left, { timeoutMs: 4000 });
  world.reconnect(client, other, { timeoutMs: 15_000 });
  world.kill(leader);
  world.advance(1000);
  for (const id of [left, other]) assert.is(world.replica(id).tree.sessions.get(client.session), 15_000);
  world.advance(12_000);
  assert.is(world.replica(other).tree.sessions.size, 1);
});

moves('a server that is alone writes nothing for a re-attach, as ZooKeeper', () => {
  const world = new World();
  const client = world.client(1);
  const { lastProcessedZxid } = world.replica(1).tree;
  assert.is(world.reconnect(client, 1).take(), 'connected 10000');
  world.kill(1);
  world.start(1);
  world.advance(1000);
  const { session } = client;
  const again = world.connect(1, { session, password: zookeeperPassword(session) });
  assert.is(again.take(), 'connected 10000');
  assert.is(world.replica(1).tree.lastProcessedZxid, lastProcessedZxid);
});

moves('nor does a re-attach at the same replica, under the same leader', () => {
  const { world, left } = trio();
  const client = world.client(left);
  const { lastProcessedZxid } = world.replica(left).tree;
  assert.is(world.reconnect(client, left).take(), 'connected 10000');
  assert.is(world.replica(left).tree.lastProcessedZxid, lastProcessedZxid);
});

moves.run();
