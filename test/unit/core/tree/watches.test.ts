import { OPEN_ACL } from '../../../../core/jute/acl.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import type { Txn } from '../../../../core/jute/txn.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import type { TriggeredEvent, Watcher } from '../../../../core/tree/triggered-event.ts';
import { WatchTable } from '../../../../core/tree/watches.ts';
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

  onWatchedEvent({ type, path, zxid }: TriggeredEvent): void {
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
  tree.watches.child.add('/p', listener('c'));
  tree.watches.data.add('/p/new', listener('d'));
  assert.equal(apply(create('/p/new')), ['d created /p/new @3', 'c children /p @3']);
});

watches('setData tells the data watch of the path and nobody else', () => {
  const { tree, listener, apply } = scene();
  tree.watches.data.add('/p/n', listener('d'));
  tree.watches.data.add('/p', listener('above'));
  tree.watches.child.add('/p', listener('parent'));
  tree.watches.child.add('/p/n', listener('c'));
  assert.equal(apply(setData('/p/n', bytes('x'), 1)), ['d changed /p/n @3']);
});

watches('delete tells data at the path, child at the path, child at the parent, in this order', () => {
  const { tree, listener, apply } = scene();
  tree.watches.child.add('/p', listener('parent'));
  tree.watches.child.add('/p/n', listener('c'));
  tree.watches.data.add('/p/n', listener('d'));
  assert.equal(apply(remove('/p/n')), ['d deleted /p/n @3', 'c deleted /p/n @3', 'parent children /p @3']);
});

watches('a connection with a data and a child watch hears of a deletion once, and both are gone', () => {
  const { tree, listener, apply } = scene();
  const both = listener('both');
  tree.watches.data.add('/p/n', both);
  tree.watches.child.add('/p/n', both);
  assert.equal(apply(remove('/p/n')), ['both deleted /p/n @3']);
  assert.is(tree.watches.count, 0);
  assert.equal(apply(create('/p/n')), []);
});

watches('a connection that also watches the parent hears of both', () => {
  const { tree, listener, apply } = scene();
  const both = listener('both');
  tree.watches.data.add('/p/n', both);
  tree.watches.child.add('/p', both);
  assert.equal(apply(remove('/p/n')), ['both deleted /p/n @3', 'both children /p @3']);
});

watches('the child watch of the root hears of its children', () => {
  const { tree, listener, apply } = scene();
  tree.watches.child.add('/', listener('root'));
  assert.equal(apply(create('/q')), ['root children / @3']);
});

watches('setACL, check, errors and a failed multi tell nobody', () => {
  const { tree, listener, apply } = scene();
  tree.watches.data.add('/p/n', listener('d'));
  tree.watches.child.add('/p', listener('c'));
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
  tree.watches.data.add('/p/n', listener('d'));
  tree.watches.data.add('/p/m', listener('m'));
  tree.watches.child.add('/p', listener('c'));
  const txns = [setData('/p/n', null, 1), create('/p/m'), remove('/p/n')];
  assert.equal(apply({ type: OpCode.multi, txns }), ['d changed /p/n @3', 'm created /p/m @3', 'c children /p @3']);
});

watches('closing a session tells of each of its ephemerals as of a deletion', () => {
  const { tree, listener, apply } = scene();
  apply(create('/p/e', null, { ephemeral: true }));
  tree.watches.data.add('/p/e', listener('d'));
  tree.watches.child.add('/p', listener('c'));
  const told = apply({ type: OpCode.closeSession, pathsToDelete: ['/p/e'] });
  assert.equal(told, ['d deleted /p/e @4', 'c children /p @4']);
});

watches('a watch is told once, however often it was registered, and then is gone', () => {
  const { tree, listener, apply } = scene();
  const once = listener('once');
  tree.watches.data.add('/p/n', once);
  tree.watches.data.add('/p/n', once);
  assert.is(tree.watches.count, 1);
  assert.equal(apply(setData('/p/n', null, 1)), ['once changed /p/n @3']);
  assert.equal(apply(setData('/p/n', null, 2)), []);
  assert.is(tree.watches.hasAny, false);
});

watches('all watchers of a path are told, in the order in which they registered', () => {
  const { tree, listener, apply } = scene();
  for (const name of ['1', '2', '3']) tree.watches.data.add('/p/n', listener(name));
  assert.equal(
    apply(setData('/p/n', null, 1)),
    ['1', '2', '3'].map((name) => `${name} changed /p/n @3`),
  );
});

watches('a connection that closes takes its watches along and leaves those of others', () => {
  const { tree, listener, apply } = scene();
  const [gone, stays] = [listener('gone'), listener('stays')];
  for (const watcher of [gone, stays]) {
    tree.watches.data.add('/p/n', watcher);
    tree.watches.child.add('/p', watcher);
  }
  tree.watches.data.add('/elsewhere', gone);
  tree.watches.removeAll(gone);
  tree.watches.removeAll(gone);
  assert.is(tree.watches.count, 2);
  assert.equal(apply(remove('/p/n')), ['stays deleted /p/n @3', 'stays children /p @3']);
});

watches('one who registers again while it is told is told of the next change, not of this one again', () => {
  const table = new WatchTable();
  let count = 0;
  const eager: Watcher = {
    onWatchedEvent: () => {
      count += 1;
      table.data.add('/a', eager);
    },
  };
  table.data.add('/a', eager);
  const change = { path: '/a', zxid: header(1, OpCode.setData).zxid, acl: OPEN_ACL };
  table.onDataChanged(change);
  assert.is(count, 1);
  table.onDataChanged(change);
  assert.is(count, 2);
  assert.is(table.count, 1);
});

watches('a persistent watch hears what data and child watches hear, and stays, even when its znode goes', () => {
  const { tree, listener, apply } = scene();
  tree.watches.persistent.add('/p', listener('w'));
  assert.equal(apply(setData('/p', null, 1)), ['w changed /p @3']);
  assert.equal(apply(create('/p/m')), ['w children /p @4']);
  assert.equal(apply(setData('/p/m', null, 1)), []);
  assert.equal(apply(create('/p/m/deep')), []);
  assert.equal(apply(remove('/p/m/deep')), []);
  assert.equal(apply(remove('/p/m')), ['w children /p @8']);
  assert.equal(apply(remove('/p/n')), ['w children /p @9']);
  assert.equal(apply(remove('/p')), ['w deleted /p @10']);
  assert.equal(apply(create('/p')), ['w created /p @11']);
});

watches('a recursive watch hears of its znode and all below under their own paths, and never of children', () => {
  const { tree, listener, apply } = scene();
  tree.watches.recursive.add('/p', listener('w'));
  assert.equal(apply(create('/p/n/x')), ['w created /p/n/x @3']);
  assert.equal(apply(create('/p/n/x/y')), ['w created /p/n/x/y @4']);
  assert.equal(apply(setData('/p/n/x', null, 1)), ['w changed /p/n/x @5']);
  assert.equal(apply(remove('/p/n/x/y')), ['w deleted /p/n/x/y @6']);
  assert.equal(apply(setData('/p', null, 1)), ['w changed /p @7']);
  assert.equal(apply(create('/pq')), [], 'a longer name is no descendant');
  for (const path of ['/p/n/x', '/p/n']) apply(remove(path));
  assert.equal(apply(remove('/p')), ['w deleted /p @11']);
  assert.equal(apply(create('/p')), ['w created /p @12']);
});

watches('a recursive watch of the root hears of everything', () => {
  const { tree, listener, apply } = scene();
  tree.watches.recursive.add('/', listener('w'));
  assert.equal(apply(create('/q')), ['w created /q @3']);
  assert.equal(apply(setData('/p/n', null, 1)), ['w changed /p/n @4']);
  assert.equal(apply(setData('/', null, 1)), ['w changed / @5']);
});

watches('all kinds on one path and connection stand beside each other, and one change is one event', () => {
  const { tree, listener, apply } = scene();
  const all = listener('all');
  for (const kind of ['data', 'child', 'persistent', 'recursive'] as const) tree.watches[kind].add('/p', all);
  tree.watches.recursive.add('/', all);
  assert.is(tree.watches.count, 6);
  assert.equal(apply(setData('/p', null, 1)), ['all changed /p @3']);
  assert.ok(!tree.watches.data.has('/p', all), 'the data watch is used up');
  assert.equal(apply(create('/p/m')), ['all created /p/m @4', 'all children /p @4']);
  assert.ok(!tree.watches.child.has('/p', all), 'so is the child watch');
  assert.equal(apply(setData('/p', null, 2)), ['all changed /p @5']);
  for (const path of ['/p/n', '/p/m']) apply(remove(path));
  assert.equal(apply(remove('/p')), ['all deleted /p @8']);
  assert.is(tree.watches.count, 4);
});

watches('every watcher of an event is handed the same bytes', () => {
  const payloads = new Set<Uint8Array>();
  const { tree, apply } = scene();
  for (let count = 0; count < 3; count++) {
    tree.watches.data.add('/p', { onWatchedEvent: (event) => void payloads.add(event.payload) });
  }
  apply(setData('/p', null, 1));
  assert.is(payloads.size, 1);
  const [payload] = payloads;
  assert.is(
    Buffer.from(payload ?? []).toString('hex'),
    `ffffffff000000000000000300000000${'00000003'.repeat(2)}000000022f70`,
  );
});

watches('an event carries the ACL that decides who may be told of it', () => {
  const { tree, apply } = scene();
  const heard: string[] = [];
  const note: Watcher = {
    onWatchedEvent: ({ type, acl }) => void heard.push(`${TYPES[type]} ${acl === OPEN_ACL ? 'open' : acl[0]?.perms}`),
  };
  tree.watches.persistent.add('/p', note);
  tree.watches.persistent.add('/p/m', note);
  apply(create('/p/m', null, { acl: READ_ACL }));
  assert.equal(heard.splice(0), ['created 1', 'children open']);
  apply(setData('/p/m', null, 1));
  assert.equal(heard.splice(0), ['changed 1']);
  apply(setAcl('/p', READ_ACL, 1));
  apply(remove('/p/m'));
  assert.equal(heard.splice(0), ['deleted 1', 'children 1'], 'the ACL that the znode had');
});

watches.run();
