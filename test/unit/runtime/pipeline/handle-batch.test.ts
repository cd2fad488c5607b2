import type { Delivery } from '../../../../core/events/contracts.ts';
import type { Handler } from '../../../../core/hooks/steps.ts';
import { handleBatch } from '../../../../runtime/pipeline/handle-batch.ts';
import { assert, suite } from '../../../support/suite.ts';

const batch = suite('runtime/pipeline/handle-batch');

function deliveries(keys: readonly (string | null)[]): readonly Delivery[] {
  return keys.map((key, offset) => {
    const event = { specversion: '1.0', id: String(offset), source: '/t', type: 't' } as const;
    return { topic: 't', partition: 0, offset, key, event };
  });
}

/** Writes the event's id to its key; throws for the ids given. */
function writing(...bad: readonly string[]): Handler {
  return {
    handle({ id }, { key }) {
      if (bad.includes(id)) throw new Error(`bad ${id}`);
      return { znodes: [{ type: 'put', path: `/${key}`, data: id }] };
    },
  };
}

async function fates(handler: Handler, keys: readonly (string | null)[], concurrency = 1): Promise<readonly string[]> {
  const outcomes = await handleBatch(handler, deliveries(keys), concurrency);
  return outcomes.map(({ status, indexes }) => `${status} ${indexes.join(' ')}`).sort();
}

batch('events of one key that went well share a fate; without a key each has its own', async () => {
  assert.equal(await fates(writing(), ['a', 'b', 'a', null, null]), ['done 0 2', 'done 1', 'done 3', 'done 4']);
});

batch('after a failure the rest of its key is not tried, and other keys are', async () => {
  assert.equal(await fates(writing('1'), ['a', 'a', 'a', 'b']), ['done 0', 'done 3', 'failed 1', 'skipped 2']);
});

batch('effects of one key are joined in the order of its events', async () => {
  const [outcome] = await handleBatch(writing(), deliveries(['a', 'a']), 1);
  assert.ok(outcome?.status === 'done');
  assert.equal(
    outcome.result.znodes?.map((effect) => (effect.type === 'put' ? effect.data : '')),
    ['0', '1'],
  );
});

batch('no more keys are under way at once than allowed, and one key never twice', async () => {
  let underWay = 0;
  let most = 0;
  const waiting: Handler = {
    async handle() {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return undefined;
    },
  };
  await fates(waiting, ['a', 'b', 'c', 'd', 'a'], 3);
  assert.is(most, 3);
  most = 0;
  await fates(waiting, ['a', 'a', 'a'], 3);
  assert.is(most, 1);
});

batch('a batch handler that throws fails the whole batch', async () => {
  const handler: Handler = {
    handleBatch() {
      throw new RangeError('no');
    },
  };
  const outcomes = await handleBatch(handler, deliveries(['a', 'b']), 1);
  assert.equal(outcomes, [{ status: 'failed', indexes: [0, 1], message: 'RangeError: no' }]);
});

batch('a handler with neither method, and one that emits what cannot be sent, fail by name', async () => {
  const [none] = await handleBatch({}, deliveries(['a']), 1);
  assert.ok(none?.status === 'failed' && /neither handle nor handleBatch/.test(none.message));
  const emits: Handler = { handle: () => ({ events: [{ topic: 't', event: { type: 'x', data: () => 1 } }] }) };
  const [unsendable] = await handleBatch(emits, deliveries(['a']), 1);
  assert.ok(unsendable?.status === 'failed' && /could not be cloned/.test(unsendable.message));
});

batch.run();
