import { formatSessionId, isNoSession, makeSessionId, NO_SESSION } from '../../../../core/ids.ts';
import { OPEN_ACL } from '../../../../core/jute/acl.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import { JuteReader } from '../../../../core/jute/reader.ts';
import { readStat } from '../../../../core/jute/stat.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { DataTree, NO_ROW } from '../../../../core/tree/data-tree.ts';
import { TreeState } from '../../../../core/tree/tree-state.ts';
import { assert, suite } from '../../../support/suite.ts';
import { ModelTree } from './model-tree.ts';
import { RandomTxns } from './random-txns.ts';
import { applyAll, bytes, create, header, READ_ACL, remove, SESSION_A, SESSION_B, setAcl, setData } from './txns.ts';

const dataTree = suite('tree/data-tree', { timeoutMs: 60_000 });

function extendedTree(): DataTree {
  return new DataTree(new TreeState({ extendedTypes: true }));
}

function compare(tree: DataTree, model: ModelTree, when: string): void {
  assert.is(tree.znodeCount, model.znodes.size + 1, `count ${when}`);
  assert.is(tree.approximateDataSize, model.dataSize(), `size ${when}`);
  assert.equal(
    new Map([...tree.sessions.entries()].map(([id, timeout]) => [formatSessionId(id), timeout])),
    model.sessions,
    `sessions ${when}`,
  );
  let ephemeralCount = 0;
  for (const [path, znode] of model.znodes) {
    const row = tree.find(path);
    const children = model.childNames(path);
    const isEphemeral = model.isEphemeral(znode);
    assert.is.not(row, NO_ROW, `${path} ${when}`);
    assert.equal(tree.acl(row), znode.acl, `acl of ${path} ${when}`);
    assert.is(
      Buffer.from(tree.data(row) ?? bytes('null')).equals(znode.data ?? bytes('null')),
      true,
      `data ${path} ${when}`,
    );
    assert.equal(tree.childNames(row).sort(), children.sort(), `children of ${path} ${when}`);
    assert.equal(
      tree.stat(row),
      {
        czxid: znode.czxid,
        mzxid: znode.mzxid,
        ctime: znode.ctime,
        mtime: znode.mtime,
        version: znode.version,
        cversion: 2 * znode.cversion - children.length,
        aversion: znode.aversion,
        ephemeralOwner: isEphemeral ? znode.owner : NO_SESSION,
        dataLength: znode.data?.length ?? 0,
        numChildren: children.length,
        pzxid: znode.pzxid,
      },
      `stat of ${path} ${when}`,
    );
    if (!isEphemeral) continue;
    ephemeralCount += 1;
    assert.is([...tree.ephemeralsOf(znode.owner)].includes(path), true, `ephemeral ${path} ${when}`);
  }
  assert.is(tree.ephemeralCount, ephemeralCount, `ephemerals ${when}`);
  const digest = (BigInt(tree.digest.hi) << 32n) | BigInt(tree.digest.lo);
  assert.is(digest, model.digest(), `digest ${when}`);
}

for (const kind of ['legal', 'any'] as const) {
  dataTree(`agrees with the slow tree after every one of many ${kind} txns`, () => {
    for (let seed = 1; seed <= 4; seed++) {
      const tree = extendedTree();
      const model = new ModelTree(tree);
      const txns = new RandomTxns(tree, seed, kind);
      for (let step = 0; step < 1200; step++) {
        const logged = txns.next();
        tree.apply(logged.header, logged.txn, step % 2 === 0);
        model.apply(logged.header, logged.txn);
        if (step % 40 === 0) compare(tree, model, `seed ${seed} step ${step} after ${JSON.stringify(logged.txn)}`);
      }
    }
  });
}

dataTree('keeps null data and empty data apart', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/null', null), create('/empty', bytes('')), create('/turned', bytes('x'))]);
  applyAll(tree, [setData('/turned', null, 1)]);
  assert.is(tree.data(tree.find('/null')), null);
  assert.is(tree.data(tree.find('/empty'))?.length, 0);
  assert.is(tree.data(tree.find('/turned')), null);
  const writer = new JuteWriter();
  for (const path of ['/null', '/empty']) tree.writeData(writer, tree.find(path));
  assert.is(writer.view().toString('hex'), 'ffffffff00000000');
});

dataTree('writes stat, data and children as the objects say', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/p', bytes('data'))]);
  applyAll(tree, [create('/p/one', null, { ephemeral: true }), create('/p/zwö'), remove('/p/one')], SESSION_A);
  applyAll(tree, [create('/p/e', null, { ephemeral: true })], SESSION_B);
  const writer = new JuteWriter();
  for (const path of ['/', '/p', '/p/e']) {
    const row = tree.find(path);
    writer.reset();
    tree.writeStat(writer, row);
    assert.equal(readStat(new JuteReader(writer.view())), tree.stat(row));
    writer.reset();
    tree.writeChildNames(writer, row);
    const reader = new JuteReader(writer.view());
    assert.equal(
      Array.from({ length: reader.readCount() }, () => reader.readString()),
      tree.childNames(row),
    );
    assert.is(reader.remaining, 0);
    writer.reset();
    tree.writeData(writer, row);
    assert.equal(new JuteReader(writer.view()).readBuffer()?.length ?? 0, tree.dataLength(row));
  }
  assert.equal(tree.childNames(tree.find('/p')), ['zwö', 'e']);
  assert.is(tree.stat(tree.find('/p')).cversion, 2 * 3 - 2);
});

dataTree('shows containers and TTL znodes without an owner, and closes no session over them', () => {
  const tree = extendedTree();
  const common = { data: null, acl: OPEN_ACL, parentCVersion: -1 };
  applyAll(tree, [
    { type: OpCode.createContainer, path: '/container', ...common },
    { type: OpCode.createTTL, path: '/ttl', ...common, ttl: 2 ** 39 + 5 },
  ]);
  assert.equal(tree.ephemeralOwner(tree.find('/container')), makeSessionId(0x80000000, 0));
  assert.equal(tree.ephemeralOwner(tree.find('/ttl')), makeSessionId(0xff000080, 5));
  for (const path of ['/container', '/ttl']) {
    assert.is(isNoSession(tree.stat(tree.find(path)).ephemeralOwner), true);
    assert.is(tree.isEphemeral(tree.find(path)), false);
  }
  assert.is(tree.ephemeralCount, 0);
});

dataTree('without extended types a TTL znode of the log is the ephemeral of a session that nobody has', () => {
  const tree = new DataTree();
  applyAll(tree, [{ type: OpCode.createTTL, path: '/t', data: null, acl: OPEN_ACL, parentCVersion: -1, ttl: 100 }]);
  assert.is(formatSessionId(tree.stat(tree.find('/t')).ephemeralOwner), '0xff00000000000064');
  assert.is(tree.ephemeralCount, 1);
  assert.is(tree.reapables.size, 0);
});

dataTree('a multi gives the stat that each of its txns left, under one zxid', () => {
  const tree = new DataTree();
  const multi = {
    type: OpCode.multi,
    txns: [
      create('/m', bytes('1')),
      setData('/m', bytes('22'), 1),
      create('/m/c'),
      { type: OpCode.check, path: '/m', version: 2 },
    ],
  } as const;
  const result = tree.apply(header(9, OpCode.multi), multi, true);
  assert.is(tree.lastProcessedZxid, 9);
  assert.equal(
    result?.results?.map((each) => [each.type, each.error, each.path, each.stat?.version, each.stat?.dataLength]),
    [
      [OpCode.create, 0, '/m', 0, 1],
      [OpCode.setData, 0, '/m', 1, 2],
      [OpCode.create, 0, '/m/c', 0, 0],
      [OpCode.check, 0, '/m', undefined, undefined],
    ],
  );
});

dataTree('a multi with an error applies nothing and answers 0, the code, then -2', () => {
  const tree = new DataTree();
  const before = tree.digest;
  const txns = [create('/m'), { type: OpCode.error, error: -101 }, { type: OpCode.error, error: -2 }] as const;
  const result = tree.apply(header(3, OpCode.multi), { type: OpCode.multi, txns }, true);
  assert.is(tree.find('/m'), NO_ROW);
  assert.equal(tree.digest, before);
  assert.is(tree.lastProcessedZxid, 3);
  assert.is(result?.error, 0);
  assert.equal(
    result?.results?.map((each) => [each.type, each.error]),
    [
      [-1, 0],
      [-1, -101],
      [-1, -2],
    ],
  );
});

dataTree('an error txn moves nothing but the zxid', () => {
  const tree = new DataTree();
  const result = tree.apply(header(7, OpCode.error), { type: OpCode.error, error: -110 }, true);
  assert.equal([result?.type, result?.error, tree.lastProcessedZxid, tree.digest.lo], [-1, -110, 7, 1371985504]);
});

dataTree('gives no result when none is wanted', () => {
  assert.is(new DataTree().apply(header(1, OpCode.create), create('/a'), false), null);
});

dataTree('closing a session deletes what the txn lists and what it does not', () => {
  const tree = new DataTree();
  const ephemeral = { ephemeral: true };
  tree.apply(header(1, OpCode.createSession, SESSION_A), { type: OpCode.createSession, timeoutMs: 6000 }, false);
  applyAll(tree, [create('/a', null, ephemeral), create('/b', null, ephemeral)], SESSION_A);
  applyAll(tree, [create('/other', null, ephemeral)], SESSION_B);
  assert.equal([...tree.ephemeralsOf(SESSION_A)], ['/a', '/b']);
  const close = { type: OpCode.closeSession, pathsToDelete: ['/a', '/gone'] } as const;
  tree.apply(header(9, OpCode.closeSession, SESSION_A), close, false);
  assert.equal(tree.childNames(tree.find('/')), ['zookeeper', 'other']);
  assert.is(tree.pzxid(tree.find('/')), 9);
  assert.is(tree.sessions.size, 0);
  assert.equal([...tree.ephemeralOwners()], [SESSION_B]);
});

dataTree('setACL moves the aversion and nothing else', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/a', bytes('x'))]);
  const before = tree.stat(tree.find('/a'));
  applyAll(tree, [setAcl('/a', READ_ACL, 1)]);
  assert.equal(tree.stat(tree.find('/a')), { ...before, aversion: 1 });
  assert.equal(tree.acl(tree.find('/a')), READ_ACL);
});

dataTree('reconfig replaces the data of /zookeeper/config and leaves its version', () => {
  const tree = new DataTree();
  const txn = { type: OpCode.reconfig, path: '/zookeeper/config', data: bytes('version=5'), version: -1 } as const;
  tree.apply(header(5, OpCode.reconfig), txn, false);
  const stat = tree.stat(tree.find('/zookeeper/config'));
  assert.equal([stat.version, stat.mzxid, stat.dataLength], [-1, 5, 9]);
  assert.is(tree.digest.lo, 1371985504, 'below /zookeeper/ nothing counts for the digest');
});

dataTree('after 2^31 creations the parent keeps its cversion, as in ZooKeeper', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/p'), create('/p/a', null, { parentCVersion: 2147483647 })]);
  applyAll(tree, [create('/p/b', null, { parentCVersion: -2147483648 })]);
  assert.is(tree.storedCversion(tree.find('/p')), 2147483647);
  assert.is(tree.pzxid(tree.find('/p')), 2);
});

dataTree.run();
