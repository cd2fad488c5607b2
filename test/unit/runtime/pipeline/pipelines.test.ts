import { ConfigError } from '../../../../core/errors.ts';
import { eventually } from '../../../support/eventually.ts';
import { type PipelinesUnderTest, startTestPipelines, testPlugin } from '../../../support/pipelines.ts';
import { counts } from '../../../support/plugins/burst-generator.ts';
import { assert, suite } from '../../../support/suite.ts';

const pipelines = suite('runtime/pipeline/pipelines', { timeoutMs: 20_000 });

let running: PipelinesUnderTest | null = null;
pipelines.after.each(async () => {
  await running?.pipelines.close();
  running = null;
});

async function start(config: unknown): Promise<PipelinesUnderTest> {
  running = await startTestPipelines(config);
  return running;
}

const AGGREGATE = { use: 'znode-aggregate', options: { root: '/sum', value: 'data.index' } };

function burst(count: number, keys = 1): unknown {
  return { use: testPlugin('burst-generator'), options: { count, keys } };
}

pipelines('events flow from generator to znode and observer, and drain waits for the last', async () => {
  const { pipelines: all, znodes } = await start({
    pipelines: [{ name: 'p', topic: 't', generator: burst(500, 7), handler: AGGREGATE }],
  });
  const seen: string[] = [];
  all.events('t').subscribe(({ id }) => seen.push(id));
  await eventually(() => all.status().pipelines[0]?.generator === 'ended');
  await all.drain();
  const { count, sum } = znodes.json('/sum/total') as { readonly count: number; readonly sum: number };
  assert.equal([count, sum], [500, (499 * 500) / 2]);
  await all.close();
  assert.equal(
    seen,
    Array.from({ length: 500 }, (_, index) => String(index)),
  );
  const [status] = all.status().pipelines;
  assert.equal([status?.generated, status?.handled, status?.inFlight, status?.deadLetters], [500, 500, 0, 0]);
});

pipelines('a slow handler stops its generator: no more is under way than the bounds allow', async () => {
  counts.yielded = 0;
  const { pipelines: all } = await start({
    pipelines: [
      {
        name: 'p',
        topic: 't',
        generator: burst(5000),
        propagator: { use: 'memory', options: { capacity: 40 } },
        handler: { use: testPlugin('slow-handler'), options: { delayMs: 20 }, threads: 1, batchMax: 5 },
        inFlightMax: 10,
      },
    ],
  });
  let worst = 0;
  const statusOf = () => all.status().pipelines[0];
  await eventually(() => {
    const { inFlight = 0, handled = 0 } = statusOf() ?? {};
    assert.ok(inFlight <= 10, `${inFlight} in flight`);
    worst = Math.max(worst, counts.yielded - handled);
    return handled >= 100;
  });
  // 40 in the topic, 1 that the generator holds out, and a look that came between a settle and the next count.
  assert.ok(worst <= 50, `${worst} events ahead of the handler`);
});

pipelines('two pipelines of one topic each see every event', async () => {
  const { pipelines: all, znodes } = await start({
    pipelines: [
      { name: 'a', topic: 't', generator: burst(50), handler: { ...AGGREGATE, threads: 0 } },
      { name: 'b', topic: 't', handler: { use: testPlugin('slow-handler'), options: { delayMs: 0 }, threads: 0 } },
    ],
  });
  await eventually(() => all.status().pipelines.every(({ handled }) => handled === 50));
  assert.equal(znodes.json('/slow/b'), { count: 50 });
  assert.is((znodes.json('/sum/total') as { readonly count: number }).count, 50);
});

pipelines('an event published from outside is checked before anything is published', async () => {
  const { pipelines: all, znodes } = await start({
    pipelines: [{ name: 'p', topic: 't', handler: { ...AGGREGATE, threads: 0 } }],
  });
  await assert.rejects(all.publish('t', [{ type: 'ok', data: { index: 1 } }, { type: '' }]), /not a CloudEvent/);
  await assert.rejects(all.publish('u', [{ type: 'ok' }]), /no pipeline has the topic u \(topics: t\)/);
  await all.publish('t', [{ type: 'ok', data: { index: 4 } }]);
  await all.drain();
  assert.is((znodes.json('/sum/total') as { readonly sum: number }).sum, 4);
});

pipelines('a pipeline waits while the ensemble is away and counts nothing twice', async () => {
  const { pipelines: all, znodes } = await start({
    pipelines: [
      { name: 'p', topic: 't', generator: burst(300, 3), handler: { ...AGGREGATE, threads: 0, batchMax: 20 } },
    ],
  });
  znodes.faultOf = (commit) => (commit % 3 === 0 ? 'reply lost' : commit % 3 === 1 ? 'request lost' : 'none');
  await eventually(() => all.status().pipelines[0]?.handled === 300, { withinMs: 15_000 });
  assert.is((znodes.json('/sum/total') as { readonly count: number }).count, 300);
});

pipelines(
  'on four threads that fail now and then, no event of a key overtakes another, and each is handled once',
  async () => {
    const keys = 9;
    const { pipelines: all, znodes } = await start({
      pipelines: [
        {
          name: 'p',
          topic: 't',
          generator: burst(900, keys),
          handler: {
            use: testPlugin('flaky-handler'),
            threads: 4,
            batchMax: 7,
            concurrency: 3,
            retry: { attempts: 100, delayMs: 1, maxDelayMs: 3 },
          },
        },
        { name: 'after', topic: 'done', handler: { ...AGGREGATE, threads: 0 } },
      ],
    });
    await eventually(() => all.status().pipelines.every(({ handled }) => handled === 900), { withinMs: 15_000 });
    assert.ok((all.status().pipelines[0]?.retried ?? 0) > 0, 'nothing was tried again');
    for (let key = 0; key < keys; key += 1) {
      const written = (znodes.history.get(`/order/k${key}`) ?? []).map(Number);
      assert.equal(
        written,
        [...new Set(written)].sort((a, b) => a - b),
        `key k${key}`,
      );
      assert.is(written.at(-1), 900 - keys + key);
    }
    assert.equal(znodes.json('/order-count'), { count: 900 });
    const { count, sum } = znodes.json('/sum/total') as { readonly count: number; readonly sum: number };
    assert.equal([count, sum], [900, (899 * 900) / 2]);
  },
);

pipelines('an event emitted to a topic that nobody has fails its handler, before anything is applied', async () => {
  const { pipelines: all, znodes } = await start({
    pipelines: [
      {
        name: 'p',
        topic: 't',
        generator: burst(1),
        handler: { use: testPlugin('flaky-handler'), threads: 0, retry: { attempts: 1 } },
      },
    ],
  });
  await eventually(() => all.status().pipelines[0]?.deadLetters === 1);
  assert.match(all.deadLetters()[0]?.cause.message ?? '', /no pipeline has the topic done/);
  assert.equal(znodes.paths, []);
});

pipelines('steps that nobody makes and wrong options are configuration errors, all at once', async () => {
  const error = await assert.rejects(
    startTestPipelines({
      pipelines: [
        {
          name: 'p',
          topic: 't',
          generator: { use: 'replya' },
          handler: { use: 'znode-aggregate', options: { rot: 1 } },
        },
        { name: 'q', topic: 'u', generator: { use: 'interval', options: { everyMs: 0 } } },
      ],
    }),
    ConfigError,
  );
  assert.equal(
    error.problems.map(({ key, found }) => `${key} ${found}`),
    [
      'pipelines[0].generator.use "replya"',
      'pipelines[0].handler.options.rot null',
      'pipelines[0].handler.options.root nothing',
      'pipelines[1].generator.options.everyMs 0',
    ],
  );
  assert.match(error.message, /did you mean replay\?/);
});

pipelines('options that cannot be sent to a pool thread are refused with the way out', async () => {
  const handler = { use: testPlugin('slow-handler'), options: { delayMs: 1, notify: () => 1 } };
  const error = await assert.rejects(
    startTestPipelines({ pipelines: [{ name: 'p', topic: 't', handler }] }),
    ConfigError,
  );
  assert.match(error.message, /threads: 0 runs it inline/);
});

pipelines.run();
