import { assignBounded, LOAD_SLACK, loadLimit } from '../../../../core/placement/bounded-load.ts';
import { HashRing } from '../../../../core/placement/hash-ring.ts';
import { placeByModulo } from '../../../../core/placement/modulo.ts';
import { assert, suite } from '../../../support/suite.ts';

const placement = suite('core/placement');

const KEYS = Array.from({ length: 2000 }, (_, index) => `key-${index}`);
const MEMBERS = ['r1', 'r2', 'r3', 'r4', 'r5'];

placement('the modulo is the seed’s h(x) = (x mod p) + 1', () => {
  assert.equal(
    [0, 1, 2, 3, 7].map((x) => placeByModulo({ x, p: 3 })),
    [1, 2, 3, 1, 2],
  );
  assert.throws(() => placeByModulo({ x: -1, p: 3 }), /x is -1/);
  assert.throws(() => placeByModulo({ x: 1, p: 0 }), /p is 0/);
});

placement('the ring does not depend on the order in which members are given', () => {
  const ring = new HashRing(MEMBERS);
  const reversed = new HashRing([...MEMBERS].reverse());
  for (const key of KEYS) assert.is(ring.ownerOf(key), reversed.ownerOf(key));
});

placement('a member that leaves the ring gives away its own keys and nobody else’s', () => {
  const before = new HashRing(MEMBERS);
  for (const leaver of MEMBERS) {
    const after = before.withoutMember(leaver);
    for (const key of KEYS) {
      const owner = before.ownerOf(key);
      if (owner === leaver) assert.is.not(after.ownerOf(key), leaver);
      else assert.is(after.ownerOf(key), owner);
    }
  }
});

placement('a member that comes back gets exactly its old keys', () => {
  const before = new HashRing(MEMBERS);
  const after = before.withoutMember('r3').withMember('r3');
  for (const key of KEYS) assert.is(after.ownerOf(key), before.ownerOf(key));
});

placement('the ring’s shares stay within 1.4 of the mean', () => {
  for (let count = 2; count <= 10; count += 1) {
    const ring = new HashRing(Array.from({ length: count }, (_, index) => `member-${index}`));
    const loads = countBy(KEYS.map((key) => ring.ownerOf(key)));
    assert.ok(Math.max(...loads.values()) <= (1.4 * KEYS.length) / count, `${count} members: ${[...loads.values()]}`);
  }
});

placement('the modulo moves most keys where the ring moves a share', () => {
  const ring = new HashRing(MEMBERS);
  const smaller = ring.withoutMember('r5');
  const movedByRing = KEYS.filter((key) => ring.ownerOf(key) !== smaller.ownerOf(key)).length;
  const movedByModulo = KEYS.filter((_, x) => placeByModulo({ x, p: 5 }) !== placeByModulo({ x, p: 4 })).length;
  assert.ok(movedByRing < 0.3 * KEYS.length, `ring moved ${movedByRing}`);
  assert.ok(movedByModulo > 0.7 * KEYS.length, `modulo moved ${movedByModulo}`);
});

placement('an empty ring owns nothing', () => {
  assert.is(new HashRing([]).ownerOf('key'), null);
  assert.is(assignBounded(new HashRing([]), KEYS).size, 0);
});

placement('bounded loads give every key an owner and nobody more than the limit', () => {
  for (const count of [1, 2, 3, 5]) {
    for (const keys of [1, 7, 64, 500]) {
      const ring = new HashRing(MEMBERS.slice(0, count));
      const owners = assignBounded(ring, KEYS.slice(0, keys));
      assert.is(owners.size, keys);
      const limit = loadLimit({ keys, members: count });
      assert.ok(Math.max(...countBy([...owners.values()]).values()) <= limit);
    }
  }
});

placement('bounded loads depend on the set of keys, not on its order', () => {
  const ring = new HashRing(MEMBERS);
  const owners = assignBounded(ring, KEYS);
  const reversed = assignBounded(ring, [...KEYS].reverse());
  for (const key of KEYS) assert.is(owners.get(key), reversed.get(key));
});

placement('with bounded loads a leaving member moves little more than its own keys', () => {
  const ring = new HashRing(MEMBERS);
  const before = assignBounded(ring, KEYS);
  const after = assignBounded(ring.withoutMember('r2'), KEYS);
  const own = KEYS.filter((key) => before.get(key) === 'r2').length;
  const moved = KEYS.filter((key) => before.get(key) !== after.get(key)).length;
  assert.ok(moved <= own + LOAD_SLACK * 0.2 * KEYS.length, `moved ${moved}, own ${own}`);
});

placement('a slack below one is refused, because the keys would not fit', () => {
  assert.throws(() => loadLimit({ keys: 10, members: 2, slack: 0.9 }), /slack 0.9/);
});

function countBy(values: readonly (string | null)[]): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

placement.run();
