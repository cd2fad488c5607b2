/** The claims about ACLs and identities. */

import { createHash } from 'node:crypto';
import { OPEN_ACL, Permission } from '../../../runtime/client/index.ts';
import { assert } from '../suite.ts';
import { type AddTest, type Place, rejectsWith, text } from './place.ts';

export function addAccessTests(t: AddTest<Place>): void {
  t('an ACL is read back as it was set, with a version of its own', async ({ open, root }) => {
    const client = open();
    const created = await client.getAcl(root);
    assert.equal(created.acl, OPEN_ACL);
    const acl = [{ perms: Permission.read | Permission.admin, scheme: 'world', id: 'anyone' }];
    const stat = await client.setAcl(root, acl, { version: 0 });
    assert.is(stat.aversion, 1);
    assert.is(stat.mzxid, created.stat.mzxid);
    assert.equal(await client.getAcl(root), { acl, stat });
    await rejectsWith(client.setAcl(root, OPEN_ACL, { version: 0 }), 'BAD_VERSION', root);
    await rejectsWith(client.setData(root, 'x'), 'NO_AUTH', root);
    await client.setAcl(root, OPEN_ACL);
    await client.setData(root, 'x');
  });

  t('an ACL without sense is refused', async ({ open, root }) => {
    const client = open();
    await rejectsWith(client.setAcl(root, []), 'INVALID_ACL', root);
    await rejectsWith(client.setAcl(root, [{ perms: 1, scheme: 'nobody-knows', id: 'x' }]), 'INVALID_ACL');
    await rejectsWith(
      client.create(`${root}/a`, null, { acl: [{ perms: 31, scheme: 'auth', id: '' }] }),
      'INVALID_ACL',
    );
    await rejectsWith(client.getAcl(`${root}/nope`), 'NO_NODE', `${root}/nope`);
  });

  t(
    'what only its creator may touch is open to him, also after a lost connection, and to nobody else',
    async ({ open, openThroughProxy, root, proxy }) => {
      const owner = openThroughProxy();
      const stranger = open();
      await owner.addAuth('digest', 'anna:secret');
      const path = await owner.create(`${root}/private`, 'x', { acl: [{ perms: 31, scheme: 'auth', id: '' }] });
      await stranger.sync(root);
      await rejectsWith(stranger.getData(path), 'NO_AUTH', path);
      const hash = createHash('sha1').update('anna:secret').digest('base64');
      assert.equal((await owner.getAcl(path)).acl, [{ perms: 31, scheme: 'digest', id: `anna:${hash}` }]);
      proxy.cut();
      assert.is(text((await untilConnected(() => owner.getData(path))).data), 'x');
      await stranger.addAuth('digest', 'anna:wrong');
      await rejectsWith(stranger.getData(path), 'NO_AUTH');
      await stranger.addAuth('digest', 'anna:secret');
      assert.is(text((await stranger.getData(path)).data), 'x');
    },
  );

  t('an unknown scheme fails its caller, and the session goes on', async ({ open, root }) => {
    const client = open();
    await rejectsWith(client.addAuth('nobody-knows', 'x'), 'AUTH_FAILED');
    assert.ok(await client.exists(root));
  });

  t('a connection can be asked who it is', async ({ open }) => {
    const client = open();
    await client.addAuth('digest', 'anna:secret');
    // In no promised order.
    const identities = (await client.whoAmI()).map(({ scheme, user }) => `${scheme} ${user}`).toSorted();
    assert.equal(identities, ['digest anna', 'ip 127.0.0.1']);
  });
}

/** Repeats a read over the connection that is being lost. */
async function untilConnected<Value>(read: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'CONNECTION_LOSS') throw error;
    }
  }
}
