/** The order of one connection (zookeeper-facts 2.5): replies, reads behind writes, events before replies. */
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const ordering = suite('scenario/ordering');

ordering('replies leave in the order of the requests, and a read shows the writes before it', () => {
  for (const place of ['leader', 'follower'] as const) {
    const world = new World({ voters: 3 });
    const client = world.client(world[place]);
    client.send({ op: 'create', path: '/a', data: 'one' });
    client.send({ op: 'getData', path: '/a' });
    client.send({ op: 'setData', path: '/a', data: 'two', version: 0 });
    client.send({ op: 'ping' });
    client.send({ op: 'getData', path: '/a' });
    client.send({ op: 'delete', path: '/a', version: 0 });
    client.send({ op: 'exists', path: '/a' });
    world.settle();
    assert.is(
      client.take(),
      [
        '#1 create 1:2 /a',
        '#2 getData 1:2 "one" {v0 c0 a0 1:2 1:2 1:2 len3 kids0}',
        '#3 setData 1:3 {v1 c0 a0 1:2 1:3 1:2 len3 kids0}',
        'ping 1:3',
        '#4 getData 1:3 "two" {v1 c0 a0 1:2 1:3 1:2 len3 kids0}',
        '#5 delete 1:4 BAD_VERSION',
        '#6 exists 1:4 {v1 c0 a0 1:2 1:3 1:2 len3 kids0}',
      ].join('\n'),
      place,
    );
  }
});

ordering('a read of another session does not wait for a write under way', () => {
  const world = new World();
  const [writer, reader] = [world.client(1), world.client(1)];
  world.machine(1).holdsSync = true;
  writer.send({ op: 'create', path: '/a' });
  writer.send({ op: 'exists', path: '/a' });
  reader.send({ op: 'exists', path: '/a' });
  world.settle();
  assert.is(writer.take(), '');
  assert.is(reader.take(), '#1 exists 1:2 NO_NODE');
});

ordering('an event leaves before the reply of the request that caused it', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'exists', path: '/a', watch: true });
  client.send({ op: 'getChildren', path: '/', watch: true });
  client.send({ op: 'create', path: '/a' });
  world.settle();
  assert.is(
    client.take(),
    '#1 exists 1:1 NO_NODE\n#2 getChildren 1:1 [zookeeper]\nevent created /a 1:2\nevent children / 1:2\n#3 create 1:2 /a',
  );
});

ordering('an event leaves before a read of the same connection that shows the change', () => {
  const world = new World({ voters: 3 });
  const [watcher, writer] = [world.client(world.follower), world.client(world.leader)];
  writer.send({ op: 'create', path: '/a', data: 'one' });
  world.settle();
  watcher.send({ op: 'getData', path: '/a', watch: true });
  world.settle();
  watcher.take();
  writer.send({ op: 'setData', path: '/a', data: 'two' });
  world.settle();
  watcher.send({ op: 'getData', path: '/a' });
  world.settle();
  assert.is(watcher.take(), 'event changed /a 1:4\n#2 getData 1:4 "two" {v1 c0 a0 1:3 1:4 1:3 len3 kids0}');
});

ordering('a watch fires once, however often it was registered', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'getData', path: '/a', watch: true });
  client.send({ op: 'exists', path: '/a', watch: true });
  client.send({ op: 'getChildren', path: '/a', watch: true });
  world.settle();
  client.take();
  client.send({ op: 'delete', path: '/a' });
  client.send({ op: 'create', path: '/a' });
  world.settle();
  assert.is(client.take(), 'event deleted /a 1:3\n#5 delete 1:3\n#6 create 1:4 /a');
});

ordering('a failed getData leaves no watch, a failed exists does', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'getData', path: '/a', watch: true });
  client.send({ op: 'exists', path: '/b', watch: true });
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'create', path: '/b' });
  world.settle();
  assert.is(
    client.take(),
    '#1 getData 1:1 NO_NODE\n#2 exists 1:1 NO_NODE\n#3 create 1:2 /a\nevent created /b 1:3\n#4 create 1:3 /b',
  );
});

ordering('setWatches makes up for what was missed before it is answered', () => {
  const world = new World();
  const [client, other] = [world.client(1), world.client(1)];
  for (const path of ['/same', '/data', '/kids', '/gone', '/gonekids']) other.send({ op: 'create', path });
  world.settle();
  const since = world.replica(1).tree.lastProcessedZxid;
  other.send({ op: 'setData', path: '/data' });
  other.send({ op: 'create', path: '/kids/k' });
  other.send({ op: 'delete', path: '/gone' });
  other.send({ op: 'delete', path: '/gonekids' });
  other.send({ op: 'create', path: '/new' });
  world.settle();
  client.send({
    op: 'setWatches',
    since,
    data: ['/same', '/data', '/gone'],
    exist: ['/new', '/never'],
    child: ['/kids', '/same', '/gonekids'],
  });
  world.settle();
  const missed = ['event changed /data -1', 'event deleted /gone -1', 'event created /new -1'];
  const missedChildren = ['event children /kids -1', 'event deleted /gonekids -1'];
  assert.is(client.take(), [...missed, ...missedChildren, '#1 setWatches 1:12'].join('\n'));
  other.send({ op: 'setData', path: '/same' });
  other.send({ op: 'create', path: '/same/k' });
  other.send({ op: 'create', path: '/never' });
  world.settle();
  assert.is(
    client.take(),
    'event changed /same 1:13\nevent children /same 1:14\nevent created /never 1:15',
    'what was not missed is watched again',
  );
});

ordering('a sync is answered behind everything that was under way, and the write after it behind the sync', () => {
  for (const place of ['leader', 'follower'] as const) {
    const world = new World({ voters: 3 });
    const client = world.client(world[place]);
    for (const id of [1, 2, 3]) world.machine(id).holdsSync = true;
    client.send({ op: 'create', path: '/a' });
    world.settle();
    client.send({ op: 'sync', path: '/anything' });
    client.send({ op: 'getChildren', path: '/' });
    client.send({ op: 'create', path: '/b' });
    client.send({ op: 'getChildren', path: '/' });
    world.settle();
    assert.is(client.take(), '');
    // All of it becomes durable, and is committed, at one stroke.
    for (const id of [1, 2, 3]) world.machine(id).holdsSync = false;
    world.settle();
    assert.is(
      client.take(),
      [
        '#1 create 1:2 /a',
        '#2 sync 1:2 /anything',
        '#3 getChildren 1:2 [a zookeeper]',
        '#4 create 1:3 /b',
        '#5 getChildren 1:3 [a b zookeeper]',
      ].join('\n'),
      place,
    );
  }
});

ordering('after a sync a follower shows what the leader had committed before', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const [reader, writer] = [world.client(follower), world.client(leader)];
  world.hold(leader, follower);
  writer.send({ op: 'create', path: '/a' });
  world.settle();
  assert.is(writer.take(), '#1 create 1:3 /a');
  reader.send({ op: 'exists', path: '/a' });
  world.settle();
  assert.is(reader.take(), '#1 exists 1:2 NO_NODE', 'a plain read may lag');
  reader.send({ op: 'sync', path: '/a' });
  reader.send({ op: 'exists', path: '/a' });
  world.settle();
  assert.is(reader.take(), '');
  world.release(leader, follower);
  assert.is(reader.take(), '#2 sync 1:3 /a\n#3 exists 1:3 {v0 c0 a0 1:3 1:3 1:3 len0 kids0}');
});

ordering('nothing is answered before the answer to the ConnectRequest', () => {
  const world = new World();
  const client = world.open(1).connect();
  client.send({ op: 'getChildren', path: '/' });
  client.send({ op: 'create', path: '/a' });
  world.settle();
  assert.is(client.take(), 'connected 10000\n#1 getChildren 1:1 [zookeeper]\n#2 create 1:2 /a');
});

ordering('nothing is answered after the answer to closeSession', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'closeSession' });
  client.send({ op: 'ping' });
  client.send({ op: 'create', path: '/a' });
  world.settle();
  assert.is(client.take(), '#1 closeSession 1:2\nclosed');
});

ordering('an unknown op is answered in its turn, and ends the connection', () => {
  for (const opCode of [0, 10, 13, 50, -1, -10]) {
    const world = new World();
    const client = world.client(1);
    client.send({ op: 'create', path: '/a' });
    client.send({ op: 'raw', opCode, body: new Uint8Array(0) });
    client.send({ op: 'ping' });
    world.settle();
    assert.is(client.take(), `#1 create 1:2 /a\n#2 op${opCode} -1 UNIMPLEMENTED\nclosed`);
  }
});

ordering('a body that does not decode is refused in its turn and takes no zxid', () => {
  for (const opCode of [1, 2, 3, 4, 5, 8, 9, 12, 15]) {
    const world = new World();
    const client = world.client(1);
    client.send({ op: 'create', path: '/a' });
    client.send({ op: 'raw', opCode, body: Uint8Array.from([0, 0, 0, 9, 0x2f]) });
    client.send({ op: 'create', path: '/b' });
    world.settle();
    assert.is(
      client.take(),
      `#1 create 1:2 /a\n#2 op${opCode} 1:2 MARSHALLING_ERROR\n#3 create 1:3 /b`,
      `op ${opCode}`,
    );
  }
});

ordering('a header that does not decode ends the connection without a word', () => {
  const world = new World();
  const client = world.client(1);
  client.sendPayload(Uint8Array.from([0, 0, 0, 1]));
  world.settle();
  assert.is(client.take(), 'closed');
});

ordering.run();
