import { ConfigError } from '../../../../core/errors.ts';
import type { Delivery, HandlerResult } from '../../../../core/events/contracts.ts';
import type { CloudEvent } from '../../../../core/events/envelope.ts';
import { parseHandlerResult } from '../../../../core/events/handler-result.ts';
import type { Handler } from '../../../../core/hooks/steps.ts';
import log from '../../../../plugins/handlers/log.ts';
import aggregate from '../../../../plugins/handlers/znode-aggregate.ts';
import { foldEffects, planOps } from '../../../../runtime/pipeline/effect-plan.ts';
import { makeBench, makeHandler } from '../../../support/plugin-bench.ts';
import { assert, suite } from '../../../support/suite.ts';

const handlers = suite('plugins/handlers');

function quake(mag: unknown, place?: string, time = '2018-02-01T10:30:00Z'): CloudEvent {
  const data = { mag, ...(place === undefined ? {} : { place }) };
  return { specversion: '1.0', id: '1', source: '/t', type: 't', time, data };
}

function deliver(events: readonly CloudEvent[]): readonly Delivery[] {
  return events.map((event, offset) => ({ topic: 't', partition: 0, offset, key: null, event }));
}

async function handle(handler: Handler, events: readonly CloudEvent[]): Promise<HandlerResult> {
  return parseHandlerResult(await handler.handleBatch?.(events, deliver(events)));
}

/** What the znodes hold after the result, on an empty tree. */
function tree({ znodes = [] }: HandlerResult): Readonly<Record<string, unknown>> {
  const changes = foldEffects(znodes);
  const { after } = planOps(changes, new Map([...changes.keys()].map((path) => [path, null])));
  return Object.fromEntries([...changes.keys()].map((path) => [path, JSON.parse(after.get(path)?.data ?? 'null')]));
}

const GROUPS = {
  'by-magnitude': { by: 'data.mag', floor: 1 },
  'by-region': { by: 'data.place', after: ', ' },
  'by-hour': { every: 'hour' },
};

handlers('the aggregate counts, adds and bounds in all and per group', async () => {
  const handler = await makeHandler(aggregate, { root: '/quakes', value: 'data.mag', groups: GROUPS }, makeBench());
  const result = tree(await handle(handler, [quake(4.5, '3km N of Lima, Peru'), quake(1.5, 'Mid-Atlantic Ridge')]));
  const last = '2018-02-01T10:30:00Z';
  const one = (value: number): unknown => ({ count: 1, sum: value, mean: value, min: value, max: value, last });
  assert.equal(result, {
    '/quakes/total': { count: 2, sum: 6, mean: 3, min: 1.5, max: 4.5, last },
    '/quakes/by-magnitude/4': one(4.5),
    '/quakes/by-magnitude/1': one(1.5),
    '/quakes/by-region/Peru': one(4.5),
    '/quakes/by-region/Mid-Atlantic Ridge': one(1.5),
    '/quakes/by-hour/2018-02-01T10': { count: 2, sum: 6, mean: 3, min: 1.5, max: 4.5, last },
  });
});

handlers('a batch that lacks a group’s part is in the total only', async () => {
  const handler = await makeHandler(aggregate, { root: '/q', groups: { region: { by: 'data.place' } } }, makeBench());
  assert.equal(Object.keys(tree(await handle(handler, [quake(1)]))), ['/q/total']);
});

handlers('a group’s name never leaves its folder', async () => {
  const handler = await makeHandler(aggregate, { root: '/q', groups: { place: { by: 'data.place' } } }, makeBench());
  const { znodes = [] } = await handle(handler, [quake(1, 'a/b'), quake(1, '..'), quake(1, ' ')]);
  assert.equal(
    znodes.map(({ path }) => path),
    ['/q/total', '/q/place/a_b'],
  );
});

handlers('an event without the number fails by name', async () => {
  const handler = await makeHandler(aggregate, { root: '/q', value: 'data.mag' }, makeBench());
  await assert.rejects(handle(handler, [quake('big')]), /event 1: data\.mag is "big", not a number/);
});

handlers('wrong options are configuration errors with their key', async () => {
  await assert.rejects(
    makeHandler(aggregate, { root: '/q', groups: { g: { every: 'year' } } }, makeBench()),
    (error: unknown) => error instanceof ConfigError && error.problems[0]?.key === 'options.groups.g.every',
  );
});

handlers('log fills its template and keeps quiet below its bound', async () => {
  const bench = makeBench();
  const options = { text: 'M {data.mag} {data.place}{data.none}', field: 'data.mag', atLeast: 3 };
  const handler = await makeHandler(log, options, bench);
  for (const event of [quake(2.9, 'x'), quake(3, 'Lima')]) {
    const [delivery] = deliver([event]);
    if (delivery !== undefined) await handler.handle?.(event, delivery);
  }
  assert.equal(bench.lines, ['M 3 Lima']);
});

handlers.run();
