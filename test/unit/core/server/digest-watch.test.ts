/** What becomes of a replica whose tree is no longer that of its leader: whole replicas, one of them spoilt by hand. */
import { OpCode } from '../../../../core/jute/op-code.ts';
import { JuteReader } from '../../../../core/jute/reader.ts';
import { readEntry } from '../../../../core/jute/txn.ts';
import { Int } from '../../../../core/tree/znode-records.ts';
import { World } from '../../../support/server-harness.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('server/digest-watch');

/** Gives the znode another version in this replica's tree alone, as a fault of memory or of our code would. */
function spoil(world: World, id: number, path: string): void {
  const { state } = world.replica(id).tree;
  const row = state.find(path);
  state.store.records.setInt(row, Int.version, 77);
  state.digest.touch(row);
}

function mismatches(world: World, id: number): number {
  return world.replica(id).statistics.counts.digestMismatches;
}

t('a txn carries the digest of the tree after it, one of those within a tenth of a second', () => {
  const world = new World({ voters: 3 });
  const client = world.client(world.leader);
  world.advance(100);
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'create', path: '/b' });
  world.advance(100);
  // An error has none, and what follows has its turn.
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'setData', path: '/a', data: 'x' });
  world.settle();
  const entries = world.machine(world.follower).log.map(({ entry }) => readEntry(new JuteReader(entry)));
  assert.equal(
    entries.map(({ header, digest }) => [header.type, digest !== null]),
    [
      [OpCode.createSession, true],
      [OpCode.create, true],
      [OpCode.create, false],
      [OpCode.error, false],
      [OpCode.setData, true],
    ],
  );
  assert.equal(entries.at(-1)?.digest, world.replica(world.leader).tree.digest);
});

t('a tree that differs from the leader’s is an alarm and a count, at that replica alone, once a minute', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(leader);
  client.send({ op: 'create', path: '/a' });
  world.advance(100);
  assert.equal(
    [1, 2, 3].map((id) => mismatches(world, id)),
    [0, 0, 0],
  );

  spoil(world, follower, '/a');
  client.send({ op: 'create', path: '/b' });
  world.advance(100);
  assert.is(mismatches(world, follower), 1);
  const alarms = world.machine(follower).alarms;
  assert.is(alarms.length, 1);
  assert.match(String(alarms[0]), /the tree differs from that of the leader at .*digest is [0-9a-f]+, and should be/);
  for (const id of [1, 2, 3]) if (id !== follower) assert.is(mismatches(world, id), 0);

  client.send({ op: 'create', path: '/c' });
  world.advance(100);
  assert.equal([mismatches(world, follower), alarms.length], [2, 1]);
  world.advance(60_000);
  world.client(leader).send({ op: 'create', path: '/d' });
  world.advance(100);
  assert.ok(mismatches(world, follower) > 2);
  assert.is(alarms.length, 2);
});

t('a fault of the leader’s own tree is found by those who follow it', () => {
  const world = new World({ voters: 3 });
  const { leader, follower } = world;
  const client = world.client(leader);
  client.send({ op: 'create', path: '/a' });
  world.advance(100);
  spoil(world, leader, '/a');
  client.send({ op: 'create', path: '/b' });
  world.advance(100);
  assert.equal([mismatches(world, leader), mismatches(world, follower)], [0, 1]);
});

t.run();
