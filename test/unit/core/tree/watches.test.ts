import { OpCode } from '../../../../core/jute/op-code.ts';
import type { Txn } from '../../../../core/jute/txn.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { type Watcher, WatchTable } from '../../../../core/tree/watches.ts';
import type { Zxid } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';
import { applyAll, bytes, create, header, READ_ACL, remove, SESSION_A, setAcl, setData } from './txns.ts';

const watches = suite('tree/watches');

const TYPES = ['', 'created', 'deleted', 'changed', 'children'];

/** A connection that notes what it is told in a list shared with others, so that the order between them shows. */
class Listener implements Watcher {
  readonly #name: string;
  readonly #heard: string[];

  constructor(name: string, heard: string[]) {
    this.#name = name;
    this.#heard = heard;
  }

  onWatchedEvent(type: number, path: string, zxid: Zxid): void {
    this.#heard.push(`${this.#name} ${TYPES[type]} ${path} @${zxid}`);
  }
}

interface Scene {
  readonly tree: DataTree;
  readonly heard: string[];
  readonly listener: (name: string) => Listener;
  /** Applies one txn and gives what was heard since the last. */
  readonly apply: (txn: Txn) => readonly string[];
}

/** /p and /p/n exist; the next txn has zxid 3. */
function scene(): Scene {
  const tree = new DataTree();
  applyAll(tree, [create('/p'), create('/p/n')]);
  const heard: string[] = [];
  return {
    tree,
    heard,
    listener: (name) => new Listener(name, heard),
    apply: (txn) => {
      applyAll(tree, [txn], SESSION_A);
      return heard.splice(0);
    },
  };
}

watches('create tells the data watch of the path, then the child watch of the parent', () => {
  const { tree, listener, apply } = scene();
  tree.watches.addChild('/p', listener('c'));
  tree.watches.addData('/p/new', listener('d'));
  assert.equal(apply(create('/p/new')), ['d created /p/new @3', 'c children /p @3']);
});

watches('setData tells the data watch of the path and nobody else', () => {
  const { tree, listener, apply } = scene();
  tree.watches.addData('/p/n', listener('d'));
  tree.watches.addData('/p', listener('above'));
  tree.watches.addChild('/p', listener('parent'));
  tree.watches.addChild('/p/n', listener('c'));
  assert.equal(apply(setData('/p/n', bytes('x'), 1)), ['d changed /p/n @3']);
});

watches('delete tells data at the path, child at the path, child at the parent, in this order', () => {
  const { tree, listener, apply } = scene();
  tree.watches.addChild('/p', listener('parent'));
  tree.watches.addChild('/p/n', listener('c'));
  tree.watches.addData('/p/n', listener('d'));
  assert.equal(apply(remove('/p/n')), ['d deleted /p/n @3', 'c deleted /p/n @3', 'parent children /p @3']);
});

watches('a connection with a data and a child watch hears of a deletion once, and both are gone', () => {
  const { tree, listener, apply } = scene();
  const both = listener('both');
  tree.watches.addData('/p/n', both);
  tree.watches.addChild('/p/n', both);
  assert.equal(apply(remove('/p/n')), ['both deleted /p/n @3']);
  assert.is(tree.watches.count, 0);
  assert.equal(apply(create('/p/n')), []);
});

watches('a connection that also watches the parent hears of both', () => {
  const { tree, listener, apply } = scene();
  const both = listener('both');
  tree.watches.addData('/p/n', both);
  tree.watches.addChild('/p', both);
  assert.equal(apply(remove('/p/n')), ['both deleted /p/n @3', 'both children /p @3']);
});

watches('the child watch of the root hears of its children', () => {
  const { tree, listener, apply } = scene();
  tree.watches.addChild('/', listener('root'));
  assert.equal(apply(create('/q')), ['root children / @3']);
});

watches('setACL, check, errors and a failed multi tell nobody', () => {
  const { tree, listener, apply } = scene();
  tree.watches.addData('/p/n', listener('d'));
  tree.watches.addChild('/p', listener('c'));
  const silent: readonly Txn[] = [
    setAcl('/p/n', READ_ACL, 1),
    { type: OpCode.check, path: '/p/n', version: 1 },
    { type: OpCode.error, error: -103 },
    { type: OpCode.multi, txns: [remove('/p/n'), { type: OpCode.error, error: -103 }] },
    remove('/p/missing'),
  ];
  for (const txn of silent) assert.equal(apply(txn), []);
});

watches('a multi tells txn by txn, all under its own zxid', () => {
  const { tree, listener, apply } = scene();
  tree.watches.addData('/p/n', listener('d'));
  tree.watches.addData('/p/m', listener('m'));
  tree.watches.addChild('/p', listener('c'));
  const txns = [setData('/p/n', null, 1), create('/p/m'), remove('/p/n')];
  assert.equal(apply({ type: OpCode.multi, txns }), ['d changed /p/n @3', 'm created /p/m @3', 'c children /p @3']);
});

watches('closing a session tells of each of its ephemerals as of a deletion', () => {
  const { tree, listener, apply } = scene();
  apply(create('/p/e', null, { ephemeral: true }));
  tree.watches.addData('/p/e', listener('d'));
  tree.watches.addChild('/p', listener('c'));
  const told = apply({ type: OpCode.closeSession, pathsToDelete: ['/p/e'] });
  assert.equal(told, ['d deleted /p/e @4', 'c children /p @4']);
});

watches('a watch is told once, however often it was registered, and then is gone', () => {
  const { tree, listener, apply } = scene();
  const once = listener('once');
  tree.watches.addData('/p/n', once);
  tree.watches.addData('/p/n', once);
  assert.is(tree.watches.count, 1);
  assert.equal(apply(setData('/p/n', null, 1)), ['once changed /p/n @3']);
  assert.equal(apply(setData('/p/n', null, 2)), []);
  assert.is(tree.watches.hasAny, false);
});

watches('all watchers of a path are told, in the order in which they registered', () => {
  const { tree, listener, apply } = scene();
  for (const name of ['1', '2', '3']) tree.watches.addData('/p/n', listener(name));
  assert.equal(
    apply(setData('/p/n', null, 1)),
    ['1', '2', '3'].map((name) => `${name} changed /p/n @3`),
  );
});

watches('a connection that closes takes its watches along and leaves those of others', () => {
  const { tree, listener, apply } = scene();
  const [gone, stays] = [listener('gone'), listener('stays')];
  for (const watcher of [gone, stays]) {
    tree.watches.addData('/p/n', watcher);
    tree.watches.addChild('/p', watcher);
  }
  tree.watches.addData('/elsewhere', gone);
  tree.watches.remove(gone);
  tree.watches.remove(gone);
  assert.is(tree.watches.count, 2);
  assert.equal(apply(remove('/p/n')), ['stays deleted /p/n @3', 'stays children /p @3']);
});

watches('one who registers again while it is told is told of the next change, not of this one again', () => {
  const table = new WatchTable();
  let count = 0;
  const eager: Watcher = {
    onWatchedEvent: () => {
      count += 1;
      table.addData('/a', eager);
    },
  };
  table.addData('/a', eager);
  const { zxid } = header(1, OpCode.setData);
  table.onDataChanged('/a', zxid);
  assert.is(count, 1);
  table.onDataChanged('/a', zxid);
  assert.is(count, 2);
  assert.is(table.count, 1);
});

watches.run();
