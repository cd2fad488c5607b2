/** The claims about watches that stay (addWatch), and about taking watches away. */

import type { WatchedEvent, ZnodeEvent } from '../../../runtime/client/index.ts';
import { eventually } from '../eventually.ts';
import { assert } from '../suite.ts';
import { type AddTest, type Place, rejectsWith } from './place.ts';

export function addLastingWatchTests(t: AddTest<Place>): void {
  t(
    'a persistent watch tells each change of its znode and children, before the reply to it',
    async ({ open, root }) => {
      const client = open();
      const log: string[] = [];
      const listener = (event: WatchedEvent): void => void log.push(`${event.type} ${event.path.slice(root.length)}`);
      await client.addWatch(`${root}/a`, listener, { mode: 'persistent' });
      await client.create(`${root}/a`);
      await client.setData(`${root}/a`, 'x').then(() => log.push('set'));
      await client.create(`${root}/a/b`);
      await client.setData(`${root}/a/b`, 'x');
      await client.delete(`${root}/a/b`);
      await client.delete(`${root}/a`);
      await client.create(`${root}/a`);
      assert.equal(log, [
        'nodeCreated /a',
        'nodeDataChanged /a',
        'set',
        'nodeChildrenChanged /a',
        'nodeChildrenChanged /a',
        'nodeDeleted /a',
        'nodeCreated /a',
      ]);
    },
  );

  t('a recursive watch tells each change below it by its own path', async ({ open, root }) => {
    const watcher = open();
    const writer = open();
    const log: string[] = [];
    await watcher.addWatch(root, ({ type, path }) => log.push(`${type} ${path.slice(root.length)}`));
    await writer.create(`${root}/a`);
    await writer.create(`${root}/a/b`);
    await writer.setData(`${root}/a/b`, 'x');
    await writer.delete(`${root}/a/b`);
    await writer.setData(root, 'x');
    await eventually(() => log.length === 5);
    assert.equal(log, [
      'nodeCreated /a',
      'nodeCreated /a/b',
      'nodeDataChanged /a/b',
      'nodeDeleted /a/b',
      'nodeDataChanged ',
    ]);
  });

  t('lasting watches are there again after a lost connection', async ({ open, openThroughProxy, root, proxy }) => {
    const client = openThroughProxy();
    const writer = open();
    const log: string[] = [];
    const listener = ({ type, path }: WatchedEvent): void => void log.push(`${type} ${path.slice(root.length)}`);
    await client.create(`${root}/p`);
    await client.create(`${root}/r`);
    await client.addWatch(`${root}/p`, listener, { mode: 'persistent' });
    await client.addWatch(`${root}/r`, listener);
    proxy.cut();
    await eventually(() => client.state === 'reconnected');
    await client.sync(root);
    await writer.create(`${root}/p/x`);
    await writer.create(`${root}/r/x`);
    await writer.create(`${root}/r/x/y`);
    await eventually(() => log.length === 3);
    assert.equal(log, ['nodeChildrenChanged /p', 'nodeCreated /r/x', 'nodeCreated /r/x/y']);
  });

  t(
    'an observable of events tells them, and a gap after a lost connection',
    async ({ openThroughProxy, root, proxy }) => {
      const client = openThroughProxy();
      const events: ZnodeEvent[] = [];
      const subscription = client.watchEvents$(root).subscribe((event) => events.push(event));
      // Requests are answered in order, so the watch is set when this is.
      await client.create(`${root}/a`);
      assert.equal(
        events.map(({ type }) => type),
        ['nodeCreated'],
      );
      proxy.cut();
      await eventually(() => events.at(-1)?.type === 'reconnected');
      await client.create(`${root}/b`);
      assert.equal(
        events.map(({ type, path }) => `${type} ${path.slice(root.length)}`),
        ['nodeCreated /a', 'reconnected ', 'nodeCreated /b'],
      );
      subscription.unsubscribe();
      await client.create(`${root}/c`);
      assert.is(events.length, 3);
    },
  );

  t('watches can be asked after, and removed', async ({ open, root }) => {
    const client = open();
    const log: string[] = [];
    const watch = ({ type, path }: WatchedEvent): void => void log.push(`${type} ${path.slice(root.length)}`);
    await rejectsWith(client.checkWatches(root), 'NO_WATCHER', root);
    await rejectsWith(client.removeWatches(root), 'NO_WATCHER', root);
    await client.getData(root, { watch });
    await client.checkWatches(root, 'data');
    await rejectsWith(client.checkWatches(root, 'children'), 'NO_WATCHER');
    await client.getChildren(root, { watch });
    await client.removeWatches(root, { type: 'data' });
    assert.equal(log, ['dataWatchRemoved ']);
    await client.setData(root, 'x');
    assert.equal(log, ['dataWatchRemoved ']);
    await client.create(`${root}/a`);
    assert.equal(log, ['dataWatchRemoved ', 'nodeChildrenChanged ']);
    await client.addWatch(root, watch);
    await client.removeWatches(root);
    await client.create(`${root}/b`);
    assert.equal(log.slice(2), ['persistentWatchRemoved ']);
    await rejectsWith(client.checkWatches(root), 'NO_WATCHER');
  });
}
