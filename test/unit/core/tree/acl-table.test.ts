import { InvariantViolation } from '../../../../core/assert.ts';
import { OPEN_ACL } from '../../../../core/jute/acl.ts';
import { AclTable, OPEN_ACL_KEY } from '../../../../core/tree/acl-table.ts';
import { assert, suite } from '../../../support/suite.ts';
import { READ_ACL } from './txns.ts';

const aclTable = suite('tree/acl-table');

aclTable('the open list needs no entry, whoever made it', () => {
  const table = new AclTable();
  assert.is(table.hold(OPEN_ACL), OPEN_ACL_KEY);
  assert.is(table.hold([{ perms: 31, scheme: 'world', id: 'anyone' }]), OPEN_ACL_KEY);
  table.release(OPEN_ACL_KEY);
  assert.is(table.size, 0);
  assert.equal(table.get(OPEN_ACL_KEY), OPEN_ACL);
});

aclTable('equal lists share a key, others do not', () => {
  const table = new AclTable();
  const lists = [
    READ_ACL,
    [],
    [{ perms: 1, scheme: 'world', id: null }],
    [{ perms: 1, scheme: 'world', id: 'null' }],
    [{ perms: 1, scheme: 'wor', id: 'ldanyone' }],
    [...READ_ACL, ...OPEN_ACL],
    [...OPEN_ACL, ...READ_ACL],
  ];
  const keys = lists.map((list) => table.hold(list));
  assert.is(new Set(keys).size, lists.length);
  assert.equal(
    lists.map((list) => table.hold(list.map((acl) => ({ ...acl })))),
    keys,
  );
  assert.equal(
    keys.map((key) => table.get(key)),
    lists,
  );
});

aclTable('an entry leaves with its last holder, and its key serves the next list', () => {
  const table = new AclTable();
  const key = table.hold(READ_ACL);
  table.holdKey(key);
  table.release(key);
  assert.equal([...table.entries()], [[key, READ_ACL]]);
  table.release(key);
  assert.is(table.size, 0);
  assert.throws(() => table.get(key), InvariantViolation);
  assert.is(table.hold([]), key);
});

aclTable('keeps a list even where its maker changes it afterwards', () => {
  const table = new AclTable();
  const list = [{ perms: 1, scheme: 'world', id: 'anyone' }];
  const key = table.hold(list);
  list.push({ perms: 2, scheme: 'ip', id: '::1' });
  assert.equal(table.get(key), READ_ACL);
});

aclTable.run();
