import { makeSessionId } from '../../../../core/ids.ts';
import { CONTAINER_OWNER, EphemeralIndex, ownerKind, ttlOf, ttlOwner } from '../../../../core/tree/ephemeral-owner.ts';
import { assert, suite } from '../../../support/suite.ts';
import { SESSION_A, SESSION_B } from './txns.ts';

const ephemeralOwner = suite('tree/ephemeral-owner');

ephemeralOwner('tells the four kinds of owner apart', () => {
  for (const types of ['plain', 'extended'] as const) {
    assert.is(ownerKind(0, 0, types), 'persistent');
    assert.is(ownerKind(CONTAINER_OWNER.hi, CONTAINER_OWNER.lo, types), 'container');
    assert.is(ownerKind(SESSION_A.hi, SESSION_A.lo, types), 'ephemeral');
    assert.is(ownerKind(0, 1, types), 'ephemeral');
    // Session ids of server 128 begin like the container's mark.
    assert.is(ownerKind(CONTAINER_OWNER.hi, 1, types), 'ephemeral');
  }
  assert.is(ownerKind(ttlOwner(1).hi, ttlOwner(1).lo, 'extended'), 'ttl');
});

ephemeralOwner('without extended types a time to live is a session that nobody has', () => {
  assert.is(ownerKind(ttlOwner(1).hi, ttlOwner(1).lo, 'plain'), 'ephemeral');
});

ephemeralOwner('a TTL survives its encoding, up to 40 bits', () => {
  for (const ttl of [1, 1000, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 - 1]) assert.is(ttlOf(ttlOwner(ttl)), ttl);
  assert.equal(ttlOwner(2 ** 40 - 1), makeSessionId(0xff0000ff, -1));
});

ephemeralOwner('the index forgets a session with its last znode', () => {
  const index = new EphemeralIndex();
  index.add(SESSION_A, 1);
  index.add(SESSION_A, 2);
  index.add(SESSION_B, 3);
  index.remove(SESSION_B, 3);
  index.remove(SESSION_B, 3);
  index.remove(SESSION_A, 9);
  assert.is(index.count, 2);
  assert.equal([...index.rowsOf(SESSION_A)], [1, 2]);
  assert.equal([...index.rowsOf(SESSION_B)], []);
  assert.equal([...index.owners()], [SESSION_A]);
});

ephemeralOwner.run();
