/** The claims about sessions: what a lost connection, a silent server and an end mean to a caller. */

import type { SessionState, WatchedEvent } from '../../../runtime/client/index.ts';
import { eventually } from '../eventually.ts';
import { assert } from '../suite.ts';
import { type AddTest, type Place, rejectsWith } from './place.ts';

export function addSessionTests(t: AddTest<Place>): void {
  t('closing a session removes its ephemerals before close is fulfilled', async ({ open, root }) => {
    const owner = open();
    const path = await owner.create(`${root}/e-`, 'x', { mode: 'ephemeralSequential' });
    const observer = open();
    await observer.sync(root);
    const owned = await observer.exists(path);
    assert.equal(owned?.ephemeralOwner, owner.sessionId);
    await owner.close();
    await observer.sync(root);
    assert.is(await observer.exists(path), null);
  });

  t('an aborted call rejects with the reason, and its connection goes on', async ({ open, root }) => {
    const client = open();
    const reason = new Error('enough');
    const controller = new AbortController();
    const call = client.getData(root, { signal: controller.signal });
    controller.abort(reason);
    assert.is(await assert.rejects(call), reason);
    assert.ok(await client.exists(root));
    assert.is(await assert.rejects(client.exists(root, { signal: controller.signal })), reason);
  });

  t(
    'a lost connection suspends the session and reconnects it: same session, ephemerals kept',
    async ({ openThroughProxy, root, proxy }) => {
      const client = openThroughProxy();
      const states: SessionState[] = [];
      client.state$.subscribe((state) => states.push(state));
      await client.create(`${root}/e`, null, { mode: 'ephemeral' });
      const id = client.sessionId;
      proxy.cut();
      await eventually(() => states.includes('reconnected'));
      assert.equal(states, ['connecting', 'connected', 'suspended', 'reconnected']);
      assert.equal(client.sessionId, id);
      assert.equal((await client.exists(`${root}/e`))?.ephemeralOwner, id);
    },
  );

  t('a client that leaves its session behind can be succeeded by another', async ({ open, root, servers }) => {
    const first = open();
    await first.create(`${root}/e`, null, { mode: 'ephemeral' });
    const ticket = first.detach();
    assert.ok(ticket);
    assert.is(first.state, 'closed');
    const second = open(servers.connectString, { session: ticket });
    await second.connected();
    assert.equal(second.sessionId, ticket.id);
    await second.sync(root);
    assert.equal((await second.exists(`${root}/e`))?.ephemeralOwner, ticket.id);
  });

  t('a session that ended is lost to a client that claims it', async ({ open, root, servers }) => {
    const first = open();
    await first.connected();
    const ticket = first.session;
    assert.ok(ticket);
    await first.close();
    const second = open(servers.connectString, { session: ticket });
    await rejectsWith(second.exists(root), 'SESSION_EXPIRED');
    assert.is(second.state, 'lost');
  });

  t('an idle session is kept alive by pings', async ({ open, root }) => {
    const client = open();
    const states: SessionState[] = [];
    client.state$.subscribe((state) => states.push(state));
    await client.create(`${root}/e`, null, { mode: 'ephemeral' });
    await new Promise((resolve) => setTimeout(resolve, client.sessionTimeoutMs * 1.5));
    assert.ok(await client.exists(`${root}/e`));
    assert.equal(states, ['connecting', 'connected']);
  });

  t(
    'what is in flight when the connection is lost fails with an unknown outcome; what is asked later waits',
    async ({ openThroughProxy, root, proxy }) => {
      const client = openThroughProxy();
      await client.connected();
      proxy.freeze();
      const lost = client.setData(root, 'lost');
      const failure = rejectsWith(lost, 'CONNECTION_LOSS');
      // One turn, so that the request is on its way.
      await new Promise((resolve) => setImmediate(resolve));
      proxy.refuse();
      await failure;
      await eventually(() => client.state === 'suspended');
      const later = client.getData(root);
      proxy.restore();
      assert.is((await later).stat.numChildren, 0);
    },
  );

  t(
    'a connection that falls silent is given up, and the session is lost when nobody can be reached in its life',
    async ({ openThroughProxy, root, proxy }) => {
      const client = openThroughProxy();
      const states: SessionState[] = [];
      const ended: WatchedEvent[] = [];
      client.state$.subscribe((state) => states.push(state));
      await client.exists(root, { watch: (event) => ended.push(event) });
      proxy.freeze();
      const waiting = client.exists(root);
      await rejectsWith(waiting, 'CONNECTION_LOSS');
      proxy.refuse();
      await rejectsWith(client.exists(root), 'SESSION_EXPIRED');
      assert.equal(states, ['connecting', 'connected', 'suspended', 'lost']);
      assert.equal(
        ended.map(({ type }) => type),
        ['sessionEnded'],
      );
    },
  );

  t('after close every call is refused', async ({ open, root }) => {
    const client = open();
    await client.connected();
    const before = client.exists(root);
    const closing = client.close();
    await rejectsWith(client.exists(root), 'SESSION_EXPIRED');
    assert.ok(await before);
    await closing;
    await client.close();
    await rejectsWith(client.exists(root), 'SESSION_EXPIRED');
    assert.is(client.state, 'closed');
  });
}
