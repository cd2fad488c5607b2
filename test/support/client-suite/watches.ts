/** The claims about watches and the observables made of them. */

import type { WatchedEvent } from '../../../runtime/client/index.ts';
import { eventually } from '../eventually.ts';
import { assert } from '../suite.ts';
import { type AddTest, type Place, text } from './place.ts';

export function addWatchTests(t: AddTest<Place>): void {
  t(
    'each kind of watch fires once, with its event, before the reply to the write that caused it',
    async ({ open, root }) => {
      const client = open();
      const log: string[] = [];
      const watch = (event: WatchedEvent): void => void log.push(`${event.type} ${event.path.slice(root.length)}`);
      await client.exists(`${root}/a`, { watch });
      await client.getChildren(root, { watch });
      await client.create(`${root}/a`).then(() => log.push('created'));
      await client.getData(`${root}/a`, { watch });
      await client.setData(`${root}/a`, 'x').then(() => log.push('set'));
      await client.setData(`${root}/a`, 'y').then(() => log.push('set again'));
      await client.exists(`${root}/a`, { watch });
      await client.getChildren(`${root}/a`, { watch });
      await client.delete(`${root}/a`).then(() => log.push('deleted'));
      assert.equal(log, [
        'nodeCreated /a',
        'nodeChildrenChanged ',
        'created',
        'nodeDataChanged /a',
        'set',
        'set again',
        'nodeDeleted /a',
        'deleted',
      ]);
    },
  );

  t("a watch is told of another session's change", async ({ open, root }) => {
    const watcher = open();
    const writer = open();
    const events: WatchedEvent[] = [];
    await watcher.getChildren(root, { watch: (event) => events.push(event) });
    await writer.create(`${root}/new`);
    await eventually(() => events.length === 1);
    assert.is(events[0]?.type, 'nodeChildrenChanged');
  });

  t('watch$ begins with the present state, follows it, and does not miss the last one', async ({ open, root }) => {
    const watcher = open();
    const writer = open();
    const seen: string[] = [];
    const subscription = watcher.watch$(`${root}/w`).subscribe((state) => {
      seen.push(state.type === 'present' ? text(state.data) : 'absent');
    });
    await eventually(() => seen.length === 1);
    await writer.create(`${root}/w`, '0');
    for (let index = 1; index <= 200; index++) await writer.setData(`${root}/w`, String(index));
    await eventually(() => seen.at(-1) === '200');
    await writer.delete(`${root}/w`);
    await eventually(() => seen.at(-1) === 'absent');
    assert.is(seen[0], 'absent');
    const numbers = seen.slice(1, -1).map(Number);
    assert.equal(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    subscription.unsubscribe();
  });

  t('watchChildren$ follows the names and completes when the client is closed', async ({ open, root }) => {
    const client = open();
    const seen: string[] = [];
    let isComplete = false;
    client.watchChildren$(root).subscribe({
      next: ({ children }) => seen.push(children === null ? 'absent' : children.join(' ')),
      complete: () => {
        isComplete = true;
      },
    });
    await eventually(() => seen.length === 1);
    await client.create(`${root}/b`);
    await client.create(`${root}/a`);
    await eventually(() => seen.at(-1) === 'a b');
    await client.delete(`${root}/b`);
    await eventually(() => seen.at(-1) === 'a');
    await client.close();
    await eventually(() => isComplete);
  });

  t(
    'changes during a disconnection reach each kind of watch exactly once',
    async ({ open, openThroughProxy, root, proxy }) => {
      const client = openThroughProxy();
      const writer = open();
      const log: string[] = [];
      const watch = (event: WatchedEvent): void => void log.push(`${event.type} ${event.path.slice(root.length)}`);
      for (const name of ['same', 'changed', 'deleted', 'parent']) await client.create(`${root}/${name}`);
      for (const name of ['same', 'changed', 'deleted']) await client.getData(`${root}/${name}`, { watch });
      await client.exists(`${root}/created`, { watch });
      await client.exists(`${root}/never`, { watch });
      await client.getChildren(`${root}/parent`, { watch });
      await client.getChildren(`${root}/same`, { watch });
      proxy.refuse();
      await eventually(() => client.state === 'suspended');
      await writer.setData(`${root}/changed`, 'x');
      await writer.delete(`${root}/deleted`);
      await writer.create(`${root}/created`);
      await writer.create(`${root}/parent/child`);
      proxy.restore();
      await eventually(() => log.length >= 4);
      await client.sync(root);
      assert.equal(log.toSorted(), [
        'nodeChildrenChanged /parent',
        'nodeCreated /created',
        'nodeDataChanged /changed',
        'nodeDeleted /deleted',
      ]);
      // The others are armed again.
      await client.setData(`${root}/same`, 'x');
      await client.create(`${root}/never`);
      await client.create(`${root}/same/child`);
      assert.equal(log.slice(4), ['nodeDataChanged /same', 'nodeCreated /never', 'nodeChildrenChanged /same']);
    },
  );
}
