/** Containers, TTL znodes and ACLs of znodes that exist: which error when several fit, what they leave (facts 3.1, 4.2, 5). */
import type { WriteSettings } from '../../core/server/writes/write-rules.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const special = suite('scenario/special znodes');

const EPHEMERAL = 1;
const SEQUENTIAL = 2;
const CONTAINER = 4;
const TTL = 5;
const TTL_SEQUENTIAL = 6;
const TTL_MAX = 2 ** 40 - 1;
const READ_ONLY = [{ perms: 1, scheme: 'world', id: 'anyone' }];

/** Plays the requests on one replica, one after another; the answers less their numbers, ops and zxids. */
function play(requests: readonly Request[], writes: Partial<WriteSettings> = {}): string[] {
  const world = new World({ writes });
  const client = world.client(1);
  return requests.map((request) => {
    client.send(request);
    world.settle();
    return client.take().replace(/^#\d+ \w+ \S+ ?/, '');
  });
}

function expect(table: readonly (readonly [Request, string])[], writes: Partial<WriteSettings> = {}): void {
  const answers = play(
    table.map(([request]) => request),
    writes,
  );
  for (const [index, [request, expected]] of table.entries()) {
    assert.is(answers[index], expected, JSON.stringify(request));
  }
}

special('a container is answered with its Stat and shows no owner, whatever its flag', () => {
  expect([
    [{ op: 'createContainer', path: '/c' }, '/c {v0 c0 a0 1:2 1:2 1:2 len0 kids0}'],
    [{ op: 'createContainer', path: '/plain', flags: 0 }, '/plain {v0 c0 a0 1:3 1:3 1:3 len0 kids0}'],
    [{ op: 'create2', path: '/c/child', data: 'x' }, '/c/child {v0 c0 a0 1:4 1:4 1:4 len1 kids0}'],
    [{ op: 'exists', path: '/c' }, '{v0 c1 a0 1:2 1:2 1:4 len0 kids1}'],
    [{ op: 'createContainer', path: '/c/n-', flags: SEQUENTIAL }, '/c/n-0000000001 {v0 c0 a0 1:5 1:5 1:5 len0 kids0}'],
    [{ op: 'createContainer', path: '/c' }, 'NODE_EXISTS'],
    [{ op: 'createContainer', path: null }, 'MARSHALLING_ERROR'],
  ]);
});

special('create and create2 make no container of its flag', () => {
  const writes = { containerCheckIntervalMs: 100 };
  const world = new World({ writes });
  const client = world.client(1);
  for (const op of ['create', 'create2'] as const) {
    client.send({ op, path: `/${op}`, flags: CONTAINER });
    client.send({ op, path: `/${op}/child` });
    client.send({ op: 'delete', path: `/${op}/child` });
  }
  world.settle();
  world.advance(1000);
  client.take();
  client.send({ op: 'getChildren', path: '/' });
  world.settle();
  assert.match(client.take(), '[create create2 zookeeper]');
});

special('without extended types a flag with time to live is refused before anything else is looked at', () => {
  expect([
    [{ op: 'createTTL', path: null, ttl: 100 }, 'UNIMPLEMENTED'],
    [{ op: 'createTTL', path: 'foo', ttl: 0 }, 'UNIMPLEMENTED'],
    [{ op: 'createTTL', path: '/t', ttl: 100, flags: 0 }, 'BAD_ARGUMENTS'],
    [{ op: 'createTTL', path: '/t', ttl: 100, flags: 7 }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/t', flags: TTL }, 'UNIMPLEMENTED'],
    [{ op: 'createContainer', path: '/t', flags: TTL_SEQUENTIAL }, 'UNIMPLEMENTED'],
  ]);
});

special('a time to live is 1 ms to 2^40 - 1 ms, and judged before path, ACL and parent', () => {
  expect(
    [
      [{ op: 'createTTL', path: '/t', ttl: 1 }, '/t {v0 c0 a0 1:2 1:2 1:2 len0 kids0}'],
      [{ op: 'createTTL', path: '/most', ttl: TTL_MAX }, '/most {v0 c0 a0 1:3 1:3 1:3 len0 kids0}'],
      [
        { op: 'createTTL', path: '/s-', ttl: 9, flags: TTL_SEQUENTIAL },
        '/s-0000000002 {v0 c0 a0 1:4 1:4 1:4 len0 kids0}',
      ],
      [{ op: 'createTTL', path: 'foo', ttl: 0, acl: [] }, 'BAD_ARGUMENTS'],
      [{ op: 'createTTL', path: null, ttl: -1 }, 'BAD_ARGUMENTS'],
      [{ op: 'createTTL', path: '/u', ttl: TTL_MAX + 1 }, 'BAD_ARGUMENTS'],
      [{ op: 'createTTL', path: '/u', ttl: Number.MAX_SAFE_INTEGER }, 'BAD_ARGUMENTS'],
      [{ op: 'createTTL', path: null, ttl: 5 }, 'MARSHALLING_ERROR'],
      [{ op: 'createTTL', path: '/nowhere/t', ttl: 5, acl: [] }, 'INVALID_ACL'],
      [{ op: 'createTTL', path: '/nowhere/t', ttl: 5 }, 'NO_NODE'],
      // Without a flag for it: ZooKeeper would log what no server can apply.
      [{ op: 'createTTL', path: '/u', ttl: -1, flags: 0 }, 'BAD_ARGUMENTS'],
      [{ op: 'create', path: '/u', flags: TTL }, 'BAD_ARGUMENTS'],
      [{ op: 'createContainer', path: '/u', flags: TTL }, 'BAD_ARGUMENTS'],
      [{ op: 'create', path: '/t/child' }, '/t/child'],
    ],
    { extendedTypes: true },
  );
});

special('containers and TTL znodes outlive the session that made them', () => {
  const world = new World({ writes: { extendedTypes: true } });
  const [client, other] = [world.client(1), world.client(1)];
  client.send({ op: 'createContainer', path: '/c' });
  client.send({ op: 'createTTL', path: '/t', ttl: 100_000 });
  client.send({ op: 'create', path: '/e', flags: EPHEMERAL });
  client.send({ op: 'closeSession' });
  world.settle();
  other.send({ op: 'getChildren', path: '/' });
  world.settle();
  assert.match(other.take(), '[c t zookeeper]');
});

special('in a multi the flag has a say, and whatever has a Stat in its answer is answered as create2', () => {
  const stat = '{v0 c0 a0 1:2 1:2 1:2 len0 kids0}';
  expect(
    [
      [
        {
          op: 'multi',
          ops: [
            { op: 'createContainer', path: '/c' },
            { op: 'createContainer', path: '/d', flags: 0 },
            { op: 'create', path: '/e', flags: CONTAINER },
            { op: 'create2', path: '/f', flags: CONTAINER },
            { op: 'createTTL', path: '/t', ttl: 100 },
            { op: 'createTTL', path: '/u', ttl: 100, flags: CONTAINER },
            { op: 'createTTL', path: '/v', ttl: 100, flags: 0 },
            { op: 'createTTL', path: '/s-', ttl: 100, flags: TTL_SEQUENTIAL },
          ],
        },
        `[${[
          ...['/c', '/d', '/e', '/f', '/t', '/u'].map((path) => `create2 ${path} ${stat}`),
          'create /v',
          `create2 /s-0000000007 ${stat}`,
        ].join(' | ')}]`,
      ],
      [{ op: 'multi', ops: [{ op: 'createTTL', path: '/w', ttl: 0 }] }, '[BAD_ARGUMENTS]'],
      [{ op: 'multi', ops: [{ op: 'createTTL', path: '/w', ttl: 1, flags: 7 }] }, '[BAD_ARGUMENTS]'],
      [{ op: 'multi', ops: [{ op: 'create', path: '/w', flags: TTL }] }, 'MARSHALLING_ERROR'],
      [{ op: 'multi', ops: [{ op: 'createContainer', path: '/w', flags: TTL }] }, 'MARSHALLING_ERROR'],
    ],
    { extendedTypes: true },
  );
  expect([[{ op: 'multi', ops: [{ op: 'createTTL', path: '/w', ttl: 1 }] }, '[UNIMPLEMENTED]']]);
});

special('what a multi makes of a container flag is a container', () => {
  const world = new World({ writes: { containerCheckIntervalMs: 1000 } });
  const client = world.client(1);
  client.send({
    op: 'multi',
    ops: [
      { op: 'create', path: '/c', flags: CONTAINER },
      { op: 'create', path: '/c/child' },
      { op: 'delete', path: '/c/child' },
    ],
  });
  world.settle();
  world.advance(1100);
  client.take();
  client.send({ op: 'exists', path: '/c' });
  world.settle();
  assert.match(client.take(), 'NO_NODE');
});

special('setACL: syntax, ACL, znode, permission, aversion', () => {
  const stat = '1:2 1:2 1:2 len0 kids0';
  expect([
    [{ op: 'create2', path: '/a' }, `/a {v0 c0 a0 ${stat}}`],
    [{ op: 'setACL', path: null, acl: [] }, 'BAD_ARGUMENTS'],
    [{ op: 'setACL', path: '/a/', acl: [] }, 'BAD_ARGUMENTS'],
    [{ op: 'setACL', path: '/nowhere', acl: [] }, 'INVALID_ACL'],
    [{ op: 'setACL', path: '/nowhere', version: 7 }, 'NO_NODE'],
    [{ op: 'setACL', path: '/zookeeper/config', version: 7 }, 'NO_AUTH'],
    [{ op: 'setACL', path: '/a', version: 1 }, 'BAD_VERSION'],
    [{ op: 'setACL', path: '/a', version: 0 }, `{v0 c0 a1 ${stat}}`],
    [{ op: 'setACL', path: '/a' }, `{v0 c0 a2 ${stat}}`],
    [{ op: 'setACL', path: '/a', acl: [{ perms: 31, scheme: 'ip', id: null }] }, 'MARSHALLING_ERROR'],
    [{ op: 'setACL', path: '/a', acl: [...READ_ONLY, ...READ_ONLY] }, `{v0 c0 a3 ${stat}}`],
    [{ op: 'getACL', path: '/a' }, `world:anyone:1 {v0 c0 a3 ${stat}}`],
    [{ op: 'setACL', path: '/a' }, 'NO_AUTH'],
    [{ op: 'setData', path: '/a', version: 9 }, 'NO_AUTH'],
    [{ op: 'create', path: '/a/b' }, 'NO_AUTH'],
  ]);
});

special('a setACL under way counts for the writes behind it', () => {
  const world = new World();
  const client = world.client(1);
  world.machine(1).holdsSync = true;
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'setACL', path: '/a', acl: READ_ONLY, version: 0 });
  client.send({ op: 'setData', path: '/a' });
  world.machine(1).holdsSync = false;
  world.settle();
  assert.match(client.take(), /#3 setData 1:4 NO_AUTH$/);
});

special('with skipAcl nobody is refused, and the ACLs are kept', () => {
  expect(
    [
      [{ op: 'create', path: '/a', acl: READ_ONLY }, '/a'],
      [{ op: 'setData', path: '/a' }, '{v1 c0 a0 1:2 1:3 1:2 len0 kids0}'],
      [{ op: 'create', path: '/a/b' }, '/a/b'],
      [{ op: 'delete', path: '/a/b' }, ''],
      [
        { op: 'setACL', path: '/a', acl: [{ perms: 0, scheme: 'world', id: 'anyone' }] },
        '{v1 c2 a1 1:2 1:3 1:5 len0 kids0}',
      ],
      [{ op: 'multi', ops: [{ op: 'check', path: '/a', version: 1 }] }, '[check]'],
      [{ op: 'getData', path: '/a' }, '"" {v1 c2 a1 1:2 1:3 1:5 len0 kids0}'],
      [{ op: 'getACL', path: '/a' }, 'world:anyone:0 {v1 c2 a1 1:2 1:3 1:5 len0 kids0}'],
      [{ op: 'create', path: '/b', acl: [] }, 'INVALID_ACL'],
    ],
    { skipAcl: true },
  );
});

special("the servers' own ops, and a check by itself, are no client's", () => {
  for (const opCode of [13, 20, -10]) {
    const world = new World();
    const client = world.client(1);
    client.send({ op: 'raw', opCode, body: Buffer.from('0000000000000004', 'hex') });
    world.settle();
    assert.is(client.take(), `#1 op${opCode} -1 UNIMPLEMENTED\nclosed`);
  }
});

special.run();
