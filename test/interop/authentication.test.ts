// timeout: 300s
/**
 * The same conversations about identities with us and with Debian's Apache ZooKeeper 3.8.0: which schemes and tokens are
 * taken, which ids an ACL may name, what they open, and how a server turns those away who prove nothing. Every line must
 * agree. Not asked, because 3.8.0 is wrong there: a SASL user who does not exist is let in with the password of the one
 * before (its callback handler is shared by all connections); ids of IPv6 are valid from 3.9.4 on.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DigestMd5Client } from '../../core/auth/digest-md5-client.ts';
import { type Acl, Permission } from '../../core/jute/acl.ts';
import { connect } from '../../runtime/client/index.ts';
import { hash, randomBytes } from '../../runtime/security/hash.ts';
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from '../../runtime/testing.ts';
import { type ApacheEnsemble, type ApacheOptions, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { makeAuthority, type SubjectParts } from '../support/certificates.ts';
import { Conversation } from '../support/conversation.ts';
import { eventually } from '../support/eventually.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { RawConnection } from '../support/raw-connection.ts';
import type { Request } from '../support/requests.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const authentication = suite('interop/authentication', { timeoutMs: 120_000 });

/** A step that is no request: an exchange with these. */
interface LogIn {
  readonly op: 'logIn';
  readonly user: string;
  readonly password: string;
  /** Changes the response before it is sent. */
  readonly change?: (response: string) => string;
}

type Step = Request | LogIn;

/** What one connection does, and how it begins: with a session. */
interface Script {
  readonly claim: string;
  readonly steps: readonly Step[];
}

const digest = (auth: string | null): Request => ({ op: 'auth', scheme: 'digest', auth });
const whoAmI: Request = { op: 'whoAmI' };
const create = (path: string, ...acl: Acl[]): Request => ({ op: 'create', path, data: 'x', acl });
const read = (path: string): Request => ({ op: 'getData', path });
const acl = (path: string): Request => ({ op: 'getACL', path });
const entry = (scheme: string | null, id: string | null, perms: number = Permission.all): Acl => ({
  perms,
  scheme,
  id,
});
const creator = entry('auth', '');
const logIn = (user: string, password: string, change?: LogIn['change']): LogIn => ({
  op: 'logIn',
  user,
  password,
  ...(change === undefined ? {} : { change }),
});

/** Each a connection of its own, in this order. */
const SCRIPTS: readonly Script[] = [
  {
    claim: 'a digest, twice',
    steps: [digest('user:pass'), digest('user:pass'), whoAmI, create('/d', creator), acl('/d')],
  },
  {
    claim: 'without it',
    steps: [read('/d'), acl('/d'), digest('user:wrong'), read('/d'), digest('user:pass'), read('/d')],
  },
  {
    claim: 'odd digests',
    steps: [digest('ab'), digest(''), digest('a:b:c'), digest(':p'), whoAmI, create('/odd', creator)],
  },
  { claim: 'no digest at all', steps: [digest(null), whoAmI] },
  {
    claim: 'the super digest',
    steps: [read('/d'), digest('super:secret'), read('/d'), create('/by-super', creator), acl('/by-super'), whoAmI],
  },
  { claim: 'an address', steps: [{ op: 'auth', scheme: 'ip', auth: null }, whoAmI, create('/by-ip', creator)] },
  ...['world', 'super', 'auth', 'sasl', 'x509', 'ensemble', 'nobody-knows', null].map((scheme) => ({
    claim: `the scheme ${scheme}`,
    steps: [{ op: 'auth', scheme, auth: 'anyone' } as const, whoAmI],
  })),
  { claim: 'a body of addAuth that ends too early', steps: [{ op: 'raw', opCode: 100, body: new Uint8Array(5) }] },
  { claim: 'a body of SASL that ends too early', steps: [{ op: 'raw', opCode: 102, body: new Uint8Array(2) }] },
  { claim: 'SASL without a token', steps: [{ op: 'sasl', token: null }] },
  { claim: 'SASL', steps: [logIn('bob', 'bobs secret'), whoAmI, create('/sasl', creator), acl('/sasl')] },
  { claim: 'SASL by the super user', steps: [logIn('root', 'roots secret'), whoAmI, read('/sasl'), read('/d')] },
  { claim: 'SASL twice', steps: [logIn('bob', 'bobs secret'), { op: 'sasl', token: '' }] },
  { claim: 'SASL with a wrong password', steps: [logIn('bob', 'guess'), whoAmI] },
  { claim: 'SASL with nothing', steps: [logIn('bob', 'bobs secret', () => ''), whoAmI] },
  { claim: 'SASL with garbage', steps: [logIn('bob', 'bobs secret', () => 'garbage'), whoAmI] },
  ...(
    [
      ['realm', (response) => response.replace('realm="zk-sasl-md5"', 'realm="other"')],
      ['service', (response) => response.replace('zookeeper/zk-sasl-md5', 'imap/zk-sasl-md5')],
      ['nonce', (response) => response.replace(/,nonce="[^"]*"/, ',nonce="AAAA"')],
      ['count', (response) => response.replace('nc=00000001', 'nc=00000002')],
      ['quality', (response) => response.replace('qop=auth', 'qop=auth-int')],
      ['charset', (response) => response.replace('charset=utf-8', 'charset=x')],
    ] as [string, (response: string) => string][]
  ).map(([what, change]) => ({
    claim: `SASL with another ${what}`,
    steps: [logIn('bob', 'bobs secret', change), whoAmI],
  })),
  {
    claim: 'ids that an ACL may name, and those that it may not',
    steps: [
      ...[
        entry('digest', 'u:h'),
        entry('digest', ':h'),
        entry('digest', 'u:'),
        entry('digest', 'u:h:'),
        entry('digest', 'a:b:c'),
        entry('digest', ''),
        entry('digest', null),
        entry('world', 'anyone'),
        entry('world', 'somebody'),
        entry('world', null),
        entry('auth', null),
        entry('super', ''),
        entry('nobody-knows', 'x'),
        entry('', ''),
        entry(null, null),
        entry('ip', '10.0.0.0/8'),
        entry('ip', '10.0.0.0/0'),
        entry('ip', '010.+1.2.3/+8'),
        entry('ip', '10.0.0.0/33'),
        entry('ip', '10.0.0.0/-1'),
        entry('ip', '10.0.0.0/8/8'),
        entry('ip', '10.0.0.0/'),
        entry('ip', '10.0.0.256'),
        entry('ip', '10.0.0'),
        entry('ip', ''),
        entry('sasl', 'bob'),
        entry('sasl', 'bob/host@REALM'),
        entry('sasl', 'bob@REALM'),
        entry('sasl', 'a@b@c'),
        entry('sasl', 'a/b/c@R'),
        entry('sasl', ''),
        entry('x509', 'CN=a,O=b'),
        entry('x509', 'CN=a+OU=b;O="c,d"'),
        entry('x509', '1.2.3=#0401ab'),
        entry('x509', 'anyone'),
        entry('x509', 'foo=bar'),
        entry('x509', 'CN=a,'),
        entry('x509', ''),
        entry('world', 'anyone', 0),
        entry('world', 'anyone', 0x7fffffff),
      ].flatMap((each, index) => [create(`/id-${index}`, each), acl(`/id-${index}`)]),
      create('/id-none'),
      create(
        '/id-twice',
        entry('digest', 'u:h'),
        entry('digest', 'v:h'),
        entry('digest', 'u:h'),
        entry('digest', 'u:h', 1),
      ),
      acl('/id-twice'),
      create('/id-bad-second', entry('world', 'anyone'), entry('nobody-knows', 'x')),
    ],
  },
  {
    claim: 'auth among others stands for all that was proved, where it stands',
    steps: [
      digest('u:p'),
      digest('v:p'),
      create('/mixed', entry('world', 'anyone', Permission.read), entry('auth', 'ignored', Permission.write), creator),
      { op: 'setData', path: '/mixed', data: 'y' },
    ],
  },
  {
    claim: 'what an address opens',
    steps: [
      create('/ip-yes', entry('ip', '127.0.0.0/8')),
      read('/ip-yes'),
      create('/ip-no', entry('ip', '127.0.0.2')),
      read('/ip-no'),
      create('/ip-all', entry('ip', '1.2.3.4/0')),
      read('/ip-all'),
    ],
  },
];

/** Where something must be proved first. */
const ENFORCED: readonly Script[] = [
  { claim: 'a read without it', steps: [read('/'), whoAmI] },
  { claim: 'a write without it', steps: [create('/x', entry('world', 'anyone')), whoAmI] },
  { claim: 'a ping without it', steps: [{ op: 'ping' }, whoAmI] },
  { claim: 'a goodbye without it', steps: [{ op: 'closeSession' }] },
  { claim: 'an unknown operation without it', steps: [{ op: 'raw', opCode: 50, body: new Uint8Array(0) }] },
  { claim: 'a digest first', steps: [digest('u:p'), whoAmI] },
  { claim: 'SASL first', steps: [logIn('bob', 'bobs secret'), whoAmI] },
  { claim: 'SASL that fails', steps: [logIn('bob', 'guess'), whoAmI] },
  { claim: 'an unknown scheme', steps: [{ op: 'auth', scheme: 'x', auth: '' }, whoAmI] },
];

const FAILING_ALLOWED: readonly Script[] = [
  { claim: 'SASL that may fail', steps: [logIn('bob', 'guess'), whoAmI, { op: 'sasl', token: '' }, whoAmI] },
];

const directory = makeTemporaryDirectory('authentication');
function file(name: string, content: string): string {
  const path = join(directory.path, name);
  writeFileSync(path, content);
  return path;
}

const jaasFile = file(
  'server.conf',
  `Server { org.apache.zookeeper.server.auth.DigestLoginModule required
    user_bob="bobs secret" user_root="roots secret"; };`,
);
const superDigest = 'super:lK75jTNcA+U9vtVEw5vB51mj/w4=';
const authority = makeAuthority();
const server = authority.issue('server');
const TLS: TestEnsembleOptions = {
  secureClientPort: 0,
  tlsKeyFile: file('server.key', server.key),
  tlsCertFile: file('server.crt', server.cert),
  tlsCaFile: file('ca.crt', authority.cert),
};

const running: { close(): Promise<void> }[] = [];
authentication.after.each(async () => {
  await Promise.all(running.map((one) => one.close()));
  running.length = 0;
});
authentication.after(() => directory.remove());

async function startBoth(
  theirs: {
    readonly config?: ApacheOptions['config'];
    readonly properties?: Record<string, string>;
    readonly classPath?: string;
  },
  ours: TestEnsembleOptions,
): Promise<{ readonly apache: ApacheEnsemble; readonly tested: TestEnsemble }> {
  const apache = await startApacheZooKeeper({
    config: {
      forceSync: 'no',
      'authProvider.1': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
      'authProvider.2': 'org.apache.zookeeper.server.auth.X509AuthenticationProvider',
      ...theirs.config,
    },
    systemProperties: {
      ...(ours.jaasFile === null ? {} : { 'java.security.auth.login.config': jaasFile }),
      'zookeeper.superUser': 'root',
      'zookeeper.DigestAuthenticationProvider.superDigest': superDigest,
      ...theirs.properties,
    },
    ...(theirs.classPath === undefined ? {} : { classPath: theirs.classPath }),
  });
  running.push({ close: () => apache.stop() });
  const tested = await startTestEnsemble({
    replicas: 1,
    jaasFile,
    superDigest,
    saslSuperUsers: ['root'],
    ...TLS,
    ...ours,
  });
  running.push(tested);
  return { apache, tested };
}

/** What a server said to each script, with every zxid above 0 told as `z`. */
async function play(port: number, scripts: readonly Script[]): Promise<string[]> {
  const told: string[] = [];
  for (const { claim, steps } of scripts) {
    const talk = await Talk.begin(port);
    told.push(`## ${claim}`);
    for (const step of steps) told.push(...(await talk.take(step)));
    told.push((await talk.end()) ? 'it hangs up' : 'it stays');
  }
  return told;
}

class Talk {
  readonly #connection: RawConnection;
  readonly #conversation = new Conversation({
    zxid: (zxid) => (zxid > 0 ? 'z' : String(zxid)),
    session: () => 'session',
  });
  #seenCount = 0;

  private constructor(connection: RawConnection) {
    this.#connection = connection;
  }

  static async begin(port: number): Promise<Talk> {
    const talk = new Talk(await RawConnection.open(port));
    talk.#connection.sendFrame((writer) => writer.writeBytes(talk.#conversation.connectRequest()));
    await talk.#until(() => talk.#conversation.isConnected);
    talk.#conversation.take();
    return talk;
  }

  async take(step: Step): Promise<string[]> {
    if (step.op !== 'logIn') return await this.#ask(step);
    const { user, password, change = (response) => response } = step;
    const side = new DigestMd5Client({ hash, randomBytes, user, password });
    const [challenge = ''] = await this.#ask({ op: 'sasl', token: '' });
    const token = side.answer(Buffer.from(challenge.slice(challenge.indexOf('"') + 1, -1)));
    const answer = await this.#ask({ op: 'sasl', token: change(Buffer.from(token ?? []).toString()) });
    // Both are drawn anew each time.
    return [
      challenge.replace(/nonce="[^"]{40}"/, 'nonce'),
      ...answer.map((line) => line.replace(/=[0-9a-f]{32}/, '=proof')),
    ];
  }

  /** Whether the server has hung up; whoever does so does it soon after its last answer. */
  async end(): Promise<boolean> {
    const isClosed = await eventually(() => this.#connection.isClosed, { withinMs: 400 }).then(
      () => true,
      () => false,
    );
    this.#connection.close();
    return isClosed;
  }

  async #ask(request: Request): Promise<string[]> {
    if (this.#connection.isClosed) return [];
    this.#connection.sendFrame((writer) => writer.writeBytes(this.#conversation.request(request)));
    await this.#until(() => this.#conversation.waiting === 0);
    return this.#conversation.take().map((line) => sorted(line.replace(/^#\d+ /, '').replace(/ \{.*\}/, '')));
  }

  async #until(isOver: () => boolean): Promise<void> {
    await eventually(
      () => {
        const { frames } = this.#connection;
        for (; this.#seenCount < frames.length; this.#seenCount++) {
          this.#conversation.onPayload(frames[this.#seenCount] ?? new Uint8Array());
        }
        return isOver() || this.#connection.isClosed;
      },
      { withinMs: 20_000, everyMs: 2 },
    );
  }
}

/** Apache keeps identities in a set: whatever lists them has no order. */
function sorted(line: string): string {
  return line.replace(
    /^(whoAmI \S+ |getACL \S+ )(.*)$/,
    (_, head: string, list: string) => head + list.split(',').sort().join(),
  );
}

authentication('who says what of himself, and what it opens to him', async () => {
  const { apache, tested } = await startBoth({}, {});
  const theirs = await play(apache.servers[0]?.clientPort ?? 0, SCRIPTS);
  const ours = await play(portOf(tested.servers[0]), SCRIPTS);
  assert.fixture(ours.join('\n'), theirs.join('\n'));
});

for (const [claim, theirs, ours, scripts] of [
  [
    'an identity of digest is asked for',
    { config: { 'enforce.auth.enabled': 'true', 'enforce.auth.schemes': 'digest' } },
    { enforceAuth: true, enforceAuthSchemes: ['digest'] },
    ENFORCED,
  ],
  [
    'SASL is asked for',
    { config: { sessionRequireClientSASLAuth: 'true', allowSaslFailedClients: 'true' } },
    { sessionRequireClientSasl: true, allowSaslFailedClients: true },
    ENFORCED,
  ],
  ['SASL may fail', { config: { allowSaslFailedClients: 'true' } }, { allowSaslFailedClients: true }, FAILING_ALLOWED],
  [
    'there is another algorithm, and SASL is not set up',
    {
      properties: {
        'zookeeper.DigestAuthenticationProvider.digestAlg': 'SHA-256',
      },
    },
    { jaasFile: null, saslSuperUsers: [], digestAlgorithm: 'SHA-256' },
    [
      { claim: 'a digest', steps: [digest('user:pass'), create('/d', creator), acl('/d')] },
      { claim: 'SASL', steps: [{ op: 'sasl', token: '' }, whoAmI] },
    ],
  ],
  [
    'there is no digest',
    { properties: { 'zookeeper.DigestAuthenticationProvider.enabled': 'false' } },
    { digestAuth: false },
    [
      { claim: 'addAuth', steps: [digest('user:pass'), whoAmI] },
      { claim: 'an ACL', steps: [create('/d', entry('digest', 'u:h'))] },
    ],
  ],
] as [string, Parameters<typeof startBoth>[0], TestEnsembleOptions, readonly Script[]][]) {
  authentication(`where ${claim}`, async () => {
    const { apache, tested } = await startBoth(theirs, ours);
    const expected = await play(apache.servers[0]?.clientPort ?? 0, scripts);
    assert.fixture((await play(portOf(tested.servers[0]), scripts)).join('\n'), expected.join('\n'));
  });
}

/** Names as certificates hold them, some of which Java writes in surprising ways. */
const SUBJECTS: readonly SubjectParts[] = [
  [[['2.5.4.10', 0x0c, 'Example, Inc.']], [['2.5.4.11', 0x0c, 'A+B']], [['2.5.4.3', 0x0c, ' worker #1 ']]],
  [[['2.5.4.3', 0x0c, 'Größe "x"']], [['1.2.840.113549.1.9.1', 0x16, 'a@example.com']]],
  [
    [
      ['2.5.4.3', 0x13, 'z'],
      ['0.9.2342.19200300.100.1.1', 0x0c, 'q'],
    ],
    [['0.9.2342.19200300.100.1.25', 0x16, 'com']],
  ],
];

authentication('a certificate is the same identity there and here', async () => {
  const [securePort = 0] = await findFreePorts(1);
  const { apache, tested } = await startBoth(
    {
      classPath: ['zookeeper', 'netty-resolver', 'netty-codec', 'slf4j-simple']
        .map((name) => `/usr/share/java/${name}.jar`)
        .join(':'),
      config: { secureClientPort: securePort },
      properties: {
        'zookeeper.serverCnxnFactory': 'org.apache.zookeeper.server.NettyServerCnxnFactory',
        'zookeeper.ssl.keyStore.location': file('server.pem', server.key + server.cert),
        'zookeeper.ssl.trustStore.location': file('ca.pem', authority.cert),
      },
    },
    {},
  );
  for (const subject of SUBJECTS) {
    const tls = { ca: authority.cert, ...authority.issue(subject) };
    const identities: string[] = [];
    for (const servers of [`127.0.0.1:${securePort}`, tested.secureServers.join(',')]) {
      const client = connect(servers, { tls });
      try {
        identities.push(
          (await client.whoAmI())
            .map(({ scheme, user }) => `${scheme}:${user}`)
            .sort()
            .join('|'),
        );
      } finally {
        await client.close();
      }
    }
    assert.match(identities[0] ?? '', 'x509:');
    assert.is(identities[1], identities[0]);
  }
  assert.is(apache.servers.length, 1);
});

function portOf(server: string | undefined): number {
  return Number(server?.split(':')[1]);
}

authentication.run();
