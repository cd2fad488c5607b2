/** Containers and TTL znodes go when they are of no use any more (facts 9.3): by the leader, as txns like any other. */
import { World, type WorldOptions } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const reaping = suite('scenario/reaping');

const INTERVAL_MS = 1000;

function makeWorld(options: WorldOptions = {}): World {
  return new World({ writes: { extendedTypes: true, containerCheckIntervalMs: INTERVAL_MS }, ...options });
}

/** A container whose only child is gone. */
function useUp(client: TestClient, path: string): void {
  client.send({ op: 'createContainer', path });
  client.send({ op: 'create', path: `${path}/child` });
  client.send({ op: 'delete', path: `${path}/child` });
}

function childrenAt(world: World, client: TestClient): string {
  client.send({ op: 'getChildren', path: '/' });
  world.settle();
  return client.take().replace(/^.*\[/s, '[');
}

reaping('a used-up container goes from every replica, and its watchers are told as of any deletion', () => {
  const world = makeWorld({ voters: 3 });
  const client = world.client(world.follower, { timeoutMs: 20_000 });
  useUp(client, '/c');
  client.send({ op: 'createContainer', path: '/unused' });
  client.send({ op: 'exists', path: '/c', watch: true });
  world.settle();
  client.take();
  world.advance(INTERVAL_MS + 100);
  assert.match(client.take(), /^event deleted \/c 1:6$/m);
  for (const id of [1, 2, 3]) {
    const { tree } = world.replica(id);
    assert.is(tree.find('/c'), -1);
    assert.ok(tree.find('/unused') > 0);
    assert.equal([tree.lastProcessedZxid, tree.digest], [0x100000006, world.replica(1).tree.digest], `replica ${id}`);
  }
});

reaping('a TTL znode goes when its time is over, and setData gives it all of it again', () => {
  const world = makeWorld();
  const client = world.client(1, { timeoutMs: 20_000 });
  client.send({ op: 'createTTL', path: '/t', ttl: 1500 });
  client.send({ op: 'createTTL', path: '/renewed', ttl: 1500 });
  world.settle();
  world.advance(1200);
  client.send({ op: 'setData', path: '/renewed' });
  world.settle();
  world.advance(900);
  client.take();
  assert.is(childrenAt(world, client), '[renewed zookeeper]');
  world.advance(2000);
  assert.is(childrenAt(world, client), '[zookeeper]');
});

reaping('what gets a child, goes, or becomes something else in the meantime is left alone, and takes no zxid', () => {
  const world = makeWorld();
  const client = world.client(1, { timeoutMs: 20_000 });
  for (const path of ['/used-again', '/gone', '/replaced']) useUp(client, path);
  world.settle();
  client.take();
  world.advance(INTERVAL_MS - 500);
  // Decided, but on no disk yet: the tree still shows three used-up containers.
  world.machine(1).holdsSync = true;
  client.send({ op: 'create', path: '/used-again/child' });
  client.send({ op: 'delete', path: '/gone' });
  client.send({ op: 'delete', path: '/replaced' });
  client.send({ op: 'create', path: '/replaced' });
  world.advance(500);
  world.machine(1).holdsSync = false;
  world.settle();
  client.send({ op: 'ping' });
  world.settle();
  assert.match(client.take(), /#13 create 1:14 \/replaced\nping 1:14$/);
  assert.is(childrenAt(world, client), '[replaced used-again zookeeper]');
});

reaping('the next leader goes on', () => {
  const world = makeWorld({ voters: 3 });
  const client = world.client(world.follower, { timeoutMs: 20_000 });
  useUp(client, '/c');
  world.settle();
  client.take();
  world.kill(world.leader);
  world.advance(INTERVAL_MS + 500);
  assert.is(childrenAt(world, client), '[zookeeper]');
});

reaping.run();
