/** Who a client is taken for, and what that opens to it (zookeeper-facts 4.4, 7): addAuth, SASL, certificates, enforcement. */
import { DigestMd5Client } from '../../core/auth/digest-md5-client.ts';
import { type Acl, OPEN_ACL, Permission } from '../../core/jute/acl.ts';
import type { AuthPolicy } from '../../core/server/access/auth-policy.ts';
import { AUTH_BYTES_MAX, IDENTITIES_MAX } from '../../core/server/access/authentication.ts';
import { AUTH_DEFAULTS } from '../support/auth-policy.ts';
import { der, derName } from '../support/der-writer.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';
import type { TestClient } from '../support/test-client.ts';

const authentication = suite('scenario/authentication');

/** Of user:pass, as `zkCli.sh addauth digest user:pass` makes it. */
const DIGEST_ID = 'user:smGaoVKd/cQkjm7b88GyorAUz20=';
const CREATOR_ALL: readonly Acl[] = [{ perms: Permission.all, scheme: 'auth', id: null }];

function worldWith(policy: Partial<AuthPolicy> = {}, voters = 1): World {
  return new World({ voters, auth: { ...AUTH_DEFAULTS, ...policy } });
}

/** Asks all of them at once, and tells the answers without their numbers. */
function ask(world: World, client: TestClient, ...requests: readonly Request[]): string[] {
  for (const request of requests) client.send(request);
  world.settle();
  return client
    .take()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^#\d+ /, ''));
}

/** Without names and zxids either. */
function outcomes(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\w+ \S+ ?/, '').replace(/ ?\{.*/, ''));
}

function digest(auth: string): Request {
  return { op: 'auth', scheme: 'digest', auth };
}

function create(path: string, acl: readonly Acl[] = OPEN_ACL): Request {
  return { op: 'create', path, data: 'x', acl };
}

function read(path: string): Request {
  return { op: 'getData', path };
}

authentication('a digest opens what its owner has closed, over another replica and another connection too', () => {
  const world = worldWith({}, 3);
  const owner = world.client(world.follower);
  assert.equal(ask(world, owner, digest('user:pass'), create('/own', CREATOR_ALL)), ['auth 0:0', 'create 1:2 /own']);
  assert.equal(outcomes(ask(world, owner, { op: 'getACL', path: '/own' })), [`digest:${DIGEST_ID}:31`]);

  const other = world.client(world.leader);
  const writes: Request[] = [{ op: 'setData', path: '/own' }, create('/own/child'), { op: 'delete', path: '/own' }];
  assert.equal(outcomes(ask(world, other, read('/own'), ...writes)), ['NO_AUTH', 'NO_AUTH', 'NO_AUTH', '']);
  const next = world.client(world.leader);
  assert.equal(outcomes(ask(world, next, create('/second', CREATOR_ALL))), ['INVALID_ACL']);
  assert.equal(outcomes(ask(world, next, digest('user:wrong'), create('/own'))), ['', '/own']);
  assert.equal(outcomes(ask(world, next, digest('user:pass'), create('/second', CREATOR_ALL))), ['', '/second']);
  const [acl] = outcomes(ask(world, next, { op: 'getACL', path: '/second' }));
  assert.match(acl ?? '', `digest:${DIGEST_ID}:31`);
  assert.is(acl?.split(',').length, 2, 'each digest that was proved');
});

authentication('a request has the identities of the moment in which it came, and answers keep their order', () => {
  const world = worldWith();
  const client = world.client(1);
  ask(world, client, create('/closed', [{ perms: Permission.all, scheme: 'digest', id: DIGEST_ID }]));
  world.machine(1).holdsSync = true;
  const told = ask(
    world,
    client,
    create('/first'),
    read('/closed'),
    create('/closed/too-early'),
    digest('user:pass'),
    read('/closed'),
    create('/closed/child'),
    { op: 'sync', path: '/' },
    read('/closed'),
  );
  assert.equal(told, [], 'everything waits for the first write');
  world.machine(1).holdsSync = false;
  world.settle();
  assert.equal(
    client
      .take()
      .replaceAll(/ \{.*\}/g, '')
      .split('\n'),
    [
      '#2 create 1:3 /first',
      '#3 getData 1:3 NO_AUTH',
      '#4 create 1:4 NO_AUTH',
      '#5 auth 0:0',
      '#6 getData 1:4 "x"',
      '#7 create 1:5 /closed/child',
      '#8 sync 1:5 /',
      '#9 getData 1:5 "x"',
    ],
  );
});

for (const scheme of ['world', 'auth', 'super', 'sasl', 'x509', 'ensemble', 'unheard-of', null]) {
  authentication(`the scheme ${scheme} is refused, after what stands before it, and the connection ends`, () => {
    const world = worldWith();
    const client = world.client(1);
    const told = ask(world, client, create('/before'), { op: 'auth', scheme, auth: 'anyone' }, create('/after'));
    assert.equal(told, ['create 1:2 /before', 'auth 0:0 AUTH_FAILED', 'closed']);
    assert.is(world.replica(1).statistics.counts.authFailures, 1);
    assert.match(
      client.connection.fault ?? '',
      scheme === null ? 'an unknown scheme' : `the scheme ${scheme} was refused`,
    );
    assert.equal(outcomes(ask(world, world.client(1), { op: 'exists', path: '/after' })), ['NO_NODE']);
  });
}

authentication('whatever a client calls its scheme, the log shows none of it', () => {
  const world = worldWith();
  const client = world.client(1);
  ask(world, client, { op: 'auth', scheme: 'password=hunter2\n', auth: '' });
  assert.is(client.connection.fault, 'its identity of an unknown scheme was refused');
});

authentication('an address is accepted again and changes nothing; a digest takes any text, but not none', () => {
  const world = worldWith();
  const client = world.open(1, 'fe80::1').connect();
  world.settle();
  client.take();
  const twice = [digest('user:pass'), digest('user:pass'), digest('')];
  ask(world, client, { op: 'auth', scheme: 'ip', auth: null }, ...twice);
  assert.equal(outcomes(ask(world, client, { op: 'whoAmI' })), ['ip:fe80:0:0:0:0:0:0:1,digest:user,digest:']);
  assert.equal(outcomes(ask(world, client, { op: 'auth', scheme: 'digest', auth: null })).at(0), 'AUTH_FAILED');
});

authentication('credentials and identities are bounded', () => {
  const world = worldWith();
  const long = world.client(1);
  assert.equal(ask(world, long, digest(`u:${'x'.repeat(AUTH_BYTES_MAX)}`)), ['auth 0:0 AUTH_FAILED', 'closed']);
  const many = world.client(1);
  const users = Array.from({ length: IDENTITIES_MAX - 1 }, (_, index) => digest(`user-${index}:pass`));
  assert.is(ask(world, many, ...users).length, users.length);
  assert.equal(ask(world, many, digest('user-0:pass')), ['auth 0:0'], 'it is known already');
  assert.equal(ask(world, many, digest('one:more')), ['auth 0:0 AUTH_FAILED', 'closed']);
});

authentication('who proves the super digest may do everything, and is stored as nobody special', () => {
  const world = worldWith({ superDigest: 'super:lK75jTNcA+U9vtVEw5vB51mj/w4=' });
  const owner = world.client(1);
  ask(world, owner, digest('user:pass'), create('/own', CREATOR_ALL));
  const root = world.client(1);
  assert.equal(outcomes(ask(world, root, digest('super:wrong'), read('/own'))), ['', 'NO_AUTH']);
  assert.equal(outcomes(ask(world, root, digest('super:secret'), read('/own'))), ['', '"x"']);
  assert.equal(outcomes(ask(world, root, { op: 'setData', path: '/own' }, create('/its', CREATOR_ALL))), ['', '/its']);
  const [acl = ''] = outcomes(ask(world, root, { op: 'getACL', path: '/its' }));
  assert.not.match(acl, /super::/);
});

authentication('without the scheme digest there are no such identities and no such ACLs', () => {
  const world = worldWith({ digestAlgorithm: null });
  const client = world.client(1);
  const acl = [{ perms: 31, scheme: 'digest', id: DIGEST_ID }];
  assert.equal(outcomes(ask(world, client, create('/a', acl), digest('a:b'))), [
    'INVALID_ACL',
    'AUTH_FAILED',
    'closed',
  ]);
});

authentication('another algorithm makes other ids', () => {
  const world = worldWith({ digestAlgorithm: 'sha256' });
  const client = world.client(1);
  ask(world, client, digest('user:pass'), create('/a', CREATOR_ALL));
  const [acl] = outcomes(ask(world, client, { op: 'getACL', path: '/a' }));
  assert.is(acl, 'digest:user:70yRTFkWmLJo2zxkFj6v2nIJpjDyNuvw7r8EVGDfcjo=:31');
});

authentication('a client that looks for another ensemble is hung up on without a word', () => {
  const world = worldWith({ ensembleNames: new Set(['blue', 'green']) });
  const named = (auth: string): Request => ({ op: 'auth', scheme: 'ensemble', auth });
  const client = world.client(1);
  assert.equal(ask(world, client, named('green'), named('')), ['auth 0:0', 'auth 0:0']);
  assert.equal(ask(world, client, named('red')), ['closed']);
});

authentication('a body that does not decode ends the connection without an answer', () => {
  for (const opCode of [100, 102]) {
    const world = worldWith({ saslUsers: new Map() });
    assert.equal(ask(world, world.client(1), { op: 'raw', opCode, body: new Uint8Array(3) }), ['closed']);
  }
});

authentication('a certificate is an identity from the beginning, and a super one where it is named', () => {
  const owner = certificateOf('owner');
  const world = worldWith({ hasCertificates: true, x509SuperUser: 'CN=root,O=example' });
  const client = world.open(1, '10.0.0.1', owner).connect();
  world.settle();
  client.take();
  assert.equal(outcomes(ask(world, client, { op: 'whoAmI' })), ['ip:10.0.0.1,x509:CN=owner,O=example']);
  assert.equal(outcomes(ask(world, client, { op: 'auth', scheme: 'x509', auth: '' })), ['']);
  ask(world, client, create('/own', CREATOR_ALL));
  assert.equal(outcomes(ask(world, client, { op: 'getACL', path: '/own' })), ['x509:CN=owner,O=example:31']);
  assert.equal(outcomes(ask(world, world.client(1), read('/own'))), ['NO_AUTH']);
  const root = world.open(1, '10.0.0.1', certificateOf('root')).connect();
  world.settle();
  root.take();
  assert.equal(outcomes(ask(world, root, read('/own'))), ['"x"']);
});

authentication('a certificate that cannot be read ends its connection, and is counted', () => {
  const world = worldWith({ hasCertificates: true });
  const client = world.open(1, '10.0.0.1', Buffer.from('3003020101', 'hex'));
  world.settle();
  assert.is(client.take(), 'closed');
  assert.is(world.replica(1).statistics.counts.authFailures, 1);
});

authentication('where an identity is asked for, nothing else is taken without it, not even a ping', () => {
  const policy = { enforcedSchemes: new Set(['digest']) };
  for (const request of [create('/a'), read('/'), { op: 'ping' }, { op: 'closeSession' }] satisfies Request[]) {
    const world = worldWith(policy);
    const told = ask(world, world.client(1), request, create('/after'));
    assert.equal(outcomes(told), ['SESSION_CLOSED_REQUIRE_SASL_AUTH', 'closed']);
    assert.match(told[0] ?? '', / 0:0 /);
  }
  const world = worldWith(policy);
  const client = world.client(1);
  assert.equal(outcomes(ask(world, client, digest('a:b'), create('/a'), { op: 'ping' })), ['', '/a', '']);
});

authentication('a client inside the process need not prove anything first', () => {
  const world = worldWith({ enforcedSchemes: new Set(['digest']) });
  const client = world.open(1);
  world.replica(1).keepAlive(client.connection);
  client.connect();
  world.settle();
  client.take();
  assert.equal(outcomes(ask(world, client, create('/a'))), ['/a']);
});

const SASL: Partial<AuthPolicy> = {
  saslUsers: new Map([
    ['bob', 'b"s\\ecret'],
    ['ünal', 'pässwörd €'],
  ]),
};

/** Goes through the exchange. @returns what came after the challenge */
function logIn(world: World, client: TestClient, user: string, password: string): string[] {
  const { hash, randomBytes } = AUTH_DEFAULTS;
  const side = new DigestMd5Client({ hash, randomBytes, user, password });
  const [challenge = ''] = outcomes(ask(world, client, { op: 'sasl', token: '' }));
  const token = side.answer(Buffer.from(challenge.slice(1, -1)));
  const told = ask(world, client, { op: 'sasl', token: Buffer.from(token ?? []).toString('utf8') });
  const [proof = ''] = outcomes(told);
  if (proof.startsWith('"rspauth')) assert.is(side.answer(Buffer.from(proof.slice(1, -1))), null);
  return outcomes(told).map((line) => line.replace(/"rspauth=[0-9a-f]{32}"/, 'in'));
}

authentication('SASL users are known by their names, and their passwords are never said', () => {
  const world = worldWith({ ...SASL, saslSuperUsers: new Set(['ünal']) });
  const client = world.client(1);
  assert.equal(logIn(world, client, 'bob', 'b"s\\ecret'), ['in']);
  assert.equal(outcomes(ask(world, client, create('/own', CREATOR_ALL), { op: 'getACL', path: '/own' })), [
    '/own',
    'sasl:bob:31',
  ]);
  assert.equal(outcomes(ask(world, world.client(1), read('/own'))), ['NO_AUTH']);
  const root = world.client(1);
  assert.equal(logIn(world, root, 'ünal', 'pässwörd €'), ['in']);
  assert.equal(outcomes(ask(world, root, read('/own'))), ['"x"']);
  assert.equal(outcomes(ask(world, client, { op: 'sasl', token: '' })), ['AUTH_FAILED', 'closed'], 'once a connection');
});

for (const [user, password] of [
  ['bob', 'wrong'],
  ['nobody', ''],
] as const) {
  authentication(`SASL refuses ${user} with a password that is not right, and hangs up`, () => {
    const world = worldWith(SASL);
    const client = world.client(1);
    assert.equal(logIn(world, client, user, password), ['AUTH_FAILED', 'closed']);
    assert.is(client.connection.fault, 'SASL was refused: the user or the password is not right');
  });
}

authentication('SASL that fails may be allowed to end without an identity', () => {
  const world = worldWith({ ...SASL, allowSaslFailedClients: true });
  const client = world.client(1);
  assert.equal(logIn(world, client, 'bob', 'wrong'), ['null']);
  assert.equal(outcomes(ask(world, client, create('/a'), { op: 'whoAmI' })), ['/a', 'ip:127.0.0.1']);
  assert.is(world.replica(1).statistics.counts.authFailures, 1);
});

authentication('where SASL is asked for, failing it is told by another number', () => {
  const world = worldWith({ ...SASL, allowSaslFailedClients: true, enforcedSchemes: new Set(['sasl']) });
  assert.equal(logIn(world, world.client(1), 'bob', 'wrong'), ['SESSION_CLOSED_REQUIRE_SASL_AUTH', 'closed']);
  const client = world.client(1);
  assert.equal(logIn(world, client, 'bob', 'b"s\\ecret'), ['in']);
  assert.equal(outcomes(ask(world, client, create('/a'))), ['/a']);
});

authentication('a server without SASL answers with no token, as clients that can do without expect', () => {
  const world = worldWith();
  const client = world.client(1);
  assert.equal(ask(world, client, { op: 'sasl', token: '' }, create('/a')), ['sasl 0:0 null', 'create 1:2 /a']);
});

/** The part of a certificate that is looked at, with nothing in the rest. */
function certificateOf(name: string): Buffer {
  const [sequence, integer] = [0x30, 0x02];
  const nothing = der(sequence);
  const subject = derName([['2.5.4.10', 0x0c, 'example']], [['2.5.4.3', 0x0c, name]]);
  const version = der(0xa0, der(integer, Buffer.from([2])));
  return der(sequence, der(sequence, version, der(integer, Buffer.from([1])), nothing, nothing, nothing, subject));
}

authentication.run();
