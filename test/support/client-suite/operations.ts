/** The claims about single operations and transactions. */

import { TransactionError, type WatchedEvent } from '../../../runtime/client/index.ts';
import { eventually } from '../eventually.ts';
import { assert } from '../suite.ts';
import { type AddTest, type Place, rejectsWith, text } from './place.ts';

export function addOperationTests(t: AddTest<Place>): void {
  t('what was created is read back, with the Stat of a new znode', async ({ open, root }) => {
    const client = open();
    assert.is(await client.create(`${root}/a`, 'hello'), `${root}/a`);
    const { data, stat } = await client.getData(`${root}/a`);
    assert.is(text(data), 'hello');
    assert.is(stat.version, 0);
    assert.is(stat.dataLength, 5);
    assert.is(stat.numChildren, 0);
    assert.is(stat.czxid, stat.mzxid);
    assert.equal(await client.exists(`${root}/a`), stat);
    const parent = await client.getChildren(root);
    assert.equal(parent.children, ['a']);
    assert.is(parent.stat.pzxid, stat.czxid);
  });

  t('create2 also tells the Stat', async ({ open, root }) => {
    const client = open();
    const { path, stat } = await client.create2(`${root}/a`, 'x');
    assert.is(path, `${root}/a`);
    assert.equal((await client.getData(path)).stat, stat);
  });

  t('no data, empty data and binary data come back as they were', async ({ open, root }) => {
    const client = open();
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const [name, data] of [
      ['none', null],
      ['empty', new Uint8Array(0)],
      ['every', every],
    ] as const) {
      await client.create(`${root}/${name}`, data);
      const read = (await client.getData(`${root}/${name}`)).data;
      assert.equal(read === null ? null : [...read], data === null ? null : [...data], name);
    }
  });

  t('text beyond ASCII survives in paths and data', async ({ open, root }) => {
    const client = open();
    await client.create(`${root}/grüße-世界`, 'žluťoučký 🐎');
    assert.is(text((await client.getData(`${root}/grüße-世界`)).data), 'žluťoučký 🐎');
    assert.equal((await client.getChildren(root)).children, ['grüße-世界']);
  });

  t('a write with the right version is applied, one with another is refused', async ({ open, root }) => {
    const client = open();
    await client.create(`${root}/a`, 'zero');
    assert.is((await client.setData(`${root}/a`, 'one', { version: 0 })).version, 1);
    await rejectsWith(client.setData(`${root}/a`, 'two', { version: 0 }), 'BAD_VERSION');
    await rejectsWith(client.delete(`${root}/a`, { version: 0 }), 'BAD_VERSION');
    assert.is(text((await client.getData(`${root}/a`)).data), 'one');
    await client.delete(`${root}/a`, { version: 1 });
    assert.is(await client.exists(`${root}/a`), null);
  });

  t('refusals carry code and path', async ({ open, root }) => {
    const client = open();
    await client.create(`${root}/a`);
    await client.create(`${root}/a/b`);
    await rejectsWith(client.create(`${root}/a`), 'NODE_EXISTS', `${root}/a`);
    await rejectsWith(client.create(`${root}/x/y`), 'NO_NODE', `${root}/x/y`);
    await rejectsWith(client.delete(`${root}/a`), 'NOT_EMPTY');
    await rejectsWith(client.delete(`${root}/x`), 'NO_NODE');
    await rejectsWith(client.getData(`${root}/x`), 'NO_NODE');
    await rejectsWith(client.getChildren(`${root}/x`), 'NO_NODE');
    await rejectsWith(client.setData(`${root}/x`, ''), 'NO_NODE');
    await client.create(`${root}/e`, null, { mode: 'ephemeral' });
    await rejectsWith(client.create(`${root}/e/x`), 'NO_CHILDREN_FOR_EPHEMERALS');
  });

  t('sequential znodes are numbered in the order of their creation', async ({ open, root }) => {
    const client = open();
    const paths = await Promise.all(
      Array.from({ length: 20 }, () => client.create(`${root}/n-`, null, { mode: 'persistentSequential' })),
    );
    assert.equal(
      paths,
      Array.from({ length: 20 }, (_, index) => `${root}/n-${String(index).padStart(10, '0')}`),
    );
  });

  t('a transaction is applied as a whole', async ({ open, root }) => {
    const client = open();
    const results = await client.multi([
      { type: 'create', path: `${root}/a`, data: '1' },
      { type: 'create', path: `${root}/a/b`, data: '2', mode: 'ephemeral' },
      { type: 'setData', path: `${root}/a`, data: '3', version: 0 },
      { type: 'check', path: `${root}/a`, version: 1 },
      { type: 'delete', path: `${root}/a/b` },
    ]);
    assert.equal(
      results.map(({ type }) => type),
      ['create', 'create', 'setData', 'check', 'delete'],
    );
    const { stat } = await client.getData(`${root}/a`);
    assert.is(stat.czxid, stat.mzxid);
    assert.is(stat.version, 1);
  });

  t('a transaction with a member that is refused leaves no trace, and names that member', async ({ open, root }) => {
    const client = open();
    await client.create(`${root}/a`, 'before');
    const failing = client.multi([
      { type: 'setData', path: `${root}/a`, data: 'after' },
      { type: 'create', path: `${root}/b` },
      { type: 'delete', path: `${root}/nope` },
      { type: 'create', path: `${root}/c` },
    ]);
    const error = await assert.rejects(failing, TransactionError);
    assert.ok(error instanceof TransactionError);
    assert.is(error.index, 2);
    assert.is(error.code, 'NO_NODE');
    assert.is(error.path, `${root}/nope`);
    assert.is(text((await client.getData(`${root}/a`)).data), 'before');
    assert.equal((await client.getChildren(root)).children, ['a']);
  });

  t(
    'thousands of requests in flight are answered in their order, and a read sees the writes before it',
    async ({ open, root }) => {
      const client = open();
      await client.create(`${root}/counter`, '0');
      const order: number[] = [];
      const done: Promise<unknown>[] = [];
      const reads: Promise<{ readonly data: Uint8Array | null }>[] = [];
      for (let index = 1; index <= 1000; index++) {
        done.push(client.setData(`${root}/counter`, String(index)).then(() => order.push(index)));
        reads.push(client.getData(`${root}/counter`));
      }
      await Promise.all(done);
      const seen = (await Promise.all(reads)).map(({ data }) => Number(text(data)));
      assert.equal(
        order,
        Array.from({ length: 1000 }, (_, index) => index + 1),
      );
      assert.equal(seen, order);
    },
  );

  t('data of nearly the greatest size goes both ways', async ({ open, root }) => {
    const client = open();
    const big = new Uint8Array(1_048_000).fill(7);
    await client.create(`${root}/big`, big);
    const { data } = await client.getData(`${root}/big`);
    assert.ok(data !== null && Buffer.compare(data, big) === 0);
  });

  t('a request above the limit is refused here, and the session goes on', async ({ open, root }) => {
    const client = open();
    await rejectsWith(client.create(`${root}/huge`, new Uint8Array(2_000_000)), 'BAD_ARGUMENTS');
    assert.is(await client.create(`${root}/small`), `${root}/small`);
  });

  t('a chroot is a prefix that the program does not see', async ({ open, root, servers }) => {
    const plain = open();
    const rooted = open(`${servers.connectString}${root}`);
    const events: WatchedEvent[] = [];
    assert.is(await rooted.create('/a', 'x'), '/a');
    assert.equal((await rooted.getChildren('/')).children, ['a']);
    await rooted.getData('/a', { watch: (event) => events.push(event) });
    await plain.sync(root);
    await plain.setData(`${root}/a`, 'y');
    await eventually(() => events.length === 1);
    assert.is(events[0]?.path, '/a');
    const [created] = await rooted.multi([{ type: 'create', path: '/b' }]);
    assert.is(created?.type === 'create' && created.path, '/b');
    await plain.sync(root);
    assert.ok(await plain.exists(`${root}/b`));
  });
}
