/** Watches over real payloads (zookeeper-facts 6): who is told what, in which order, and how watches are added and taken back. */
import type { Acl } from '../../core/jute/acl.ts';
import { AddWatchMode, WatcherType } from '../../core/jute/watch.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const watches = suite('scenario/watches');

const { persistent, persistentRecursive: recursive } = AddWatchMode;
const HIDDEN: readonly Acl[] = [{ perms: 30, scheme: 'world', id: 'anyone' }];

const create = (path: string, acl?: readonly Acl[]): Request => ({
  op: 'create',
  path,
  ...(acl === undefined ? {} : { acl }),
});
const set = (path: string): Request => ({ op: 'setData', path });
const remove = (path: string): Request => ({ op: 'delete', path });
const addWatch = (path: string, mode: number): Request => ({ op: 'addWatch', path, mode });
const removeWatches = (path: string, type: number): Request => ({ op: 'removeWatches', path, type });
const checkWatches = (path: string, type: number): Request => ({ op: 'checkWatches', path, type });

/** Asks all of them at once, and tells the answers without their numbers. */
function ask(world: World, client: TestClient, ...requests: readonly Request[]): string[] {
  for (const request of requests) client.send(request);
  return hear(world, client);
}

function hear(world: World, client: TestClient): string[] {
  world.settle();
  const lines = client.take().split('\n');
  return lines.filter((line) => line !== '').map((line) => line.replace(/^#\d+ /, ''));
}

/** What the watcher was told when the writer had done all of this. */
function told(world: World, watcher: TestClient, writer: TestClient, ...writes: readonly Request[]): string[] {
  for (const answer of ask(world, writer, ...writes)) assert.not.match(answer, /[A-Z]{3}/);
  return hear(world, watcher);
}

watches('addWatch answers four bytes of zero, for any path, and refuses what is no mode', () => {
  const world = new World();
  const client = world.client(1);
  const answers = ask(
    world,
    client,
    addWatch('/missing', persistent),
    addWatch('/', recursive),
    addWatch('no path at all', recursive),
    addWatch('/', 2),
    addWatch('/', -1),
  );
  assert.equal(answers, [
    'addWatch 1:1 0',
    'addWatch 1:1 0',
    'addWatch 1:1 0',
    'addWatch 1:1 MARSHALLING_ERROR',
    'addWatch 1:1 MARSHALLING_ERROR',
  ]);
});

watches('a persistent and a recursive watch stay, and tell what is theirs to tell', () => {
  const world = new World({ voters: 3 });
  const [lasting, deep, writer] = [world.client(2), world.client(3), world.client(1)];
  ask(world, lasting, addWatch('/a', persistent));
  ask(world, deep, addWatch('/a', recursive));
  const writes = [create('/a'), create('/a/b'), set('/a'), set('/a/b'), remove('/a/b'), remove('/a'), create('/a')];
  assert.equal(told(world, lasting, writer, ...writes), [
    'event created /a 1:4',
    'event children /a 1:5',
    'event changed /a 1:6',
    'event children /a 1:8',
    'event deleted /a 1:9',
    'event created /a 1:10',
  ]);
  assert.equal(hear(world, deep), [
    'event created /a 1:4',
    'event created /a/b 1:5',
    'event changed /a 1:6',
    'event changed /a/b 1:7',
    'event deleted /a/b 1:8',
    'event deleted /a 1:9',
    'event created /a 1:10',
  ]);
});

watches('all kinds on one path and connection are one event for each change, before its reply', () => {
  const world = new World();
  const client = world.client(1);
  ask(world, client, create('/a'));
  ask(
    world,
    client,
    { op: 'getData', path: '/a', watch: true },
    { op: 'getChildren', path: '/a', watch: true },
    addWatch('/a', recursive),
    addWatch('/a', persistent),
    addWatch('/', recursive),
  );
  assert.equal(ask(world, client, { op: 'setData', path: '/a' }, create('/a/b'), remove('/a/b'), remove('/a')), [
    'event changed /a 1:3',
    'setData 1:3 {v1 c0 a0 1:2 1:3 1:2 len0 kids0}',
    'event created /a/b 1:4',
    'event children /a 1:4',
    'create 1:4 /a/b',
    'event deleted /a/b 1:5',
    'event children /a 1:5',
    'delete 1:5',
    'event deleted /a 1:6',
    'delete 1:6',
  ]);
});

watches('a read with a watch leaves a persistent watch of the same path as it is', () => {
  const world = new World();
  const [watcher, writer] = [world.client(1), world.client(1)];
  ask(world, writer, create('/a'));
  ask(world, watcher, addWatch('/a', persistent), { op: 'getData', path: '/a', watch: true });
  assert.equal(told(world, watcher, writer, set('/a'), set('/a')), ['event changed /a 1:4', 'event changed /a 1:5']);
});

watches('removeWatches takes away its type and no other, and there must be something to take', () => {
  const { children, data } = WatcherType;
  const kinds = [
    { type: data, request: { op: 'exists', path: '/a', watch: true } },
    { type: children, request: { op: 'getChildren', path: '/a', watch: true } },
    { type: WatcherType.persistent, request: addWatch('/a', persistent) },
    { type: WatcherType.persistentRecursive, request: addWatch('/a', recursive) },
  ] as const;
  for (const kind of kinds) {
    const world = new World();
    const client = world.client(1);
    ask(world, client, create('/a'), kind.request);
    const found = (types: readonly number[]): string[] =>
      types.filter((type) => ask(world, client, checkWatches('/a', type))[0] === 'checkWatches 1:2').map(String);
    assert.equal(found([1, 2, 3, 4, 5]), [kind.type, WatcherType.any].sort().map(String));
    assert.equal(ask(world, client, checkWatches('/b', WatcherType.any)), ['checkWatches 1:2 NO_WATCHER']);
    for (const other of kinds) {
      if (other === kind) continue;
      assert.equal(ask(world, client, removeWatches('/a', other.type)), ['removeWatches 1:2 NO_WATCHER']);
    }
    assert.equal(ask(world, client, removeWatches('/a', kind.type)), ['removeWatches 1:2']);
    assert.equal(ask(world, client, removeWatches('/a', kind.type)), ['removeWatches 1:2 NO_WATCHER']);
    assert.equal(found([1, 2, 3, 4, 5]), []);
    assert.is(world.replica(1).tree.watches.count, 0);
  }
});

watches('removeWatches of type any takes all that this connection has there, and nothing of others', () => {
  const world = new World();
  const [client, other] = [world.client(1), world.client(1)];
  const all: readonly Request[] = [
    { op: 'getData', path: '/', watch: true },
    { op: 'getChildren', path: '/', watch: true },
    addWatch('/', persistent),
    addWatch('/', recursive),
  ];
  ask(world, client, ...all, addWatch('/elsewhere', recursive));
  ask(world, other, ...all);
  assert.equal(ask(world, client, removeWatches('/', WatcherType.any)), ['removeWatches 1:2']);
  assert.equal(ask(world, client, removeWatches('/', WatcherType.any)), ['removeWatches 1:2 NO_WATCHER']);
  assert.equal(ask(world, client, create('/a'), create('/elsewhere')), [
    'create 1:3 /a',
    'event created /elsewhere 1:4',
    'create 1:4 /elsewhere',
  ]);
  assert.equal(hear(world, other).slice(0, 2), ['event created /a 1:3', 'event children / 1:3']);
});

watches('a type that there is not is refused', () => {
  const world = new World();
  const client = world.client(1);
  ask(world, client, addWatch('/', persistent));
  for (const type of [-1, 0, 6]) {
    assert.equal(ask(world, client, checkWatches('/', type), removeWatches('/', type)), [
      'checkWatches 1:1 MARSHALLING_ERROR',
      'removeWatches 1:1 MARSHALLING_ERROR',
    ]);
  }
});

watches('who may not READ a znode is not told of it, and a one-shot watch is used up all the same', () => {
  const world = new World();
  const [watcher, writer] = [world.client(1), world.client(1)];
  ask(world, watcher, addWatch('/', recursive), { op: 'exists', path: '/hidden', watch: true });
  const tables = world.replica(1).tree.watches;
  assert.is(tables.data.count, 1);
  assert.equal(told(world, watcher, writer, create('/hidden', HIDDEN)), []);
  assert.is(tables.data.count, 0);
  assert.equal(told(world, watcher, writer, set('/hidden'), remove('/hidden')), []);
  assert.equal(told(world, watcher, writer, create('/seen')), ['event created /seen 1:6']);
});

watches('the parent decides who is told of its children, the child who is told of itself', () => {
  const world = new World();
  const [watcher, writer] = [world.client(1), world.client(1)];
  ask(world, writer, create('/open'), create('/closed', HIDDEN));
  const onAll = ['/open', '/closed', '/open/hidden', '/closed/seen'].map((path) => addWatch(path, persistent));
  ask(world, watcher, ...onAll);
  const writes = [
    create('/open/hidden', HIDDEN),
    create('/closed/seen'),
    remove('/open/hidden'),
    remove('/closed/seen'),
  ];
  assert.equal(told(world, watcher, writer, ...writes), [
    'event children /open 1:5',
    'event created /closed/seen 1:6',
    'event children /open 1:7',
    'event deleted /closed/seen 1:8',
  ]);
});

watches('two clients of different rights watch one znode: one is told', () => {
  const world = new World();
  const [inside, outside] = ['10.1.1.1', '10.2.2.2'].map((address) => world.open(1, address).connect());
  const writer = world.client(1);
  if (inside === undefined || outside === undefined) throw new Error('two clients are needed');
  for (const client of [inside, outside]) {
    hear(world, client);
    ask(world, client, { op: 'exists', path: '/a', watch: true });
  }
  const acl = [{ perms: 31, scheme: 'ip', id: '10.1.0.0/16' }];
  assert.equal(told(world, inside, writer, create('/a', acl)), ['event created /a 1:4']);
  assert.equal(hear(world, outside), []);
});

watches('a multi fires op by op under one zxid, a failed one nothing', () => {
  const world = new World();
  const [watcher, writer] = [world.client(1), world.client(1)];
  ask(world, watcher, addWatch('/', recursive), addWatch('/', persistent));
  const ops = [
    { op: 'create', path: '/a' },
    { op: 'setData', path: '/a' },
    { op: 'delete', path: '/a' },
  ] as const;
  ask(world, writer, { op: 'multi', ops: [...ops, { op: 'delete', path: '/missing' }] });
  assert.equal(hear(world, watcher), []);
  assert.equal(told(world, watcher, writer, { op: 'multi', ops }), [
    'event created /a 1:4',
    'event children / 1:4',
    'event changed /a 1:4',
    'event deleted /a 1:4',
    'event children / 1:4',
  ]);
});

watches('the end of a session is told as the deletion of its ephemerals, and takes its own watches along', () => {
  const world = new World();
  const [watcher, writer] = [world.client(1), world.client(1)];
  ask(world, watcher, addWatch('/', recursive));
  ask(world, writer, { op: 'create', path: '/e', flags: 1 }, addWatch('/', recursive));
  hear(world, watcher);
  assert.equal(told(world, watcher, writer, { op: 'closeSession' }), ['event deleted /e 1:4']);
  assert.is(world.replica(1).tree.watches.count, 1);
});

watches('a storm of ten thousand watchers: each is told once, in the same bytes', () => {
  const world = new World();
  const writer = world.client(1);
  const { tree } = world.replica(1);
  const count = 10_000;
  const payloads = new Map<Uint8Array, number>();
  for (let index = 0; index < count; index++) {
    tree.watches.data.add('/a', {
      onWatchedEvent: ({ payload }) => void payloads.set(payload, (payloads.get(payload) ?? 0) + 1),
    });
  }
  ask(world, writer, create('/a'));
  assert.equal([...payloads.values()], [count]);
});

watches.run();
