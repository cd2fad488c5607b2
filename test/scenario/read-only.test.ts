/** A replica without a quorum that serves reads to whoever is content with them (zookeeper-facts 10.1). */
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const readOnly = suite('scenario/read-only');

const HOLD_MS = 3100;
const EPHEMERAL = 1;

/** Three replicas of which only the first is left; a session of before that has seen all there is. */
function alone(options: { readonly readOnlyMode?: boolean } = { readOnlyMode: true }): {
  readonly world: World;
  readonly before: TestClient;
} {
  const world = new World({ voters: 3, ...options });
  const before = world.client(1);
  before.send({ op: 'create', path: '/a' });
  before.send({ op: 'create', path: '/e', flags: EPHEMERAL });
  world.settle();
  before.take();
  for (const id of [2, 3]) world.kill(id);
  return { world, before };
}

function comeBack(world: World): void {
  for (const id of [2, 3]) world.start(id);
  world.advance(1000);
}

readOnly(
  'clients wait for a leader first; then those that ask for it are served reads, the others are turned away',
  () => {
    const { world, before } = alone();
    const early = world.connect(1, { readOnly: true });
    assert.is(early.take(), '');
    world.advance(HOLD_MS);
    assert.is(early.take(), 'closed');
    assert.is(before.take(), 'closed');
    assert.is(world.replica(1).mode, 'read-only');
    assert.is(world.connect(1, { readOnly: true }).take(), 'connected 10000 read-only');
    assert.is(world.connect(1, { readOnly: false }).take(), 'closed');
    assert.is(world.connect(1, { readOnly: null }).take(), 'closed');
  },
);

readOnly('only where the setting says so', () => {
  const { world } = alone({});
  world.advance(HOLD_MS);
  assert.is(world.connect(1, { readOnly: true }).take(), 'closed');
  assert.is(world.replica(1).mode, null);
});

readOnly('reads and watches work, whatever needs a quorum is refused with -119, the connection stays', () => {
  const { world } = alone();
  world.advance(HOLD_MS);
  const client = world.client(1, { readOnly: true });
  client.send({ op: 'getData', path: '/a', watch: true });
  client.send({ op: 'ping' });
  client.send({ op: 'create', path: '/b' });
  client.send({ op: 'create2', path: '/b' });
  client.send({ op: 'delete', path: '/a' });
  client.send({ op: 'setData', path: '/a' });
  client.send({ op: 'multi', ops: [{ op: 'check', path: '/a' }] });
  client.send({ op: 'sync', path: '/' });
  client.send({ op: 'getChildren', path: '/' });
  client.send({ op: 'setWatches', since: 0, data: ['/gone'] });
  world.settle();
  const lines = client.take().split('\n');
  assert.match(lines.shift() ?? '', /^#1 getData/);
  assert.is(lines.shift(), 'ping 1:3');
  for (const op of ['create', 'create2', 'delete', 'setData', 'multi', 'sync']) {
    assert.match(lines.shift() ?? '', new RegExp(`^#\\d ${op} 1:3 NOT_READ_ONLY$`));
  }
  assert.match(lines.shift() ?? '', /^#8 getChildren/);
  assert.equal(lines, ['event deleted /gone -1', '#9 setWatches 1:3']);
});

readOnly('a session that began there ends there, with its answer; one of the ensemble cannot', () => {
  const { world, before } = alone();
  world.advance(HOLD_MS);
  const local = world.client(1, { readOnly: true });
  const { session, password } = before;
  const global = world.client(1, { readOnly: true, session, password });
  for (const client of [local, global]) client.send({ op: 'closeSession' });
  world.settle();
  assert.is(local.take(), '#1 closeSession 1:3\nclosed');
  assert.is(global.take(), '#1 closeSession 1:3 NOT_READ_ONLY');
  comeBack(world);
  assert.is(world.reconnect(before, 1).take(), 'connected 10000');
  assert.ok(world.replica(1).tree.find('/e') >= 0, 'nor has its ephemeral gone');
});

readOnly('a session of the ensemble reads under its own id, and is whole when the quorum is back', () => {
  const { world, before } = alone();
  world.advance(HOLD_MS);
  const reading = world.reconnect(before, 1, { readOnly: true });
  assert.is(reading.take(), 'connected 10000 read-only');
  assert.equal(reading.session, before.session);
  world.advance(60_000);
  reading.send({ op: 'exists', path: '/e' });
  world.settle();
  assert.match(reading.take(), /^#1 exists 1:3 \{/);
  comeBack(world);
  assert.is(reading.take(), 'closed', 'it finds a server that takes writes');
  const again = world.reconnect(before, 1, { readOnly: true });
  again.send({ op: 'delete', path: '/e' });
  world.settle();
  assert.match(again.take(), /^connected 10000\n#1 delete 2:\d+$/);
});

readOnly('who cannot prove a session is refused, who has seen more is hung up on', () => {
  const { world, before } = alone();
  world.advance(HOLD_MS);
  const { session, password } = before;
  const wrong = world.connect(1, { readOnly: true, session, password: new Uint8Array(16) });
  assert.is(wrong.take(), 'refused\nclosed');
  const { lastProcessedZxid } = world.replica(1).tree;
  const ahead = world.connect(1, { readOnly: true, session, password, lastZxidSeen: lastProcessedZxid + 1 });
  assert.is(ahead.take(), 'closed');
});

readOnly('what comes and goes among the replicas without becoming a quorum disturbs no reader', () => {
  const world = new World({ voters: 5, readOnlyMode: true });
  for (const id of [3, 4, 5]) world.kill(id);
  world.advance(HOLD_MS);
  const client = world.client(1, { readOnly: true });
  world.kill(2);
  world.advance(HOLD_MS);
  world.start(2);
  world.advance(2 * HOLD_MS);
  client.send({ op: 'exists', path: '/' });
  world.settle();
  assert.match(client.take(), /^#1 exists/);
  for (const id of [3, 4, 5]) world.start(id);
  world.advance(1000);
  assert.is(client.take(), 'closed');
  assert.match(world.replica(1).mode ?? '', /leader|follower/);
});

readOnly.run();
