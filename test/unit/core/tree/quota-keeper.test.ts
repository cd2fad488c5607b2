import { OpCode } from '../../../../core/jute/op-code.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { assert, suite } from '../../../support/suite.ts';
import { applyAll, bytes, create, load, remove, SESSION_A, setData, snapshotOf } from './txns.ts';

const quotaKeeper = suite('tree/quota-keeper');

const LIMITS = 'count=100,bytes=1000';

function textAt(tree: DataTree, path: string): string {
  return Buffer.from(tree.data(tree.find(path)) ?? bytes('nothing')).toString();
}

function usedBy(tree: DataTree, subtree: string): string {
  return textAt(tree, `/zookeeper/quota${subtree}/zookeeper_stats`);
}

/** As zkCli's setquota makes it. */
function setQuota(tree: DataTree, subtree: string): void {
  let path = '/zookeeper/quota';
  for (const name of subtree.slice(1).split('/')) {
    path += `/${name}`;
    if (tree.find(path) < 0) applyAll(tree, [create(path)]);
  }
  applyAll(tree, [create(`${path}/zookeeper_limits`, bytes(LIMITS)), create(`${path}/zookeeper_stats`, bytes('0'))]);
}

function prepared(): DataTree {
  const tree = new DataTree();
  applyAll(tree, [create('/a', bytes('12')), create('/a/b', bytes('345')), create('/a/b/c', null), create('/ab')]);
  setQuota(tree, '/a');
  return tree;
}

quotaKeeper('what is there is counted when the quota is made, the znode itself included', () => {
  assert.is(usedBy(prepared(), '/a'), 'count=3,bytes=5');
  const tree = new DataTree();
  setQuota(tree, '/nothing/here');
  assert.is(usedBy(tree, '/nothing/here'), 'count=0,bytes=0');
});

quotaKeeper('creates, deletes and new data are counted, others are not', () => {
  const tree = prepared();
  applyAll(tree, [create('/a/d', bytes('1234')), create('/ab/x', bytes('9')), setData('/a', bytes('1'), 1)]);
  assert.is(usedBy(tree, '/a'), 'count=4,bytes=8');
  applyAll(tree, [remove('/a/b/c'), remove('/a/b'), setData('/a/d', null, 1)]);
  assert.is(usedBy(tree, '/a'), 'count=2,bytes=1');
  applyAll(tree, [{ type: OpCode.createContainer, path: '/a/k', data: bytes('kk'), acl: [], parentCVersion: -1 }]);
  assert.is(usedBy(tree, '/a'), 'count=3,bytes=3');
  applyAll(tree, [{ type: OpCode.deleteContainer, path: '/a/k' }]);
  assert.is(usedBy(tree, '/a'), 'count=2,bytes=1');
});

quotaKeeper('ephemerals that go with their session, and the parts of a multi, are counted', () => {
  const tree = prepared();
  applyAll(tree, [create('/a/e', bytes('eee'), { ephemeral: true })], SESSION_A);
  assert.is(usedBy(tree, '/a'), 'count=4,bytes=8');
  applyAll(tree, [{ type: OpCode.closeSession, pathsToDelete: ['/a/e'] }], SESSION_A);
  assert.is(usedBy(tree, '/a'), 'count=3,bytes=5');
  applyAll(tree, [{ type: OpCode.multi, txns: [create('/a/m', bytes('m')), setData('/a/m', bytes('mm'), 1)] }]);
  assert.is(usedBy(tree, '/a'), 'count=4,bytes=7');
});

quotaKeeper('the nearest quota is charged, and no other', () => {
  const tree = prepared();
  setQuota(tree, '/a/b');
  assert.is(usedBy(tree, '/a/b'), 'count=2,bytes=3');
  applyAll(tree, [create('/a/b/d', bytes('dddd'))]);
  assert.equal([usedBy(tree, '/a/b'), usedBy(tree, '/a')], ['count=3,bytes=7', 'count=3,bytes=5']);
});

quotaKeeper('no Stat field moves, nothing counts for the digest', () => {
  const tree = prepared();
  const path = '/zookeeper/quota/a/zookeeper_stats';
  const before = tree.stat(tree.find(path));
  const plain = new DataTree();
  applyAll(plain, [create('/a', bytes('12')), create('/a/b', bytes('345')), create('/a/b/c', null), create('/ab')]);
  assert.equal(tree.digest, plain.digest);
  applyAll(tree, [create('/a/much-longer-than-before', bytes('x'.repeat(100_000)))]);
  const after = tree.stat(tree.find(path));
  assert.is(usedBy(tree, '/a'), 'count=4,bytes=100005');
  assert.equal(after, { ...before, dataLength: 'count=4,bytes=100005'.length });
});

quotaKeeper('without its limits a quota counts no more, without its statistics nothing happens', () => {
  const tree = prepared();
  applyAll(tree, [remove('/zookeeper/quota/a/zookeeper_limits'), create('/a/x')]);
  assert.is(usedBy(tree, '/a'), 'count=3,bytes=5');
  assert.is(tree.hasQuotas, false);
  const other = prepared();
  applyAll(other, [remove('/zookeeper/quota/a/zookeeper_stats'), create('/a/x')]);
  assert.is(other.quotaOver('/a/x'), null);
});

quotaKeeper('a loaded snapshot is counted anew, whatever its statistics say', () => {
  const tree = prepared();
  applyAll(tree, [setData('/zookeeper/quota/a/zookeeper_stats', bytes('count=70,bytes=70'), 1)]);
  const loaded = load(snapshotOf(tree, 'file'), 'file', tree.lastProcessedZxid);
  assert.is(usedBy(loaded, '/a'), 'count=3,bytes=5');
  applyAll(loaded, [create('/a/x', bytes('x'))]);
  assert.is(usedBy(loaded, '/a'), 'count=4,bytes=6');
  assert.equal(loaded.quotaOver('/a/b/c/d'), {
    subtree: '/a',
    limits: { count: 100, bytes: 1000, countHardLimit: -1, byteHardLimit: -1 },
    used: { count: 4, bytes: 6, countHardLimit: -1, byteHardLimit: -1 },
  });
});

quotaKeeper('a deletion that is replayed over later descendants takes all of them off', () => {
  const tree = prepared();
  applyAll(tree, [remove('/a/b')]);
  assert.is(usedBy(tree, '/a'), 'count=1,bytes=2');
});

quotaKeeper('the root has no quota, and znodes that only look like one are none', () => {
  const tree = new DataTree();
  applyAll(tree, [
    create('/zookeeper/quota/zookeeper_limits', bytes(LIMITS)),
    create('/zookeeper/quota/zookeeper_stats'),
    create('/zookeeper/quotas'),
    create('/zookeeper/quotas/zookeeper_limits', bytes(LIMITS)),
    create('/a'),
  ]);
  assert.is(tree.hasQuotas, false);
});

quotaKeeper.run();
