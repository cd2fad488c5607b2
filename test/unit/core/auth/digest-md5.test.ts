/** SASL DIGEST-MD5 without a network: the exchange of RFC 2831, and what a server of ZooKeeper takes and refuses. */

import { proofOf } from '../../../../core/auth/digest-md5.ts';
import { DigestMd5Client } from '../../../../core/auth/digest-md5-client.ts';
import { DigestMd5Server } from '../../../../core/auth/digest-md5-server.ts';
import { parseDirectives, SaslError } from '../../../../core/auth/sasl-directives.ts';
import { hash } from '../../../../runtime/security/hash.ts';
import { assert, suite } from '../../../support/suite.ts';

const digestMd5 = suite('auth/digest-md5');

const NOTHING = new Uint8Array(0);
const users = new Map([['bob', 'secret']]);
let drawn = 0;
function randomBytes(count: number): Uint8Array {
  drawn += 1;
  return new Uint8Array(count).fill(drawn);
}

function challenge(): { server: DigestMd5Server; text: string } {
  const server = new DigestMd5Server({ hash, randomBytes, users });
  return { server, text: Buffer.from(server.answer(NOTHING).token).toString() };
}

/** A response as the client makes it, with directives changed before or after it is proved. */
function respond(text: string, change: (response: string) => string = (response) => response): Uint8Array {
  const client = new DigestMd5Client({ hash, randomBytes, user: 'bob', password: 'secret' });
  return Buffer.from(change(Buffer.from(client.answer(Buffer.from(text)) ?? NOTHING).toString()));
}

digestMd5('the example of RFC 2831 comes out as it is printed there', () => {
  const proof = {
    user: 'chris',
    realm: 'elwood.innosoft.com',
    password: 'secret',
    nonce: 'OA6MG9tEQGm2hh',
    clientNonce: 'OA6MHXh6VqTrRk',
    nonceCount: '00000001',
    uri: 'imap/elwood.innosoft.com',
    authorization: null,
  };
  assert.is(proofOf(proof, 'client', hash), 'd388dad90d4bbd760a152321f2143af7');
  assert.is(proofOf(proof, 'server', hash), 'ea40f60335c427b5527b84dbabcdfffd');
});

digestMd5('the server says what a Java server says, with a nonce of its own each time', () => {
  const [first, second] = [challenge().text, challenge().text];
  assert.match(first, /^realm="zk-sasl-md5",nonce="[A-Za-z0-9+/]{40}",charset=utf-8,algorithm=md5-sess$/);
  assert.is.not(first, second);
});

digestMd5('both sides come to know each other', () => {
  const { server, text } = challenge();
  const client = new DigestMd5Client({ hash, randomBytes, user: 'bob', password: 'secret' });
  const answer = server.answer(client.answer(Buffer.from(text)) ?? NOTHING);
  assert.is(answer.user, 'bob');
  assert.is(client.answer(answer.token), null);
});

digestMd5('a client does not take a server that does not know the password', () => {
  const client = new DigestMd5Client({ hash, randomBytes, user: 'bob', password: 'secret' });
  client.answer(Buffer.from(challenge().text));
  assert.throws(() => client.answer(Buffer.from(`rspauth=${'0'.repeat(32)}`)), SaslError);
  const other = new DigestMd5Client({ hash, randomBytes, user: 'bob', password: 'secret' });
  assert.throws(() => other.answer(Buffer.from('realm="x"')), SaslError);
});

for (const [what, change] of [
  ['another response', (text) => text.replace(/response=\w{4}/, 'response=0000')],
  ['a response in capitals', (text) => text.replace(/response=(\w+)/, (all) => all.toUpperCase())],
  ['the response of somebody else', (text) => text.replace('"bob"', '"eve"')],
  ['no user', (text) => text.replace(/username="bob",/, '')],
  ['another realm', (text) => text.replace('realm="zk-sasl-md5"', 'realm="other"')],
  ['another nonce', (text) => text.replace(/,nonce="[^"]*"/, ',nonce="AAAA"')],
  ['another service', (text) => text.replace('zookeeper/zk-sasl-md5', 'imap/zk-sasl-md5')],
  ['another quality', (text) => text.replace('qop=auth', 'qop=auth-int')],
  ['another charset', (text) => text.replace('charset=utf-8', 'charset=x')],
  ['an authorization that was not proved', (text) => `${text},authzid="super"`],
  ['too many bytes', (text) => `${text},filler=${'x'.repeat(4096)}`],
  ['no directives', () => 'bob:secret'],
  ['an open quote', (text) => `${text},open="x`],
  ['nothing', () => ''],
] as [string, (text: string) => string][]) {
  digestMd5(`the server refuses ${what}, and takes nothing more afterwards`, () => {
    const { server, text } = challenge();
    assert.throws(() => server.answer(respond(text, change)), SaslError);
    assert.throws(() => server.answer(respond(text)), SaslError);
  });
}

digestMd5('a first token is ignored, whatever it is, as a Java server ignores it', () => {
  const server = new DigestMd5Server({ hash, randomBytes, users });
  assert.match(Buffer.from(server.answer(Buffer.from('x')).token).toString(), 'realm=');
});

digestMd5('the service may be written in capitals; unknown directives, blanks and the count do not matter', () => {
  const { server, text } = challenge();
  const answer = server.answer(
    respond(
      text,
      (response) =>
        ` ${response.replaceAll(',', ' , ').replace('nc=00000001', 'nc=00000002')},maxbuf=65536 , x = "\\"" `,
    ),
  );
  assert.is(answer.user, 'bob');
});

digestMd5('directives are quoted or not, and the first of a name counts', () => {
  const parsed = parseDirectives(Buffer.from(', a=1, B="x\\"y,=\\\\" ,,c="",a=2,d='));
  assert.equal(
    [...parsed],
    [
      ['a', '1'],
      ['b', 'x"y,=\\'],
      ['c', ''],
      ['d', ''],
    ],
  );
});

digestMd5('many blanks or quotes are judged without delay', () => {
  const long = Buffer.from(`a="${'\\"'.repeat(2000)}`);
  assert.throws(() => parseDirectives(long), SaslError);
  assert.throws(() => parseDirectives(Buffer.from(`${' ,'.repeat(2000)}x`)), SaslError);
  assert.throws(() => parseDirectives(Buffer.from(`a${' '.repeat(4000)}b`)), SaslError);
});

digestMd5.run();
