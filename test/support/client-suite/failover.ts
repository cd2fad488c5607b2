/** The claims about an ensemble whose servers die. */

import type { WatchedEvent } from '../../../runtime/client/index.ts';
import { eventually } from '../eventually.ts';
import { assert } from '../suite.ts';
import { type AddTest, type MortalPlace, untilApplied } from './place.ts';

export function addFailoverTests(t: AddTest<MortalPlace>): void {
  t(
    'when the server that holds the session dies, the session moves on with its ephemerals and watches',
    async ({ open, root, servers }) => {
      const client = open();
      const observer = open();
      await client.create(`${root}/e`, null, { mode: 'ephemeral' });
      const events: WatchedEvent[] = [];
      await client.exists(`${root}/new`, { watch: (event) => events.push(event) });
      const id = client.sessionId;
      const index = servers.connectString.split(',').indexOf(client.server ?? '');
      await servers.kill(index);
      await eventually(() => client.state === 'reconnected', { withinMs: 30_000 });
      assert.equal(client.sessionId, id);
      assert.equal((await client.exists(`${root}/e`))?.ephemeralOwner, id);
      await untilApplied(() => observer.create(`${root}/new`));
      await eventually(() => events.length === 1);
      assert.is(events[0]?.type, 'nodeCreated');
      await servers.restart(index);
    },
  );

  t('a recursive watch is told by the next server when its own dies', async ({ open, root, servers }) => {
    const client = open();
    const writer = open();
    const paths: string[] = [];
    await client.addWatch(root, ({ path }) => paths.push(path.slice(root.length)));
    const index = servers.connectString.split(',').indexOf(client.server ?? '');
    await servers.kill(index);
    await eventually(() => client.state === 'reconnected', { withinMs: 30_000 });
    // Answered behind the watches, so they are set.
    await untilApplied(() => client.sync(root));
    await untilApplied(() => writer.create(`${root}/a`));
    await untilApplied(() => writer.create(`${root}/a/b`));
    await eventually(() => paths.length === 2);
    assert.equal(paths, ['/a', '/a/b']);
    await servers.restart(index);
  });

  t('acknowledged writes survive the death of any server, one after the other', async ({ open, root, servers }) => {
    const client = open();
    const serverCount = servers.connectString.split(',').length;
    const acknowledged: string[] = [];
    for (let index = 0; index < serverCount; index++) {
      let isOver = false;
      const writing = (async () => {
        for (let at = 0; !isOver; at++) {
          const name = `s${index}-${at}`;
          await untilApplied(() => client.create(`${root}/${name}`));
          acknowledged.push(name);
        }
      })();
      await eventually(() => acknowledged.length >= (index + 1) * 5);
      await servers.kill(index);
      const before = acknowledged.length;
      await eventually(() => acknowledged.length >= before + 5, { withinMs: 30_000 });
      isOver = true;
      await writing;
      await servers.restart(index);
    }
    await client.sync(root);
    const { children } = await client.getChildren(root);
    assert.equal(children.toSorted(), acknowledged.toSorted());
  });
}
