/** eagerAclCheck (facts 4.4): what a replica's own tree forbids is refused at once, without a zxid. */
import type { Acl } from '../../core/jute/acl.ts';
import type { WriteSettings } from '../../core/server/writes/write-rules.ts';
import type { Request } from '../support/requests.ts';
import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const eager = suite('scenario/eager ACL check');

const READ: readonly Acl[] = [{ perms: 1, scheme: 'world', id: 'anyone' }];

interface Asked {
  readonly world: World;
  readonly ask: (...requests: Request[]) => string;
}

/** /r may only be read, and so may its child; the last zxid is 1:3. */
function prepared(voters: number, writes: Partial<WriteSettings> = {}): Asked {
  const world = new World({ voters, writes: { eagerAclCheck: true, ...writes } });
  const client = world.client(voters === 1 ? 1 : world.follower);
  const ask = (...requests: Request[]): string => {
    for (const request of requests) client.send(request);
    world.settle();
    return client.take().replace(/#\d+ /g, '');
  };
  ask({
    op: 'multi',
    ops: [
      { op: 'create', path: '/r' },
      { op: 'create', path: '/r/c', acl: READ },
    ],
  });
  ask({ op: 'setACL', path: '/r', acl: READ });
  return { world, ask };
}

eager('in an ensemble a forbidden write never reaches the leader', () => {
  const { world, ask } = prepared(3);
  const before = world.replica(world.leader).tree.lastProcessedZxid;
  for (const request of [
    { op: 'create', path: '/r/x' },
    { op: 'create2', path: '/r/x' },
    { op: 'delete', path: '/r/c', version: 9 },
    { op: 'setData', path: '/r', version: 9 },
    { op: 'setACL', path: '/r', version: 9 },
  ] as const) {
    assert.is(ask(request), `${request.op} 0:0 NO_AUTH`);
  }
  assert.is(ask({ op: 'create', path: '/x', acl: [] }), 'create 0:0 INVALID_ACL');
  assert.is(ask({ op: 'setACL', path: '/nowhere', acl: [] }), 'setACL 0:0 INVALID_ACL');
  assert.is(world.replica(world.leader).tree.lastProcessedZxid, before);
});

eager('everything else goes to the leader and has its zxid', () => {
  const { ask } = prepared(3);
  assert.is(ask({ op: 'createContainer', path: '/r/x' }), 'createContainer 1:4 NO_AUTH');
  assert.is(ask({ op: 'multi', ops: [{ op: 'setData', path: '/r' }] }), 'multi 1:5 [NO_AUTH]');
  assert.is(ask({ op: 'create', path: 'x' }), 'create 1:6 BAD_ARGUMENTS');
  assert.is(ask({ op: 'setData', path: '/nowhere' }), 'setData 1:7 NO_NODE');
  assert.is(ask({ op: 'create', path: null }), 'create 1:8 MARSHALLING_ERROR');
  const noId = [{ perms: 1, scheme: 'digest', id: null }];
  assert.is(ask({ op: 'create', path: '/x', acl: noId }), 'create 1:9 MARSHALLING_ERROR');
  assert.is(ask({ op: 'create', path: '/x' }), 'create 1:10 /x');
});

eager('a refusal waits for its turn', () => {
  const { ask } = prepared(3);
  assert.is(
    ask({ op: 'create', path: '/x' }, { op: 'setData', path: '/r' }, { op: 'delete', path: '/x' }),
    'create 1:4 /x\nsetData 0:0 NO_AUTH\ndelete 1:5',
  );
});

eager('a server alone, and one that asks no ACLs, refuse nothing ahead of time', () => {
  assert.is(prepared(1).ask({ op: 'setData', path: '/r' }), 'setData 1:4 NO_AUTH');
  const { ask } = prepared(3, { skipAcl: true });
  assert.match(ask({ op: 'setData', path: '/r' }), /^setData 1:4 \{v1/);
  assert.is(ask({ op: 'create', path: '/x', acl: [] }), 'create 0:0 INVALID_ACL');
});

eager.run();
