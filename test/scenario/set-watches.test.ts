/** setWatches and setWatches2: what a client that comes back is told of what it missed (zookeeper-facts 6.4). */
import { OpCode } from '../../core/jute/op-code.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const setWatches = suite('scenario/setWatches');

const create = (path: string): Request => ({ op: 'create', path });
const set = (path: string): Request => ({ op: 'setData', path });
const remove = (path: string): Request => ({ op: 'delete', path });

function ask(world: World, client: TestClient, ...requests: readonly Request[]): string[] {
  for (const request of requests) client.send(request);
  world.settle();
  const lines = client.take().split('\n');
  return lines.filter((line) => line !== '').map((line) => line.replace(/^#\d+ /, ''));
}

/** Every path in every list of setWatches2, in the state that its name tells, seen last at 1:9. */
function scene(): { readonly world: World; readonly client: TestClient } {
  const world = new World();
  const client = world.client(1);
  ask(world, client, ...['/same', '/changed', '/child', '/gone', '/again', '/renewed'].map(create));
  ask(world, client, { op: 'exists', path: '/never', watch: false }, remove('/renewed'));
  const before = client.lastZxidSeen;
  assert.is(before % 2 ** 32, 8);
  ask(world, client, set('/changed'), create('/child/new'), remove('/gone'), remove('/again'), create('/again'));
  ask(world, client, create('/renewed'));
  return { world, client };
}

const PATHS = ['/same', '/changed', '/child', '/gone', '/again', '/renewed', '/never'];
const SINCE = 2 ** 32 + 8;

setWatches('a data watch is told of a change or a deletion, else it is set', () => {
  const { world, client } = scene();
  assert.equal(ask(world, client, { op: 'setWatches', since: SINCE, data: PATHS }), [
    'event changed /changed -1',
    'event deleted /gone -1',
    'event changed /again -1',
    'event changed /renewed -1',
    'event deleted /never -1',
    'setWatches 1:14',
  ]);
  assert.equal(registered(world), { data: ['/child', '/same'], child: [], persistent: [], recursive: [] });
});

setWatches('an exist watch is told of a creation, else it is set', () => {
  const { world, client } = scene();
  assert.equal(ask(world, client, { op: 'setWatches', since: SINCE, exist: ['/renewed', '/gone', '/never'] }), [
    'event created /renewed -1',
    'setWatches 1:14',
  ]);
  assert.equal(registered(world), { data: ['/gone', '/never'], child: [], persistent: [], recursive: [] });
});

setWatches('a child watch is told of a child come or gone or of a deletion, else it is set', () => {
  const { world, client } = scene();
  assert.equal(ask(world, client, { op: 'setWatches2', since: SINCE, child: PATHS }), [
    'event children /child -1',
    'event deleted /gone -1',
    'event children /again -1',
    'event children /renewed -1',
    'event deleted /never -1',
    'setWatches2 1:14',
  ]);
  assert.equal(registered(world), { data: [], child: ['/changed', '/same'], persistent: [], recursive: [] });
});

setWatches('lasting watches are set whatever happened, and nothing is made up for', () => {
  const { world, client } = scene();
  const request: Request = { op: 'setWatches2', since: 0, persistent: ['/gone', '/same'], recursive: ['/never', '/'] };
  assert.equal(ask(world, client, request), ['setWatches2 1:14']);
  assert.equal(registered(world), {
    data: [],
    child: [],
    persistent: ['/gone', '/same'],
    recursive: ['/', '/never'],
  });
});

setWatches('the lists are told in their order, and nothing later overtakes them', () => {
  const { world, client } = scene();
  const answers = ask(
    world,
    client,
    { op: 'setWatches2', since: 0, child: ['/same'], exist: ['/changed'], data: ['/child', '/gone'], recursive: ['/'] },
    set('/same'),
  );
  assert.equal(answers, [
    'event changed /child -1',
    'event deleted /gone -1',
    'event created /changed -1',
    'event children /same -1',
    'setWatches2 1:14',
    'event changed /same 1:15',
    'setData 1:15 {v1 c0 a0 1:2 1:15 1:2 len0 kids0}',
  ]);
});

setWatches('a client may set its watches in several parts, at another replica', () => {
  const world = new World({ voters: 3 });
  const client = world.client(1);
  const paths = Array.from({ length: 40 }, (_, index) => `/n${index}`);
  ask(world, client, ...paths.map(create));
  const again = world.reconnect(client, 2);
  again.take();
  const since = client.lastZxidSeen;
  ask(world, world.client(3), set('/n7'), set('/n33'));
  const parts = [0, 10, 20, 30].map(
    (start): Request => ({ op: 'setWatches', since, data: paths.slice(start, start + 10) }),
  );
  assert.equal(ask(world, again, ...parts), [
    'event changed /n7 -1',
    'setWatches 1:45',
    'setWatches 1:45',
    'setWatches 1:45',
    'event changed /n33 -1',
    'setWatches 1:45',
  ]);
  assert.is(world.replica(2).tree.watches.count, 38);
});

setWatches('a request that does not decode sets nothing and tells nothing', () => {
  const { world, client } = scene();
  const body = Buffer.from(
    '0000000000000000 00000002 000000052f73616d65 ffffffff 00000000 00000000'.replaceAll(' ', ''),
    'hex',
  );
  assert.equal(ask(world, client, { op: 'raw', opCode: OpCode.setWatches, body }), ['op101 1:14 MARSHALLING_ERROR']);
  assert.equal(ask(world, client, { op: 'raw', opCode: OpCode.setWatches2, body: body.subarray(0, -4) }), [
    'op105 1:14 MARSHALLING_ERROR',
  ]);
  assert.is(world.replica(1).tree.watches.count, 0);
});

setWatches('catch-up asks no ACL', () => {
  const { world, client } = scene();
  ask(world, client, { op: 'create', path: '/hidden', acl: [{ perms: 30, scheme: 'world', id: 'anyone' }] });
  assert.equal(ask(world, client, { op: 'setWatches', since: SINCE, exist: ['/hidden'] }), [
    'event created /hidden -1',
    'setWatches 1:15',
  ]);
});

const MANY = Array.from({ length: 10_000 }, (_, index) => `/many/${index}`);

setWatches('a large one is answered in portions: others are served meanwhile, what its client asks next waits', () => {
  const world = new World();
  const [client, other] = [world.client(1), world.client(1)];
  client.send({ op: 'setWatches2', since: 0, exist: MANY, recursive: MANY, persistent: ['/last'] });
  client.send({ op: 'exists', path: '/' });
  other.send({ op: 'exists', path: '/other' });
  for (const each of [client, other]) each.collect();
  assert.is(client.take(), '');
  assert.is(other.take(), '#1 exists 1:2 NO_NODE');
  assert.ok(client.connection.isSaturated, 'no more is read from it');
  world.settle();
  assert.match(client.take(), /^#1 setWatches2 1:2\n#2 exists 1:2 \{.*\}$/);
  assert.not.ok(client.connection.isSaturated);
  const { data, recursive, persistent } = world.replica(1).tree.watches;
  assert.equal([data.count, recursive.count, persistent.count], [MANY.length, MANY.length, 1]);
});

setWatches('a large one tells of a change between its portions once, as missed or as it happens', () => {
  const world = new World();
  const [client, writer] = [world.client(1), world.client(1)];
  ask(world, writer, create('/many'));
  client.send({ op: 'setWatches', since: writer.lastZxidSeen, exist: MANY });
  for (const path of ['/many/0', '/many/9999']) writer.send(create(path));
  assert.equal(ask(world, client), ['event created /many/0 1:4', 'event created /many/9999 -1', 'setWatches 1:5']);
});

setWatches('a write behind a large one is answered behind it, and sees it done', () => {
  for (const place of ['leader', 'follower'] as const) {
    const world = new World({ voters: 3 });
    const client = world.client(world[place]);
    assert.equal(
      ask(world, client, { op: 'setWatches', since: 0, exist: MANY }, create('/many'), create('/many/9999')),
      ['setWatches 1:1', 'create 1:2 /many', 'event created /many/9999 1:3', 'create 1:3 /many/9999'],
    );
  }
});

setWatches('a connection that ends amid a large one leaves no watch behind', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'setWatches', since: 0, exist: MANY });
  assert.ok(world.replica(1).tree.watches.count > 0);
  world.replica(1).onDisconnect(client.connection);
  world.settle();
  assert.is(world.replica(1).tree.watches.count, 0);
  assert.not.ok(world.replica(1).hasBackgroundWork);
});

function registered(world: World): Record<string, string[]> {
  const { data, child, persistent, recursive } = world.replica(1).tree.watches;
  const tables = { data, child, persistent, recursive };
  return Object.fromEntries(
    Object.entries(tables).map(([kind, registry]) => [kind, [...registry.paths()].map(([path]) => path).sort()]),
  );
}

setWatches.run();
