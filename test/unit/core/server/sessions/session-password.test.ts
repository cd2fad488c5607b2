import { parseSessionId, type SessionId } from '../../../../../core/ids.ts';
import {
  isSessionPassword,
  type SessionPasswords,
  ZOOKEEPER_PASSWORDS,
  zookeeperPassword,
} from '../../../../../core/server/sessions/session-password.ts';
import { assert, suite } from '../../../../support/suite.ts';

const passwords = suite('server/session-password');

const ID = parseSessionId('0x100003f99b50000');
const OTHER = parseSessionId('0x100003f99b50001');

/** Any sixteen bytes that depend on the id. */
function own(id: SessionId): Uint8Array {
  return new Uint8Array(16).fill(id.lo + 1);
}

passwords('ZooKeeper’s is what every one of its servers computes for that session', () => {
  assert.is(Buffer.from(zookeeperPassword(ID)).toString('hex'), '8188ff2c7a36f23ec7998b16538caff0');
});

passwords('proves the session and nothing else', () => {
  const proves = (id: SessionId, claimed: Uint8Array | null) => isSessionPassword(ZOOKEEPER_PASSWORDS, id, claimed);
  const password = zookeeperPassword(ID);
  assert.ok(proves(ID, password));
  assert.not.ok(proves(OTHER, password));
  assert.not.ok(proves(ID, null));
  assert.not.ok(proves(ID, password.subarray(0, 15)));
  for (let at = 0; at < 16; at++) {
    const wrong = Uint8Array.from(password);
    wrong[at] = (wrong[at] ?? 0) ^ 1;
    assert.not.ok(proves(ID, wrong), `byte ${at} counts`);
  }
});

passwords('a session that another server began proves itself by the password that it was given there', () => {
  const kinds: SessionPasswords = {
    given: own,
    alsoAccepted: (id) => (id.lo === ID.lo ? [zookeeperPassword(id)] : []),
    idsFromMs: 0,
  };
  assert.ok(isSessionPassword(kinds, ID, own(ID)));
  assert.ok(isSessionPassword(kinds, ID, zookeeperPassword(ID)));
  assert.ok(isSessionPassword(kinds, OTHER, own(OTHER)));
  assert.not.ok(isSessionPassword(kinds, OTHER, zookeeperPassword(OTHER)));
});

passwords('never opens session 0', () => {
  const none = parseSessionId('0x0');
  assert.not.ok(isSessionPassword(ZOOKEEPER_PASSWORDS, none, zookeeperPassword(none)));
});

passwords.run();
