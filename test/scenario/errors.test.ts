/** Which error a request gets when several would fit (zookeeper-facts 4.2, 4.3), and what failed writes cost. */
import type { Acl } from '../../core/jute/acl.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const errors = suite('scenario/errors');

const EPHEMERAL = 1;
const SEQUENTIAL = 2;
const world = (perms: number): Acl[] => [{ perms, scheme: 'world', id: 'anyone' }];

/** /a with child /a/b (version 1), /e ephemeral, /r readable only (with /r/c), /h hidden (nothing permitted). */
function prepared(): { ask: (request: Request) => string; client: TestClient } {
  const here = new World();
  const client = here.client(1);
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'create', path: '/a/b' });
  client.send({ op: 'setData', path: '/a/b' });
  client.send({ op: 'create', path: '/e', flags: EPHEMERAL });
  const locked: Request = {
    op: 'multi',
    ops: [
      { op: 'create', path: '/r', acl: world(31) },
      { op: 'create', path: '/r/c' },
      { op: 'create', path: '/h', acl: world(0) },
      { op: 'create', path: '/l', acl: world(1) },
    ],
  };
  client.send(locked);
  here.settle();
  client.take();
  const ask = (request: Request): string => {
    client.send(request);
    here.settle();
    // The number and the zxid are another test's matter.
    return client.take().replace(/^#\d+ \w+ \S+ ?/, '');
  };
  return { ask, client };
}

function expect(table: readonly (readonly [Request, string])[]): void {
  const { ask } = prepared();
  for (const [request, expected] of table) assert.is(ask(request), expected, JSON.stringify(request));
}

errors('create: the textual parent is looked for before the syntax is judged', () => {
  expect([
    [{ op: 'create', path: '/a//b' }, 'NO_NODE'],
    [{ op: 'create', path: '/a/./b' }, 'NO_NODE'],
    [{ op: 'create', path: '/a/b/' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/a/x/' }, 'NO_NODE'],
    [{ op: 'create', path: '/a/..' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: 'foo' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/a\0' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/nowhere/\u0001' }, 'NO_NODE'],
    [{ op: 'create', path: '/\u0001' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/\u{1f40e}' }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: null }, 'MARSHALLING_ERROR'],
    [{ op: 'create', path: '/' }, 'NODE_EXISTS'],
    [{ op: 'create', path: '/a' }, 'NODE_EXISTS'],
    [{ op: 'create', path: '/e/x' }, 'NO_CHILDREN_FOR_EPHEMERALS'],
    [{ op: 'create', path: '/l/x' }, 'NO_AUTH'],
    [{ op: 'create', path: '/l/..' }, 'NO_AUTH'],
  ]);
});

errors('create: flags come first, then the path, then the ACL, then the parent', () => {
  expect([
    [{ op: 'create', path: 'foo', flags: 7, acl: [] }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/x', flags: -1 }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: 'foo', flags: 5 }, 'UNIMPLEMENTED'],
    [{ op: 'create', path: 'foo', acl: [] }, 'BAD_ARGUMENTS'],
    [{ op: 'create', path: '/nowhere/x', acl: [] }, 'INVALID_ACL'],
    [{ op: 'create', path: '/nowhere/x' }, 'NO_NODE'],
    // Op 1 knows no containers: this flag makes an ordinary znode.
    [{ op: 'create', path: '/c', flags: 4 }, '/c'],
  ]);
});

errors('create: which ACLs are valid', () => {
  const create = (scheme: string | null, id: string | null): Request => ({
    op: 'create',
    path: '/a',
    acl: [{ perms: 31, scheme, id }],
  });
  expect([
    [create('world', 'anyone'), 'NODE_EXISTS'],
    [create('world', 'me'), 'INVALID_ACL'],
    [create('auth', ''), 'INVALID_ACL'],
    [create('auth', null), 'INVALID_ACL'],
    [create('unknown', 'x'), 'INVALID_ACL'],
    [create('super', 'x'), 'INVALID_ACL'],
    [create(null, 'x'), 'INVALID_ACL'],
    [create('digest', null), 'MARSHALLING_ERROR'],
    [create('digest', 'u:h'), 'NODE_EXISTS'],
    [create('digest', ':h'), 'NODE_EXISTS'],
    [create('digest', 'u:'), 'INVALID_ACL'],
    [create('digest', 'a:b:c'), 'INVALID_ACL'],
    [create('ip', '10.0.0.0/8'), 'NODE_EXISTS'],
    [create('ip', '10.0.0'), 'INVALID_ACL'],
  ]);
});

errors('delete: syntax, parent, permission, znode, version, children', () => {
  expect([
    [{ op: 'delete', path: '/' }, 'BAD_ARGUMENTS'],
    [{ op: 'delete', path: '/zookeeper' }, 'BAD_ARGUMENTS'],
    [{ op: 'delete', path: '/zookeeper/quota' }, 'BAD_ARGUMENTS'],
    [{ op: 'delete', path: '/zookeeper/config' }, 'BAD_ARGUMENTS'],
    [{ op: 'delete', path: 'foo' }, 'BAD_ARGUMENTS'],
    [{ op: 'delete', path: '/nowhere/x' }, 'NO_NODE'],
    [{ op: 'delete', path: '/l/nothing' }, 'NO_AUTH'],
    [{ op: 'delete', path: '/a/nothing' }, 'NO_NODE'],
    [{ op: 'delete', path: '/a/' }, 'NO_NODE'],
    [{ op: 'delete', path: '/a', version: 7 }, 'BAD_VERSION'],
    [{ op: 'delete', path: '/a', version: -2 }, 'BAD_VERSION'],
    [{ op: 'delete', path: '/a' }, 'NOT_EMPTY'],
    [{ op: 'delete', path: '/h' }, ''],
  ]);
});

errors('setData: syntax, znode, permission, version', () => {
  expect([
    [{ op: 'setData', path: null }, 'BAD_ARGUMENTS'],
    [{ op: 'setData', path: '' }, 'BAD_ARGUMENTS'],
    [{ op: 'setData', path: '/a/' }, 'BAD_ARGUMENTS'],
    [{ op: 'setData', path: '/a//b' }, 'BAD_ARGUMENTS'],
    [{ op: 'setData', path: '/nothing', version: 3 }, 'NO_NODE'],
    [{ op: 'setData', path: '/l', version: 3 }, 'NO_AUTH'],
    [{ op: 'setData', path: '/a/b', version: 0 }, 'BAD_VERSION'],
  ]);
});

errors('reads: no syntax check, and an empty path reads the root', () => {
  const { ask } = prepared();
  const root = ask({ op: 'getData', path: '/' });
  assert.match(root, /^"" \{v0 c/);
  assert.is(ask({ op: 'getData', path: '' }), root);
  for (const op of ['exists', 'getData', 'getChildren', 'getChildren2'] as const) {
    assert.is(ask({ op, path: null }), 'MARSHALLING_ERROR', op);
    assert.is(ask({ op, path: '/a/' }), 'NO_NODE', op);
    assert.is(ask({ op, path: '/nothing' }), 'NO_NODE', op);
    assert.is(ask({ op, path: '/h' }), 'NO_AUTH', op);
  }
  assert.is(ask({ op: 'exists', path: '/a\0' }), 'BAD_ARGUMENTS');
  assert.is(ask({ op: 'getData', path: '/a\0' }), 'NO_NODE');
});

errors('a path that is missing makes a failed write, but a multi that cannot be read', () => {
  const here = new World();
  const client = here.client(1);
  client.send({ op: 'create', path: null });
  client.send({ op: 'delete', path: null });
  client.send({ op: 'setData', path: null });
  client.send({
    op: 'multi',
    ops: [
      { op: 'create', path: '/a' },
      { op: 'delete', path: null },
    ],
  });
  client.send({ op: 'getChildren', path: '/' });
  here.settle();
  assert.is(
    client.take(),
    [
      '#1 create 1:2 MARSHALLING_ERROR',
      '#2 delete 1:3 MARSHALLING_ERROR',
      '#3 setData 1:4 BAD_ARGUMENTS',
      '#4 multi 1:5 MARSHALLING_ERROR',
      '#5 getChildren 1:5 [zookeeper]',
    ].join('\n'),
  );
});

errors('a failed write takes a zxid, a failed read does not', () => {
  const here = new World();
  const client = here.client(1);
  client.send({ op: 'create', path: '/nowhere/x' });
  client.send({ op: 'getData', path: '/nowhere' });
  client.send({ op: 'delete', path: '/' });
  client.send({ op: 'multi', ops: [] });
  client.send({ op: 'ping' });
  here.settle();
  assert.is(
    client.take(),
    '#1 create 1:2 NO_NODE\n#2 getData 1:2 NO_NODE\n#3 delete 1:3 BAD_ARGUMENTS\n#4 multi 1:4 []\nping 1:4',
  );
});

errors('a write is judged by what is under way before it, not by what the tree shows', () => {
  const here = new World();
  const client = here.client(1);
  here.machine(1).holdsSync = true;
  client.send({ op: 'create', path: '/a' });
  client.send({ op: 'setData', path: '/a', version: 0 });
  client.send({ op: 'setData', path: '/a', version: 0 });
  client.send({ op: 'create', path: '/a/', flags: SEQUENTIAL });
  client.send({ op: 'create', path: '/a/', flags: SEQUENTIAL });
  client.send({ op: 'delete', path: '/a' });
  client.send({ op: 'delete', path: '/a/0000000000' });
  client.send({ op: 'create', path: '/a/', flags: SEQUENTIAL });
  here.settle();
  assert.is(client.take(), '');
  here.machine(1).holdsSync = false;
  here.settle();
  assert.is(
    client.take(),
    [
      '#1 create 1:2 /a',
      '#2 setData 1:3 {v1 c0 a0 1:2 1:3 1:2 len0 kids0}',
      '#3 setData 1:4 BAD_VERSION',
      '#4 create 1:5 /a/0000000000',
      '#5 create 1:6 /a/0000000001',
      '#6 delete 1:7 NOT_EMPTY',
      '#7 delete 1:8',
      '#8 create 1:9 /a/0000000002',
    ].join('\n'),
  );
});

errors('after 2^31 - 1 children a sequential create fails for ever, and nothing breaks', () => {
  const here = new World();
  const client = here.client(1);
  client.send({ op: 'create', path: '/s' });
  here.settle();
  client.take();
  const { tree } = here.replica(1);
  // As if so many had been created and deleted.
  const header = { clientId: client.session, cxid: 0, zxid: tree.lastProcessedZxid, time: 0, type: 1 };
  const path = '/s/2147483646';
  const txn = { type: 1, path, data: null, acl: world(31), ephemeral: false, parentCVersion: 2147483647 } as const;
  tree.apply(header, txn, false);
  for (let index = 0; index < 3; index++) {
    client.send({ op: 'create', path: '/s/', flags: SEQUENTIAL });
    here.settle();
  }
  assert.is(client.take(), '#2 create 1:3 /s/2147483647\n#3 create 1:4 NODE_EXISTS\n#4 create 1:5 NODE_EXISTS');
});

errors.run();
