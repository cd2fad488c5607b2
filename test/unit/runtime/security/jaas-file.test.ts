import { readJaasUsers } from '../../../../runtime/security/jaas-file.ts';
import { assert, suite } from '../../../support/suite.ts';

const jaas = suite('security/jaas-file');

function users(content: string): unknown {
  const found = readJaasUsers(content, 'Server');
  return found === null ? null : Object.fromEntries(found);
}

jaas('the users of the section Server are those of its options that say so', () => {
  assert.equal(
    users(`/* for clients */ Client { some.Module required username="bob" password="x"; };
      // for servers
      Server {
        org.apache.zookeeper.server.auth.DigestLoginModule required
        debug=true
        user_super="admin secret"
        user_bob="b\\"o\\\\b; };" user_plain=word;
        another.Module optional user_eve="2";
      };`),
    { super: 'admin secret', bob: 'b"o\\b; };', plain: 'word', eve: '2' },
  );
});

jaas('without that section there is nobody, and in it there may be nobody', () => {
  assert.is(users(''), null);
  assert.is(users('Client { m required; };'), null);
  assert.equal(users('"Server" { com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true; };'), {});
});

for (const [content, problem] of [
  ['Server', 'line 1: expected {'],
  ['Server {\n m', 'line 2: expected required'],
  ['Server { m required\n user_bob="secret" };', 'line 2: expected an option'],
  ['Server { m required user_bob "secret"; };', 'line 1: expected ='],
  ['Server { m required user_bob="secret', 'line 1: expected a quote that ends'],
  ['Server { m required user_bob="secret"; }', 'line 1: expected ;'],
] as const) {
  jaas(`${JSON.stringify(content)} is no such file, and the message says where without saying what`, () => {
    const error = assert.throws(() => readJaasUsers(content, 'Server'), SyntaxError);
    assert.match(error.message, problem);
    assert.not.match(error.message, 'secret');
  });
}

jaas.run();
