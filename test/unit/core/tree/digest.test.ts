import { crc32 } from '../../../../core/tree/crc32.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { digestEquals } from '../../../../core/tree/digest.ts';
import { assert, suite } from '../../../support/suite.ts';
import { applyAll, bytes, create, remove, setData } from './txns.ts';

const digest = suite('tree/digest');

digest('CRC-32 gives the check value of the standard, in one piece or several', () => {
  const text = bytes('123456789');
  assert.is(crc32(text, 0, 9, 0) >>> 0, 0xcbf43926);
  for (let cut = 0; cut <= 9; cut++) assert.is(crc32(text, cut, 9, crc32(text, 0, cut, 0)) >>> 0, 0xcbf43926);
  const long = Buffer.alloc(100, 'The quick brown fox jumps over the lazy dog');
  assert.is(crc32(long, 0, 43, 0) >>> 0, 0x414fa339);
});

digest('does not depend on when it is asked for', () => {
  const [often, once] = [new DataTree(), new DataTree()];
  for (let index = 0; index < 6000; index++) {
    const txns = [create(`/n${index}`, bytes(`${index}`)), setData(`/n${index >> 1}`, bytes('y'), index)];
    if (index % 3 === 0) txns.push(create(`/gone${index}`));
    for (const tree of [often, once]) {
      applyAll(tree, txns);
      if (index % 3 === 0) applyAll(tree, [remove(`/gone${index}`)]);
    }
    assert.type(often.digest.lo, 'number');
  }
  assert.equal(often.digest, once.digest);
  assert.is(once.digest.hi > 0, true, 'the sum has grown beyond 32 bits');
});

digest('returns to what it was when everything is undone', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/a')]);
  const before = tree.digest;
  applyAll(tree, [create('/zookeeper/user'), setData('/zookeeper/user', bytes('x'), 1)]);
  const after = tree.digest;
  assert.is(digestEquals(before, after), false, 'the parent /zookeeper counts');
  applyAll(tree, [setData('/zookeeper/user', bytes('y'), 2)]);
  assert.equal(tree.digest, after, 'what is below it does not');
});

digest.run();
