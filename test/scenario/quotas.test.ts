/** Quotas (facts 9.2): what they refuse, when they only warn, and that every replica counts the same. */
import type { WriteSettings } from '../../core/server/writes/write-rules.ts';
import type { Request } from '../support/requests.ts';
import { World, type WorldOptions } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const quotas = suite('scenario/quotas');

const ENFORCED: Partial<WriteSettings> = { enforceQuota: true };
const NO_AUTH_ACL = [{ perms: 1, scheme: 'world', id: 'anyone' }];

interface Table {
  readonly world: World;
  readonly client: TestClient;
  readonly ask: (request: Request) => string;
}

/** /q with 3 bytes and one child of 2 bytes, under these limits. */
function prepared(limits: string, options: WorldOptions = { writes: ENFORCED }): Table {
  const world = new World(options);
  const client = world.client(1, { timeoutMs: 20_000 });
  const ask = (request: Request): string => {
    client.send(request);
    world.settle();
    return client.take().replace(/^#\d+ \w+ \S+ ?/, '');
  };
  ask({ op: 'create', path: '/q', data: '123' });
  ask({ op: 'create', path: '/q/a', data: '45' });
  ask({ op: 'create', path: '/zookeeper/quota/q' });
  ask({ op: 'create', path: '/zookeeper/quota/q/zookeeper_limits', data: limits });
  ask({ op: 'create', path: '/zookeeper/quota/q/zookeeper_stats' });
  return { world, client, ask };
}

function usage({ ask }: Table): string {
  return ask({ op: 'getData', path: '/zookeeper/quota/q/zookeeper_stats' }).replace(/ \{.*$/, '');
}

quotas('a hard count refuses the create that exceeds it, and nothing else', () => {
  const table = prepared('count=-1,bytes=-1=;countHardLimit=3');
  const { ask } = table;
  assert.is(ask({ op: 'create', path: '/q/b' }), '/q/b');
  assert.is(ask({ op: 'create', path: '/q/c' }), 'QUOTA_EXCEEDED');
  assert.is(ask({ op: 'createContainer', path: '/q/b/c' }), 'QUOTA_EXCEEDED');
  assert.match(ask({ op: 'setData', path: '/q/b', data: 'as long as you like' }), /^\{v1/);
  assert.is(ask({ op: 'create', path: '/elsewhere' }), '/elsewhere');
  assert.is(usage(table), '"count=3,bytes=24"');
  assert.is(ask({ op: 'delete', path: '/q/b' }), '');
  assert.is(ask({ op: 'create', path: '/q/c' }), '/q/c');
});

quotas('hard bytes refuse what leaves the sum above them, even what makes it smaller', () => {
  const { ask } = prepared('count=-1,bytes=-1=;byteHardLimit=7');
  assert.is(ask({ op: 'create', path: '/q/b', data: 'xyz' }), 'QUOTA_EXCEEDED');
  assert.is(ask({ op: 'create', path: '/q/b', data: 'xy' }), '/q/b');
  assert.is(ask({ op: 'setData', path: '/q/b', data: 'xyz' }), 'QUOTA_EXCEEDED');
  assert.match(ask({ op: 'setData', path: '/q/b', data: 'yx' }), /^\{v1/);
  assert.is(ask({ op: 'create', path: '/q/empty' }), '/q/empty');
  // Lowered below what is used.
  ask({ op: 'setData', path: '/zookeeper/quota/q/zookeeper_limits', data: 'count=-1,bytes=-1=;byteHardLimit=2' });
  assert.is(ask({ op: 'setData', path: '/q', data: '12' }), 'QUOTA_EXCEEDED');
  assert.match(ask({ op: 'setData', path: '/q', data: '321' }), /^\{v1/);
  assert.is(ask({ op: 'delete', path: '/q/a' }), '');
});

quotas('the quota is asked after existence and permission, and before the version', () => {
  const { ask } = prepared('count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=3');
  ask({ op: 'create', path: '/q/locked', acl: NO_AUTH_ACL });
  const [path, data] = ['/q/a', 'too much'];
  assert.is(ask({ op: 'create', path: '/q/a' }), 'NODE_EXISTS');
  assert.is(ask({ op: 'create', path: '/q/nowhere/x' }), 'NO_NODE');
  assert.is(ask({ op: 'create', path: '/q/locked/x' }), 'NO_AUTH');
  assert.is(ask({ op: 'create', path: '/q/x' }), 'QUOTA_EXCEEDED');
  assert.is(ask({ op: 'setData', path: '/q/nowhere', data }), 'NO_NODE');
  assert.is(ask({ op: 'setData', path: '/q/locked', data }), 'NO_AUTH');
  assert.is(ask({ op: 'setData', path, data, version: 9 }), 'QUOTA_EXCEEDED');
  assert.is(ask({ op: 'setData', path, data: '54', version: 9 }), 'BAD_VERSION');
  assert.is(
    ask({
      op: 'multi',
      ops: [
        { op: 'check', path, version: 0 },
        { op: 'setData', path, data },
      ],
    }),
    '[OK | QUOTA_EXCEEDED]',
  );
});

quotas('what is committed is judged, not what is under way', () => {
  const { world, client } = prepared('count=3,bytes=-1=;countHardLimit=3');
  world.machine(1).holdsSync = true;
  for (const name of ['b', 'c']) client.send({ op: 'create', path: `/q/${name}` });
  world.machine(1).holdsSync = false;
  world.settle();
  assert.match(client.take(), /\/q\/b\n.*\/q\/c$/);
  client.send({ op: 'create', path: '/q/d' });
  world.settle();
  assert.match(client.take(), 'QUOTA_EXCEEDED');
});

quotas('soft limits, and hard ones that are not enforced, warn once a minute', () => {
  for (const [limits, writes] of [
    ['count=2,bytes=5', ENFORCED],
    ['count=2,bytes=5=;byteHardLimit=5;countHardLimit=2', {}],
  ] as const) {
    const { world, ask } = prepared(limits, { writes });
    const { notices } = world.machine(1);
    assert.match(ask({ op: 'setData', path: '/q/a', data: '54' }), /^\{v1/);
    assert.equal(notices, [], 'at the limit');
    for (const name of ['b', 'c']) assert.is(ask({ op: 'create', path: `/q/${name}`, data: 'x' }), `/q/${name}`);
    world.advance(10_000);
    ask({ op: 'create', path: '/q/d' });
    assert.is(notices.length, 1);
    assert.match(notices[0] ?? '', 'the quota of /q is exceeded: count 3');
    for (let passed = 0; passed < 60_000; passed += 5000) {
      world.advance(5000);
      ask({ op: 'ping' });
    }
    assert.match(ask({ op: 'setData', path: '/q/a', data: 'long' }), /^\{v2/);
    assert.is(notices.length, 2);
    assert.match(notices[1] ?? '', 'bytes 9');
  }
});

quotas('where there is a hard limit, the soft one is not looked at', () => {
  const { world, ask } = prepared('count=2,bytes=-1=;countHardLimit=3');
  assert.is(ask({ op: 'create', path: '/q/b' }), '/q/b');
  assert.equal(world.machine(1).notices, []);
});

quotas('every replica counts the same, one that starts anew or gets a snapshot too', () => {
  const table = prepared('count=100,bytes=-1', { voters: 3, commitLogCount: 3 });
  const { world, ask } = table;
  const late = [1, 2, 3].find((id) => id !== world.leader && id !== 1) ?? 0;
  world.kill(late);
  for (let index = 0; index < 10; index++) ask({ op: 'create', path: `/q/n${index}`, data: 'data' });
  world.start(late);
  world.advance(500);
  ask({ op: 'delete', path: '/q/n3' });
  assert.is(usage(table), '"count=11,bytes=41"');
  for (const id of [1, 2, 3]) {
    const { tree } = world.replica(id);
    const text = Buffer.from(tree.data(tree.find('/zookeeper/quota/q/zookeeper_stats')) ?? []).toString();
    assert.is(text, 'count=11,bytes=41', `replica ${id}`);
  }
});

quotas.run();
