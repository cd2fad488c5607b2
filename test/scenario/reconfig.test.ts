/** reconfig and /zookeeper/config (facts 4.2, 9.1, 10.4): the refusals in their order, and what a reader sees. */
import { toPeerId } from '../../core/ids.ts';
import type { EnsembleMember } from '../../core/server/membership/ensemble-config.ts';
import type { WriteSettings } from '../../core/server/writes/write-rules.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const reconfig = suite('scenario/reconfig');

const ENABLED: Partial<WriteSettings> = { reconfigEnabled: true };
const MEMBERS: readonly EnsembleMember[] = [1, 2, 3].map((id) => ({
  id: toPeerId(id),
  role: 'participant',
  host: '10.0.0.1',
  clientHost: '10.0.0.1',
  clientPort: 2180 + id,
}));
const TEXT = [
  'server.1=10.0.0.1:2888:3888:participant;10.0.0.1:2181',
  'server.2=10.0.0.1:2889:3889:participant;10.0.0.1:2182',
  'server.3=10.0.0.1:2890:3890:participant;10.0.0.1:2183',
  'version=0',
].join('\n');

function ensemble(writes: Partial<WriteSettings>): { world: World; ask: (request: Request) => string } {
  const world = new World({ voters: 3, writes });
  for (const { id } of MEMBERS) world.replica(id).onMembers(MEMBERS);
  const client = world.client(world.follower);
  const ask = (request: Request): string => {
    client.send(request);
    world.settle();
    return client.take().replace(/^#\d+ /, '');
  };
  return { world, ask };
}

reconfig('switched off it is refused before anything is looked at, and takes a zxid as any failed write', () => {
  const { ask } = ensemble({});
  assert.is(ask({ op: 'reconfig', joining: 'nonsense', version: 77 }), 'reconfig 1:2 RECONFIG_DISABLED');
  const alone = new World();
  const client = alone.client(1);
  client.send({ op: 'reconfig' });
  alone.settle();
  assert.is(client.take(), '#1 reconfig 1:2 RECONFIG_DISABLED');
});

reconfig('a server alone does not know it', () => {
  const alone = new World({ writes: ENABLED });
  const client = alone.client(1);
  client.send({ op: 'reconfig', leaving: 'nonsense', version: 77 });
  alone.settle();
  assert.is(client.take(), '#1 reconfig 1:2 UNIMPLEMENTED');
});

reconfig('version, then syntax, then the number of voters, then their quorum, then permission, then: not here', () => {
  const { ask } = ensemble(ENABLED);
  const outcome = (request: Omit<Request & { op: 'reconfig' }, 'op'>): string =>
    ask({ op: 'reconfig', ...request }).replace(/^reconfig \S+ /, '');
  const fourth = 'server.4=10.0.0.4:2888:3888;2181';
  assert.is(outcome({ joining: 'nonsense', version: 1 }), 'BAD_VERSION');
  for (const joining of [
    'nonsense',
    'server.4',
    'server.4=10.0.0.4',
    'server.4=10.0.0.4:2888:3888',
    'server.4=10.0.0.4:2888:2888;2181',
    'server.4=10.0.0.1:2888:3888;2181',
    'server.4=10.0.0.4:2888:3888;10.0.0.1:2181',
  ]) {
    assert.is(outcome({ joining, version: 0 }), 'BAD_ARGUMENTS', joining);
  }
  assert.is(outcome({ leaving: 'two' }), 'MARSHALLING_ERROR');
  assert.is(outcome({ leaving: '1,2,9' }), 'BAD_ARGUMENTS');
  assert.is(outcome({ newMembers: 'server.1=a:1:2;3' }), 'BAD_ARGUMENTS');
  assert.is(outcome({ newMembers: 'group.1=1:2' }), 'BAD_ARGUMENTS');
  assert.is(outcome({ newMembers: 'server.7=a:1:2;3\nserver.8=b:1:2;3' }), 'NEW_CONFIG_NO_QUORUM');
  assert.is(outcome({ joining: `${fourth},server.5=a:1:2;3`, leaving: '1,2' }), 'NEW_CONFIG_NO_QUORUM');
  // Three of four are up to date; but only a superuser may write the configuration.
  assert.is(outcome({ joining: fourth, leaving: '' }), 'NO_AUTH');
  assert.is(outcome({ leaving: '3', joining: null, newMembers: '' }), 'NO_AUTH');
  const { ask: askFreely } = ensemble({ ...ENABLED, skipAcl: true });
  assert.match(askFreely({ op: 'reconfig', joining: fourth }), 'UNIMPLEMENTED');
});

reconfig('the configuration names the members, at version -1, by each replica for itself', () => {
  const { world, ask } = ensemble({});
  assert.is(
    ask({ op: 'getData', path: '/zookeeper/config' }),
    `getData 1:1 "${TEXT}" {v-1 c0 a-1 0:0 0:0 0:0 len${TEXT.length} kids0}`,
  );
  assert.is(ask({ op: 'getACL', path: '/zookeeper/config' }).split(' ')[2], 'world:anyone:1');
  const digests = MEMBERS.map(({ id }) => world.replica(id).tree.digest);
  assert.equal(digests[0], digests[1]);
});

reconfig('a replica that gets another tree tells it there too', () => {
  const { world } = ensemble({});
  const late = MEMBERS.map(({ id }) => id).find((id) => id !== world.leader) ?? 0;
  world.isolate(late);
  const client = world.client(world.leader);
  for (let index = 0; index < 600; index++) client.send({ op: 'create', path: `/n${index}` });
  world.settle();
  for (const { id } of MEMBERS) if (id !== late) world.mend(late, id);
  world.advance(500);
  const { tree } = world.replica(late);
  assert.ok(tree.find('/n599') > 0);
  assert.is(Buffer.from(tree.data(tree.find('/zookeeper/config')) ?? []).toString(), TEXT);
});

reconfig('a server alone tells nothing, whatever its directory says of another ensemble', () => {
  const world = new World();
  const client = world.client(1);
  world.replica(1).onMembers(MEMBERS.slice(0, 1));
  client.send({ op: 'getData', path: '/zookeeper/config' });
  world.settle();
  assert.is(client.take(), '#1 getData 1:1 "" {v0 c0 a-1 0:0 0:0 0:0 len0 kids0}');
});

reconfig.run();
