/** Names and ids as ACLs hold them; what Java makes of each was asked of Java 17 (X500Principal, KerberosName). */
import { formatName, subjectOfCertificate } from '../../../../core/auth/certificate-subject.ts';
import { DerError, DerTag, readDerValue } from '../../../../core/auth/der.ts';
import { digestId, isDigestId } from '../../../../core/auth/digest-id.ts';
import { isDistinguishedName } from '../../../../core/auth/distinguished-name.ts';
import { isSaslId } from '../../../../core/auth/sasl-id.ts';
import { hash } from '../../../../runtime/security/hash.ts';
import { type DerAttribute, derName } from '../../../support/der-writer.ts';
import { assert, suite } from '../../../support/suite.ts';

const names = suite('auth/names');

const [CN, C, ST, O, OU] = ['2.5.4.3', '2.5.4.6', '2.5.4.8', '2.5.4.10', '2.5.4.11'] as const;
const [DC, UID, EMAIL, SERIAL] = [
  '0.9.2342.19200300.100.1.25',
  '0.9.2342.19200300.100.1.1',
  '1.2.840.113549.1.9.1',
  '2.5.4.5',
] as const;
const { utf8String, printableString, ia5String, bmpString, t61String } = DerTag;

names('a subject is written as Java writes it: the most specific first, in the form of RFC 2253', () => {
  const shown = (...parts: readonly (readonly DerAttribute[])[]): string => formatName(readDerValue(derName(...parts)));
  const country = [[C, printableString, 'DE']] as const;
  assert.is(shown(), '');
  assert.is(
    shown(country, [[ST, utf8String, 'Bayern']], [[O, utf8String, 'Example, Inc.']], [[OU, utf8String, 'A']]),
    'OU=A,O=Example\\, Inc.,ST=Bayern,C=DE',
  );
  assert.is(
    shown([[DC, ia5String, 'com']], [[UID, utf8String, 'u1']], [[CN, utf8String, 'x']], [[EMAIL, ia5String, 'a@b.c']]),
    '1.2.840.113549.1.9.1=#16056140622e63,CN=x,UID=u1,DC=com',
  );
  assert.is(shown([[SERIAL, printableString, '12']]), '2.5.4.5=#13023132');
  assert.is(shown([[CN, utf8String, ' lead#"q";<a>=']]), 'CN=\\ lead\\#\\"q\\"\\;\\<a\\>\\=');
  assert.is(shown([[CN, utf8String, 'a\\+ \r']]), 'CN=a\\\\\\+\\ \\\r');
  assert.is(shown([[O, utf8String, 'ü']], [[CN, utf8String, 'Größe']]), 'CN=Größe,O=ü');
  assert.is(
    shown(
      [
        [O, utf8String, 'x'],
        [OU, utf8String, 'y'],
      ],
      [
        [CN, utf8String, 'z'],
        [UID, utf8String, 'q'],
      ],
    ),
    'CN=z+UID=q,O=x+OU=y',
  );
  // Java takes the bytes of every string for UTF-8.
  assert.is(shown([[CN, bmpString, '\0a']]), 'CN=\\00a');
  assert.is(shown([[CN, t61String, Buffer.from([0xfc])]]), 'CN=\ufffd');
});

names('the subject is found in a whole certificate', () => {
  assert.is(subjectOfCertificate(Buffer.from(CERTIFICATE, 'base64')), 'CN=z+UID=q,O=x+OU=y');
});

names('bytes that are no certificate are an error, wherever they end', () => {
  const whole = Buffer.from(CERTIFICATE, 'base64');
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => subjectOfCertificate(whole.subarray(0, length)), DerError);
  }
});

names('distinguished names are told from other texts as Java tells them', () => {
  const good = `|CN=a|cn=a|CN=|CN=a;O=b|CN=a+OU=b|1.2.3=x|OID.1.2.3=x|oid.1.2.3=x|2.999=x|1.2.3=#0401ab|CN=#0401ab|
CN="a,b"|CN=a\\,b|CN=a\\41|CN=a=b|CN=a#b| CN = a , O = b |EMAILADDRESS=a@b|EMAIL=x|DC=com|UID=x|SERIALNUMBER=1|T=x|IP=1|
STREET=s|SURNAME=s|GIVENNAME=g|INITIALS=i|GENERATION=g|DNQ=d|DNQUALIFIER=d|S=x|C=xxx|CN=ü|CN="a" , O=b|CN=a\\ |CN=\\20a|
1.2.03=x|01.2=x|CN=a+CN=b|CN=#0403abcdef`;
  const bad = ` |CN|CN=a,|,CN=a|CN=a,,O=b|CN=a+|foo=bar|1=x|3.1=x|1.40=x|CN=#zz|CN=#|CN="a|CN=a\\|CN=a\\zb|CN=a<b|CN=#a|E=a@b|
SN=s|G=x|anyone|a/b@R|CN=a "b"|CN="a"b|O=a+b|CN=a,O|1.2.3|1..2=x|1.2.=x|.1.2=x|C N=a|=a|POSTALCODE=1|TITLE=x|CN=>|CN=\\|
CN=a;|CN=#04|CN=#0402ab|CN=#ABC`;
  for (const name of good.replaceAll('\n', '').split('|')) assert.ok(isDistinguishedName(name), name);
  for (const name of bad.replaceAll('\n', '').split('|')) assert.not.ok(isDistinguishedName(name), name);
  assert.ok(isDistinguishedName('CN\n=a,\n O=a\nb'));
});

names('a digest is made of whatever was said, with the part before the first colon for a name', () => {
  const idOf = (auth: string | Uint8Array, algorithm: 'sha1' | 'sha512' = 'sha1'): string =>
    digestId(typeof auth === 'string' ? Buffer.from(auth) : auth, hash, algorithm);
  assert.is(idOf('user:pass'), 'user:smGaoVKd/cQkjm7b88GyorAUz20=');
  assert.is(idOf('user:pass:word').split(':', 1)[0], 'user');
  assert.is(idOf('nobody'), 'nobody:Nl7BemdfMnO8FsdHYa2D8s8HxZo=');
  assert.is(idOf(''), ':2jmj7l5rSw0yVb/vlWAYkK/YBwk=');
  assert.is(idOf(Buffer.from([0xff])), idOf('\ufffd'), 'what is no UTF-8 is hashed as the replacement for it');
  assert.is(idOf('a:b', 'sha512').length, 'a:'.length + 88);
});

names('the id of a digest has two parts; colons at its end do not count', () => {
  for (const id of ['u:h', ':h', 'u:h:', ':h::']) assert.ok(isDigestId(id), id);
  for (const id of ['', 'u', 'u:', ':', '::', 'a:b:c', 'u::h']) assert.not.ok(isDigestId(id), id);
});

names('the id of a SASL user is a principal, or anything without a realm', () => {
  for (const id of ['bob', 'a/b/c', '', 'a@R', 'a/b@R', '@', 'a/@']) assert.ok(isSaslId(id), id);
  for (const id of ['a@b@c', 'a/b/c@R', 'a@R/b']) assert.not.ok(isSaslId(id), id);
});

names.run();

const CERTIFICATE = `MIIBuzCCAWGgAwIBAgIUHu+vvGeWMSMb/0osoxg9Un+FulcwCgYIKoZIzj0EAwIwMzEUMAgGA1UECgwBeDAIBgNVBAsMAXkxGzAIBgNVBAMMAXow
DwYKCZImiZPyLGQBAQwBcTAeFw0yNjExMjIyMjQ0NThaFw0zNjExMTkyMjQ0NThaMDMxFDAIBgNVBAoMAXgwCAYDVQQLDAF5MRswCAYDVQQDDAF6MA8GCgmSJomT8ixkAQEMAXEw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS5ijUjUdPp0esZSk5wJKpsSR+Iz7bHOiPX0jcws6f3gBplaVQemyiGPETTLUfKe4KQEt5vkr6j2PPk9MbJxozmo1MwUTAdBgNVHQ4E
FgQUnQAlvW9KvjL6revgnHSFxHSLnPswHwYDVR0jBBgwFoAUnQAlvW9KvjL6revgnHSFxHSLnPswDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAORbiyfLNwAuS9
5wAlJTHiGFFjd8uCTEo8ToJxef64kQIhAJNfhoVMvItWcuJ4ut3hiAUN6dlftotkRIdneNrZkwwE`;
