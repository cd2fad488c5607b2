/** The reads that stand beside getData (zookeeper-facts 3.1, 3.3, 4.3): counts, ephemerals, ACLs, identities, several at once. */
import type { Acl } from '../../core/jute/acl.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const reads = suite('scenario/reads');

/** Asks all of them at once, and tells the answers without number, name and zxid. */
function ask(world: World, client: TestClient, ...requests: readonly Request[]): string[] {
  for (const request of requests) client.send(request);
  world.settle();
  return client
    .take()
    .split('\n')
    .map((line) => line.replace(/^#\d+ \S+ \S+ ?/, ''));
}

const create = (path: string, acl?: readonly Acl[]): Request => ({
  op: 'create',
  path,
  ...(acl === undefined ? {} : { acl }),
});

reads('getAllChildrenNumber counts all descendants and not the znode itself', () => {
  const world = new World();
  const client = world.client(1);
  const count = (path: string | null): Request => ({ op: 'getAllChildrenNumber', path });
  assert.equal(ask(world, client, count('/')), ['3'], 'the system znodes of a fresh server');
  ask(world, client, ...['/a', '/a/b', '/a/b/c', '/a/d', '/ab'].map((path) => create(path)));
  assert.equal(ask(world, client, ...['/', '/a', '/a/b', '/a/b/c', '/ab', ''].map(count)), [
    '8',
    '3',
    '1',
    '0',
    '0',
    '9',
  ]);
  assert.equal(ask(world, client, count('/a/'), count('/x'), count(null)), ['NO_NODE', 'NO_NODE', 'MARSHALLING_ERROR']);
});

reads('getEphemerals lists those of the asking session under a prefix of characters', () => {
  const world = new World();
  const [client, other] = [world.client(1), world.client(1)];
  const ephemeral = (path: string): Request => ({ op: 'create', path, flags: 1 });
  ask(world, client, create('/a'), ephemeral('/a/1'), ephemeral('/a/12'), ephemeral('/ab'), create('/a/kept'));
  ask(world, other, ephemeral('/a/other'));
  const list = (path: string | null): Request => ({ op: 'getEphemerals', path });
  for (const all of [null, '', '/', ' / ', '\t']) assert.equal(ask(world, client, list(all)), ['[/a/1 /a/12 /ab]']);
  assert.equal(ask(world, client, list('/a/1'), list('/a'), list('/a/'), list('/x'), list('//')), [
    '[/a/1 /a/12]',
    '[/a/1 /a/12 /ab]',
    '[/a/1 /a/12]',
    '[]',
    '[]',
  ]);
  assert.equal(ask(world, other, list('/')), ['[/a/other]']);
});

reads('READ opens counts and data; READ or ADMIN opens the ACL, and without ADMIN no hash is shown', () => {
  const world = new World();
  const client = world.client(1);
  const all = (perms: number): Acl => ({ perms, scheme: 'world', id: 'anyone' });
  const secret: Acl = { perms: 31, scheme: 'digest', id: 'user:hash' };
  ask(world, client, create('/read', [all(1), secret]), create('/admin', [all(16), secret]), create('/none', [secret]));
  const getAcl = (path: string | null): Request => ({ op: 'getACL', path });
  const shown = (path: string): string => ask(world, client, getAcl(path)).join().replace(/ \{.*/, '');
  assert.is(shown('/read'), 'world:anyone:1,digest:user:x:31');
  assert.is(shown('/admin'), 'world:anyone:16,digest:user:hash:31');
  assert.is(shown('/none'), 'NO_AUTH');
  assert.equal(ask(world, client, getAcl('/missing'), getAcl(null)), ['NO_NODE', 'MARSHALLING_ERROR']);
  const counts = ['/read', '/admin'].map((path): Request => ({ op: 'getAllChildrenNumber', path }));
  assert.equal(ask(world, client, ...counts), ['0', 'NO_AUTH']);
});

reads('whoAmI tells the address, and of a digest the user without the hash', () => {
  const world = new World();
  const client = world.open(1, '10.1.2.3').connect();
  world.settle();
  client.take();
  const proved = [
    { scheme: 'digest', id: 'user:hash' },
    { scheme: 'super', id: '' },
  ];
  client.connection.identities = [...client.connection.identities, ...proved];
  assert.equal(ask(world, client, { op: 'whoAmI' }), ['ip:10.1.2.3,digest:user,super:']);
});

reads('a multiRead answers each read for itself', () => {
  const world = new World();
  const client = world.client(1);
  ask(world, client, create('/a'), create('/a/b'), create('/hidden', [{ perms: 30, scheme: 'world', id: 'anyone' }]));
  const [answer] = ask(world, client, {
    op: 'multiRead',
    ops: [
      { op: 'getData', path: '/a/b', watch: true },
      { op: 'getChildren', path: '/a', watch: true },
      { op: 'getData', path: '/missing' },
      { op: 'getChildren', path: '/hidden' },
      { op: 'getData', path: '/hidden' },
      { op: 'getChildren', path: '' },
    ],
  });
  assert.is(
    answer,
    '[getData "" {v0 c0 a0 1:3 1:3 1:3 len0 kids0} | getChildren [b] | NO_NODE | NO_AUTH | NO_AUTH | getChildren [a hidden zookeeper]]',
  );
  assert.is(world.replica(1).tree.watches.count, 0, 'its watch flags mean nothing');
  assert.equal(ask(world, client, { op: 'multiRead', ops: [] }), ['[]']);
});

reads('a multiRead is refused whole for a member that is no such read, and the connection stays', () => {
  const world = new World();
  const client = world.client(1);
  const getRoot = { op: 'getData', path: '/' } as const;
  const withNull: Request = { op: 'multiRead', ops: [getRoot, { op: 'getData', path: null }] };
  assert.equal(ask(world, client, withNull), ['MARSHALLING_ERROR']);
  const members = [OpCode.exists, OpCode.create, OpCode.getChildren2, OpCode.check];
  for (const type of members) {
    const body = Buffer.from('0000000000ffffffff000000012f00ffffffff01ffffffff', 'hex');
    body.writeInt32BE(type);
    assert.equal(ask(world, client, { op: 'raw', opCode: OpCode.multiRead, body }), ['MARSHALLING_ERROR']);
  }
  assert.equal(ask(world, client, { op: 'raw', opCode: OpCode.multi, body: readInMulti() }), ['MARSHALLING_ERROR']);
  assert.equal(ask(world, client, { op: 'multiRead', ops: [{ op: 'getChildren', path: '/' }] }), [
    '[getChildren [zookeeper]]',
  ]);
});

reads('a multiRead that asks for more than any client takes is refused and not built', () => {
  const world = new World();
  const client = world.client(1);
  ask(world, client, { op: 'create', path: '/large', data: 'x'.repeat(1 << 19) });
  const large = { op: 'getData', path: '/large' } as const;
  assert.equal(ask(world, client, { op: 'multiRead', ops: Array.from({ length: 1000 }, () => large) }), [
    'MARSHALLING_ERROR',
  ]);
  assert.match(ask(world, client, { op: 'multiRead', ops: [large] }).join(), /^\[getData "xxx/);
});

function readInMulti(): Uint8Array {
  return Buffer.from('0000000400ffffffff000000012f00ffffffff01ffffffff', 'hex');
}

reads.run();
