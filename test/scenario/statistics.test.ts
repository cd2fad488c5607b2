/** What a replica counts of its clients, its log and its elections, for the monitors. */
import { OpCode } from '../../core/jute/op-code.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const counting = suite('server/statistics');

counting('a request that waits is as slow as its wait, one that is answered at once took 0 ms', () => {
  const world = new World();
  const client = world.client(1);
  const { statistics } = world.replica(1);
  client.send({ op: 'exists', path: '/' });
  assert.equal([statistics.readLatency.count, statistics.readLatency.max], [1, 0]);
  const before = statistics.updateLatency.count;
  world.machine(1).holdsSync = true;
  client.send({ op: 'create', path: '/a' });
  world.advance(150);
  assert.is(world.replica(1).outstandingCount, 1);
  world.machine(1).holdsSync = false;
  world.settle();
  assert.is(world.replica(1).outstandingCount, 0);
  assert.is(statistics.updateLatency.count, before + 1);
  assert.is(client.connection.statistics.lastLatencyMs, 150);
  assert.is(statistics.latency.max, 150);
});

counting('a connection remembers its last own request; a ping moves neither cxid nor the count of its requests', () => {
  const world = new World();
  const client = world.client(1);
  const { statistics } = client.connection;
  assert.equal([statistics.received, statistics.sent, statistics.lastOpCode], [1, 1, OpCode.createSession]);
  client.send({ op: 'create', path: '/a' });
  world.settle();
  client.send({ op: 'ping' });
  world.settle();
  assert.equal([statistics.received, statistics.sent, statistics.lastOpCode], [3, 3, OpCode.ping]);
  assert.is(statistics.lastCxid, 1);
  assert.is(statistics.lastZxid, world.replica(1).tree.lastProcessedZxid);
  statistics.reset();
  assert.equal([statistics.received, statistics.lastCxid, statistics.minLatencyMs], [0, -1, 0]);
});

counting('the leader counts its proposals with their sizes, the followers what they were given', () => {
  const world = new World({ voters: 3 });
  const leader = world.replica(world.leader).statistics;
  const follower = world.replica(world.follower).statistics;
  const client = world.client(world.follower);
  const before = { ...leader.counts };
  client.send({ op: 'create', path: '/a', data: 'x'.repeat(1000) });
  client.send({ op: 'create', path: '/b' });
  world.settle();
  assert.equal([leader.counts.proposals - before.proposals, leader.counts.commits - before.commits], [2, 2]);
  assert.is(follower.counts.proposals, 0);
  // A session and two znodes; the commits come one or many at a time, but none is missing.
  assert.equal([follower.counts.learnerProposals, follower.counts.learnerCommits], [3, 3]);
  assert.ok(leader.proposalSizes.max > 1000 && leader.proposalSizes.last < 1000);
});

counting('elections, the time without service and the leader’s time in office are told', () => {
  const world = new World({ voters: 3 });
  const old = world.leader;
  world.advance(1000);
  assert.ok((world.replica(old).statistics.leaderUptimeMs ?? 0) >= 1000);
  world.kill(old);
  world.advance(1000);
  const { statistics } = world.replica(world.leader);
  assert.is(statistics.counts.elections, 2);
  assert.is(statistics.electionTime.count, 2);
  assert.is(statistics.unavailableTime.count, 2);
  assert.is(world.replica(world.follower).statistics.leaderUptimeMs, null);
});

counting('sessions that expire and connections that never say anything are counted', () => {
  const world = new World();
  const client = world.client(1, { timeoutMs: 2000 });
  world.open(1);
  assert.is(
    world
      .replica(1)
      .leading?.expiries()
      .flatMap(([, sessions]) => sessions).length,
    1,
  );
  world.replica(1).onDisconnect(client.connection);
  world.advance(11_000);
  const { counts } = world.replica(1).statistics;
  assert.equal([counts.sessionsExpired, counts.connectionDrops, counts.sessionlessConnectionsExpired], [1, 1, 1]);
  assert.equal(world.replica(1).leading?.expiries(), []);
});

counting('a reset starts the counts again and forgets no time in office', () => {
  const world = new World();
  world.client(1);
  world.advance(1000);
  const { statistics } = world.replica(1);
  statistics.reset();
  assert.equal([statistics.counts.packetsReceived, statistics.latency.max, statistics.responseSizes.last], [0, 0, -1]);
  assert.ok((statistics.leaderUptimeMs ?? 0) >= 1000);
});

counting.run();
