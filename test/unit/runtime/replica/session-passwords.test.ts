import { createHmac } from 'node:crypto';
import { makeSessionId, parseSessionId, type SessionId } from '../../../../core/ids.ts';
import {
  isSessionPassword,
  type SessionPasswords,
  zookeeperPassword,
} from '../../../../core/server/sessions/session-password.ts';
import { sessionPasswords } from '../../../../runtime/replica/session-passwords.ts';
import { assert, suite } from '../../../support/suite.ts';

const kinds = suite('replica/session-passwords');

const MADE = 1_790_000_000_000;
const SECRET = { key: new Uint8Array(32).fill(7), madeAtMs: MADE };
/** As Apache's servers give them, and as ours do before and after the secret was made. */
const APACHE = parseSessionId('0x100003f99b50000');
const EARLIER = idAt(MADE - 1);
const LATER = idAt(MADE);

function idAt(wallMs: number): SessionId {
  const time = wallMs % 2 ** 40;
  return makeSessionId(0x01000000 | Math.floor(time / 0x10000), (time % 0x10000) << 16);
}

function proves(passwords: SessionPasswords, id: SessionId, claimed: Uint8Array): boolean {
  return isSessionPassword(passwords, id, claimed);
}

kinds('secret: the first 16 bytes of HMAC-SHA-256 of the id, the same in every replica and run', () => {
  const password = sessionPasswords('secret', SECRET).given(LATER);
  const id = Buffer.alloc(8);
  id.writeInt32BE(LATER.hi, 0);
  id.writeInt32BE(LATER.lo, 4);
  const expected = createHmac('sha256', SECRET.key).update(id).digest().subarray(0, 16);
  assert.equal([...password], [...expected]);
  const other = { ...SECRET, key: new Uint8Array(32).fill(8) };
  assert.not.ok(proves(sessionPasswords('secret', other), LATER, password));
});

kinds('secret: ZooKeeper’s password opens sessions of the time before the secret, and no later one', () => {
  const passwords = sessionPasswords('secret', SECRET);
  for (const id of [APACHE, EARLIER]) {
    assert.ok(proves(passwords, id, zookeeperPassword(id)));
    assert.ok(proves(passwords, id, passwords.given(id)));
  }
  assert.not.ok(proves(passwords, LATER, zookeeperPassword(LATER)));
  assert.is(passwords.idsFromMs, MADE);
});

kinds('zookeeper: clients get ZooKeeper’s, and those of a secret still prove their sessions', () => {
  const passwords = sessionPasswords('zookeeper', SECRET);
  assert.equal([...passwords.given(LATER)], [...zookeeperPassword(LATER)]);
  assert.ok(proves(passwords, LATER, zookeeperPassword(LATER)));
  assert.ok(proves(passwords, LATER, sessionPasswords('secret', SECRET).given(LATER)));
  assert.ok(proves(sessionPasswords('zookeeper', null), LATER, zookeeperPassword(LATER)));
});

kinds.run();
