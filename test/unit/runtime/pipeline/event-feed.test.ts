import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CloudEvent } from '../../../../core/events/envelope.ts';
import { BUFFER_MAX, EventFeed } from '../../../../runtime/pipeline/event-feed.ts';
import { observeFeed } from '../../../../runtime/pipeline/observe.ts';
import { assert, suite } from '../../../support/suite.ts';

const feed = suite('runtime/pipeline/event-feed');

function event(id: number): CloudEvent {
  return { specversion: '1.0', id: String(id), source: '/t', type: 't' };
}

function events(count: number): readonly CloudEvent[] {
  return Array.from({ length: count }, (_, id) => event(id));
}

feed('a subscriber sees what comes after it, in order, and the end', async () => {
  const source = new EventFeed();
  source.publish([event(0)]);
  const seen: string[] = [];
  observeFeed(source).subscribe({ next: ({ id }) => seen.push(id), complete: () => seen.push('end') });
  source.publish([event(1), event(2)]);
  await nextTurn();
  source.publish([event(3)]);
  source.close();
  assert.equal(seen, ['1', '2', '3', 'end']);
});

feed('a subscriber that falls behind loses the oldest events, and they are counted', async () => {
  const source = new EventFeed();
  const seen: string[] = [];
  observeFeed(source).subscribe(({ id }) => seen.push(id));
  source.publish(events(BUFFER_MAX + 10));
  assert.is(source.dropped, 10);
  while (seen.length < BUFFER_MAX) await nextTurn();
  assert.is(seen[0], '10');
});

feed('a subscriber that leaves is served no more, even within its turn', async () => {
  const source = new EventFeed();
  const seen: string[] = [];
  const subscription = observeFeed(source).subscribe(({ id }) => {
    seen.push(id);
    if (id === '1') subscription.unsubscribe();
  });
  source.publish(events(5));
  await nextTurn();
  assert.equal(seen, ['0', '1']);
});

feed('subscribing after the end completes at once', () => {
  const source = new EventFeed();
  source.close();
  let completed = false;
  observeFeed(source).subscribe({ complete: () => (completed = true) });
  assert.ok(completed);
});

feed.run();
