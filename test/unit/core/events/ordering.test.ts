import type { Delivery } from '../../../../core/events/contracts.ts';
import { type Attempt, KeyedOrder } from '../../../../core/events/ordering.ts';
import { assert, suite } from '../../../support/suite.ts';

const ordering = suite('core/events/ordering');

function delivery(offset: number, key: string | null): Delivery {
  const event = { specversion: '1.0', id: String(offset), source: '/t', type: 't' } as const;
  return { topic: 't', partition: 0, offset, key, event };
}

function deliveries(keys: readonly (string | null)[]): readonly Delivery[] {
  return keys.map((key, offset) => delivery(offset, key));
}

function offsets(batch: readonly Attempt[]): readonly number[] {
  return batch.map(({ delivery }) => delivery.offset);
}

ordering('a key that is out keeps its later events, and others flow', () => {
  const order = new KeyedOrder();
  order.offer(deliveries(['a', 'a', 'b']));
  const first = order.take(1, 0);
  assert.equal(offsets(first), [0]);
  assert.equal(offsets(order.take(10, 0)), [2]);
  assert.equal(offsets(order.take(10, 0)), []);
  for (const attempt of first) order.finish(attempt);
  assert.equal(offsets(order.take(10, 0)), [1]);
});

ordering('events of one key may share a batch, in order', () => {
  const order = new KeyedOrder();
  order.offer(deliveries(['a', 'b', 'a', 'a']));
  assert.equal(offsets(order.take(10, 0)), [0, 2, 3, 1]);
});

ordering('events without a key never wait for each other', () => {
  const order = new KeyedOrder();
  order.offer(deliveries([null, null, null]));
  assert.equal(offsets(order.take(1, 0)), [0]);
  assert.equal(offsets(order.take(1, 0)), [1]);
  assert.equal(offsets(order.take(1, 0)), [2]);
});

ordering('a failed event is not overtaken, waits its time, and comes alone', () => {
  const order = new KeyedOrder();
  order.offer(deliveries(['a', 'a', 'b']));
  const [bad, skipped, other] = order.take(10, 0);
  assert.ok(bad && skipped && other);
  order.retry(skipped, { atMs: 0, attempt: 1 });
  order.retry(bad, { atMs: 100, attempt: 2 });
  order.finish(other);
  assert.is(order.nextWakeMs, 100);
  assert.equal(order.take(10, 99), []);
  const again = order.take(10, 100);
  assert.equal(
    again.map(({ delivery, attempt }) => [delivery.offset, attempt]),
    [[0, 2]],
  );
  for (const attempt of again) order.finish(attempt);
  assert.equal(offsets(order.take(10, 100)), [1]);
});

ordering('what is finished is forgotten', () => {
  const order = new KeyedOrder();
  order.offer(deliveries(['a', null, 'b']));
  assert.is(order.held, 3);
  for (const attempt of order.take(10, 0)) order.finish(attempt);
  assert.is(order.held, 0);
  assert.is(order.nextWakeMs, null);
});

ordering('an attempt that is not out cannot come back', () => {
  const order = new KeyedOrder();
  assert.throws(() => order.finish({ delivery: delivery(0, 'a'), attempt: 1 }), /E1/);
});

// Every interleaving that chance makes: deliveries in bursts, batches of any size, failures, parking.
ordering('over random runs every key is handled once, in order, never twice at a time', () => {
  for (let seed = 1; seed <= 200; seed += 1) simulate(seed);
});

function simulate(seed: number): void {
  const chance = mulberry(seed);
  const order = new KeyedOrder();
  const all = Array.from({ length: 60 }, (_, offset) =>
    delivery(offset, chance() < 0.2 ? null : `k${Math.floor(chance() * 4)}`),
  );
  const handled: Delivery[] = [];
  const out = new Set<Attempt>();
  let offered = 0;
  for (let nowMs = 0; handled.length < all.length; nowMs += 1) {
    assert.ok(nowMs < 10_000, `seed ${seed} stands still`);
    if (offered < all.length && chance() < 0.5) {
      const count = 1 + Math.floor(chance() * 10);
      order.offer(all.slice(offered, offered + count));
      offered = Math.min(all.length, offered + count);
    }
    for (const attempt of order.take(1 + Math.floor(chance() * 5), nowMs)) out.add(attempt);
    const keysOut = [...out].map(({ delivery }) => delivery.key).filter((key) => key !== null);
    for (const key of new Set(keysOut)) {
      const offsetsOut = [...out].filter(({ delivery }) => delivery.key === key).map(({ delivery }) => delivery.offset);
      const done = handled.filter((other) => other.key === key).map(({ offset }) => offset);
      assert.ok(Math.max(-1, ...done) < Math.min(...offsetsOut), `seed ${seed}: key ${key} was overtaken`);
    }
    settleSome(order, out, handled, chance, nowMs);
  }
  assert.is(order.held, 0);
}

/** Attempts of one key come back in order, as from one thread; after a failure the rest of the key is skipped. */
function settleSome(
  order: KeyedOrder,
  out: Set<Attempt>,
  handled: Delivery[],
  chance: () => number,
  nowMs: number,
): void {
  const failed = new Set<string>();
  const stays = new Set<string>();
  for (const attempt of [...out]) {
    const key = attempt.delivery.key ?? `none-${attempt.delivery.offset}`;
    if (stays.has(key) || chance() < 0.4) {
      stays.add(key);
      if (!failed.has(key)) continue;
    }
    out.delete(attempt);
    if (failed.has(key)) order.retry(attempt, { atMs: 0, attempt: attempt.attempt });
    else if (chance() < 0.3) {
      failed.add(key);
      order.retry(attempt, { atMs: nowMs + Math.floor(chance() * 20), attempt: attempt.attempt + 1 });
    } else {
      handled.push(attempt.delivery);
      order.finish(attempt);
    }
  }
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

ordering.run();
