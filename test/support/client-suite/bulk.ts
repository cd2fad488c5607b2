/** The claims about questions over many znodes, and about the ensemble's own description. */

import { assert } from '../suite.ts';
import { type AddTest, type Place, rejectsWith, text } from './place.ts';

export function addBulkTests(t: AddTest<Place>): void {
  t('several reads go in one request, each with an outcome of its own', async ({ open, root }) => {
    const client = open();
    await client.create(`${root}/a`, 'hello');
    await client.create(`${root}/a/b`, null);
    const results = await client.multiRead([
      { type: 'getData', path: `${root}/a` },
      { type: 'getChildren', path: `${root}/a` },
      { type: 'getData', path: `${root}/nope` },
      { type: 'getData', path: `${root}/a/b` },
    ]);
    const [data, children, missing, none] = results;
    assert.ok(data?.type === 'getData' && text(data.data) === 'hello' && data.stat.dataLength === 5);
    assert.equal(children, { type: 'getChildren', children: ['b'] });
    assert.ok(missing?.type === 'error' && missing.error.code === 'NO_NODE' && missing.error.path === `${root}/nope`);
    assert.ok(none?.type === 'getData' && none.data === null);
    assert.equal(await client.multiRead([]), []);
    await rejectsWith(client.multiRead([{ type: 'getData', path: 'x' }]), 'BAD_ARGUMENTS');
  });

  t('all znodes below a path are counted', async ({ open, root }) => {
    const client = open();
    assert.is(await client.getAllChildrenNumber(root), 0);
    for (const path of ['/a', '/a/b', '/a/b/c', '/d']) await client.create(root + path);
    assert.is(await client.getAllChildrenNumber(root), 4);
    assert.is(await client.getAllChildrenNumber(`${root}/a`), 2);
    await rejectsWith(client.getAllChildrenNumber(`${root}/nope`), 'NO_NODE');
  });

  t("a session's ephemerals are listed, and nobody else's", async ({ open, root, servers }) => {
    const client = open(`${servers.connectString}${root}`);
    const other = open();
    await other.create(`${root}/other`, null, { mode: 'ephemeral' });
    await client.create('/p', null);
    await client.create('/p/one', null, { mode: 'ephemeral' });
    await client.create('/two', null, { mode: 'ephemeral' });
    assert.equal((await client.getEphemerals()).toSorted(), ['/p/one', '/two']);
    assert.equal(await client.getEphemerals('/p'), ['/p/one']);
    assert.equal(await other.getEphemerals(), [`${root}/other`]);
  });

  t('the configuration is read from below any chroot', async ({ open, root, servers }) => {
    const client = open(`${servers.connectString}${root}`);
    const config = await client.getConfig();
    assert.is(config.stat.dataLength, Buffer.byteLength(config.text));
    const lines = config.text.split('\n').filter((line) => line.startsWith('server.'));
    assert.is(config.members.length, lines.length);
    assert.equal(config, await client.getConfig());
  });

  t('a container is made, and an ordinary znode may be beneath it', async ({ open, root }) => {
    const client = open();
    const { path, stat } = await client.create2(`${root}/c`, 'x', { mode: 'container' });
    assert.is(path, `${root}/c`);
    assert.is(stat.dataLength, 1);
    assert.equal(stat.ephemeralOwner, (await client.exists(root))?.ephemeralOwner);
    await client.create(`${root}/c/child`);
    const [made] = await client.multi([{ type: 'create', path: `${root}/c2`, mode: 'container' }]);
    assert.is(made?.type === 'create' && made.path, `${root}/c2`);
  });
}
