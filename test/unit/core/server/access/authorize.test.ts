import type { Acl } from '../../../../../core/jute/acl.ts';
import { OPEN_ACL, Permission } from '../../../../../core/jute/acl.ts';
import { fixUpAcl, isAllowed } from '../../../../../core/server/access/authorize.ts';
import { assert, suite } from '../../../../support/suite.ts';

const authorize = suite('server/authorize');

const digest = (user: string, perms = 31): Acl => ({ perms, scheme: 'digest', id: `${user}:h` });
const caller = [
  { scheme: 'ip', id: '10.1.2.3' },
  { scheme: 'digest', id: 'u:h' },
];
const aclSchemes = new Set(['ip', 'digest']);

authorize('exact duplicates are dropped, and the order stays', () => {
  const list = [digest('b'), digest('a'), digest('b'), digest('b', 1), digest('a')];
  assert.equal(fixUpAcl(list, [], aclSchemes), [digest('b'), digest('a'), digest('b', 1)]);
});

authorize('auth becomes every identity that proves who the caller is', () => {
  assert.equal(fixUpAcl([{ perms: 3, scheme: 'auth', id: null }], caller, aclSchemes), [digest('u', 3)]);
});

authorize('as many entries as a frame can hold are judged without delay', () => {
  const list = Array.from({ length: 87_000 }, (_, perms) => ({ perms, scheme: 'world', id: 'anyone' }));
  assert.is(fixUpAcl(list, [], aclSchemes).length, list.length);
});

authorize('one entry must carry the bit and match; bits are not added up', () => {
  const acl = [digest('u', Permission.read), digest('other', Permission.write)];
  assert.ok(isAllowed(acl, Permission.read, caller));
  assert.not.ok(isAllowed(acl, Permission.write, caller));
  assert.ok(isAllowed(acl, Permission.write, [{ scheme: 'super', id: '' }]));
  assert.ok(isAllowed([], Permission.write, caller), 'an empty list protects nothing');
  assert.ok(isAllowed(OPEN_ACL, Permission.admin, []));
});

authorize('an address matches under its mask', () => {
  const acl = [{ perms: 31, scheme: 'ip', id: '10.1.0.0/16' }];
  assert.ok(isAllowed(acl, Permission.read, caller));
  assert.not.ok(isAllowed(acl, Permission.read, [{ scheme: 'ip', id: '10.2.0.1' }]));
});

authorize.run();
