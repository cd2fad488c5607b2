import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import interval from '../../../../plugins/generators/interval.ts';
import replay from '../../../../plugins/generators/replay/index.ts';
import { type Bench, makeBench, makeGenerator } from '../../../support/plugin-bench.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../support/temporary-directory.ts';

const generators = suite('plugins/generators');

const directory = makeTemporaryDirectory('replay');
generators.after(() => directory.remove());

interface Seen {
  readonly atMs: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Collects what a generator yields and when, on the bench's clock, until it ends or the bench stops it. */
function collect(source: AsyncIterable<unknown>, { clock, stop }: Bench): { seen: Seen[]; end: Promise<unknown> } {
  const startMs = clock.now();
  const seen: Seen[] = [];
  const end = (async () => {
    for await (const yielded of source) {
      for (const event of Array.isArray(yielded) ? yielded : [yielded])
        seen.push({ atMs: clock.now() - startMs, event });
    }
    return 'ended';
  })().catch((error: unknown) => (stop.signal.aborted ? 'stopped' : error));
  return { seen, end };
}

function put(name: string, content: string): string {
  writeFileSync(join(directory.path, name), content);
  return name;
}

const ROWS = [
  { id: 'b', time: '2020-01-01T00:00:10Z', n: 2, who: 'y' },
  { id: 'a', time: '2020-01-01T00:00:00Z', n: 1, who: 'x' },
  { id: 'c', time: '2020-01-01T00:01:00Z', n: 3, who: '' },
];
const NDJSON = put('rows.ndjson', ROWS.map((row) => JSON.stringify(row)).join('\n'));

generators('replay plays rows in the order of their times, at the pace they had divided by the speed', async () => {
  const bench = makeBench(directory.path);
  const source = await makeGenerator(replay, { file: NDJSON, type: 't', speed: 10, id: 'id', key: 'who' }, bench);
  const { seen, end } = collect(source, bench);
  await bench.clock.untilWaiting();
  await bench.clock.advance(10_000);
  assert.is(await end, 'ended');
  assert.equal(
    seen.map(({ atMs, event }) => [atMs, event.id, event.time, event.partitionkey]),
    [
      [0, 'a', '2020-01-01T00:00:00.000Z', 'x'],
      [1000, 'b', '2020-01-01T00:00:10.000Z', 'y'],
      [6000, 'c', '2020-01-01T00:01:00.000Z', undefined],
    ],
  );
});

generators('replay that was held up catches up and leaves nothing out', async () => {
  const bench = makeBench(directory.path);
  const source = await makeGenerator(replay, { file: NDJSON, type: 't' }, bench);
  const rows = source[Symbol.asyncIterator]();
  const first = rows.next();
  await bench.clock.untilWaiting();
  await bench.clock.advance(0);
  assert.is((await first).done, false);
  await bench.clock.advance(120_000);
  const late = rows.next();
  await bench.clock.untilWaiting();
  await bench.clock.advance(0);
  const { value } = await late;
  assert.equal(
    value.map((event: { readonly data: { readonly id: string } }) => event.data.id),
    ['b', 'c'],
  );
});

generators('replay loops under new ids until it is stopped', async () => {
  const bench = makeBench(directory.path);
  const source = await makeGenerator(replay, { file: NDJSON, type: 't', id: 'id', speed: 60, loop: true }, bench);
  const { seen, end } = collect(source, bench);
  await bench.clock.untilWaiting();
  await bench.clock.advance(2500);
  bench.stop.abort(new Error('stop'));
  assert.is(await end, 'stopped');
  assert.equal(
    seen.map(({ event }) => event.id),
    ['a', 'b', 'c', 'a~2', 'b~2', 'c~2', 'a~3', 'b~3'],
  );
});

generators('replay reads csv and json', async () => {
  for (const file of [
    put('rows.csv', 'id,time,n\r\n"a, quoted ""x""",2020-01-01T00:00:00Z,1\r\nb,2020-01-01T00:00:01Z,2.5\r\n'),
    put(
      'rows.json',
      JSON.stringify([
        { id: 'a, quoted "x"', time: 1577836800000, n: 1 },
        { id: 'b', time: 1577836801000, n: 2.5 },
      ]),
    ),
  ]) {
    const bench = makeBench(directory.path);
    const { seen, end } = collect(await makeGenerator(replay, { file, type: 't', id: 'id' }, bench), bench);
    await bench.clock.untilWaiting();
    await bench.clock.advance(5000);
    assert.is(await end, 'ended');
    assert.equal(
      seen.map(({ atMs, event }) => [atMs, event.id, (event.data as { readonly n: number }).n]),
      [
        [0, 'a, quoted "x"', 1],
        [1000, 'b', 2.5],
      ],
    );
  }
});

generators('replay names file and row of what it cannot use', async () => {
  const cases: Readonly<Record<string, RegExp>> = {
    [put('broken.ndjson', '{"time":1}\n{oops\n')]: /broken\.ndjson:2: not JSON/,
    [put('timeless.ndjson', '{"time":"2020-01-01"}\n{"time":"soon"}\n')]: /row 2: time holds no time: "soon"/,
    [put('wide.csv', 'a,b\n1,2,3\n')]: /record 1 has 3 fields/,
    [put('object.json', '{}')]: /expected a list of objects/,
    'absent.ndjson': /ENOENT/,
  };
  for (const [file, message] of Object.entries(cases)) {
    const bench = makeBench(directory.path);
    const { end } = collect(await makeGenerator(replay, { file, type: 't' }, bench), bench);
    assert.match(String(await end), message);
  }
});

generators('interval ticks without drift and skips what it missed', async () => {
  const bench = makeBench();
  const { seen, end } = collect(await makeGenerator(interval, { everyMs: 100, count: 3 }, bench), bench);
  await bench.clock.advance(1000);
  assert.is(await end, 'ended');
  assert.equal(
    seen.map(({ atMs, event }) => [atMs, event.data]),
    [
      [100, { tick: 1 }],
      [200, { tick: 2 }],
      [300, { tick: 3 }],
    ],
  );
});

generators.run();
