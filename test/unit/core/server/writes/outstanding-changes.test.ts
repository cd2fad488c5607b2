import { makeSessionId, NO_SESSION } from '../../../../../core/ids.ts';
import { OPEN_ACL } from '../../../../../core/jute/acl.ts';
import { OpCode } from '../../../../../core/jute/op-code.ts';
import {
  DraftChanges,
  OutstandingChanges,
  type ZnodeRecord,
} from '../../../../../core/server/writes/outstanding-changes.ts';
import { DataTree } from '../../../../../core/tree/data-tree.ts';
import { makeZxid } from '../../../../../core/zxid.ts';
import { assert, suite } from '../../../../support/suite.ts';

const outstanding = suite('server/outstanding-changes');

const S = makeSessionId(1, 1);
const OTHER = makeSessionId(1, 2);
const zxid = (counter: number) => makeZxid(1, counter);

function record(changes: Partial<ZnodeRecord> = {}): ZnodeRecord {
  const numbers = { version: 0, cversion: 0, aversion: 0, childCount: 0, dataLength: 0 };
  return { exists: true, ...numbers, kind: 'persistent', owner: NO_SESSION, acl: OPEN_ACL, ...changes };
}

outstanding('the latest change of a znode counts until its own proposal is applied', () => {
  const changes = new OutstandingChanges(new DataTree());
  changes.begin(zxid(1));
  changes.set('/a', record({ version: 1 }));
  changes.begin(zxid(2));
  changes.set('/a', record({ version: 2 }));
  changes.applied(zxid(1));
  assert.is(changes.get('/a')?.version, 2);
  changes.applied(zxid(2));
  assert.is(changes.get('/a'), null, 'then the tree counts, which knows no such znode here');
});

outstanding('a znode that is being deleted does not exist', () => {
  const changes = new OutstandingChanges(new DataTree());
  changes.begin(zxid(1));
  changes.set('/zookeeper/quota', record({ exists: false }));
  assert.is(changes.get('/zookeeper/quota'), null);
  changes.applied(zxid(1));
  assert.ok(changes.get('/zookeeper/quota'));
});

outstanding(
  "a session's ephemerals: those of the tree, less the ones being deleted, and the ones being created",
  () => {
    const tree = new DataTree();
    const header = { clientId: S, cxid: 1, zxid: zxid(1), time: 0, type: OpCode.create };
    for (const path of ['/kept', '/deleted', '/replaced']) {
      tree.apply(
        header,
        { type: OpCode.create, path, data: null, acl: OPEN_ACL, ephemeral: true, parentCVersion: -1 },
        false,
      );
    }
    const changes = new OutstandingChanges(tree);
    changes.begin(zxid(2));
    changes.set('/deleted', record({ exists: false, kind: 'ephemeral', owner: S }));
    changes.set('/replaced', record({ kind: 'ephemeral', owner: OTHER }));
    changes.set('/new', record({ kind: 'ephemeral', owner: S }));
    changes.set('/plain', record());
    assert.equal(changes.ephemeralsOf(S).sort(), ['/kept', '/new']);
    assert.equal(changes.ephemeralsOf(OTHER), ['/replaced']);
  },
);

outstanding('what a draft has changed shows outside of it only after the commit', () => {
  const changes = new OutstandingChanges(new DataTree());
  changes.begin(zxid(1));
  const draft = new DraftChanges(changes);
  draft.set('/a', record());
  draft.set('/zookeeper', record({ exists: false }));
  assert.ok(draft.get('/a'));
  assert.is(draft.get('/zookeeper'), null);
  assert.is(changes.get('/a'), null);
  assert.ok(changes.get('/zookeeper'));
  draft.commit();
  assert.ok(changes.get('/a'));
  assert.is(changes.get('/zookeeper'), null);
});

outstanding.run();
