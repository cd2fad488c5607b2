import type { ZnodeEffect } from '../../../../core/events/contracts.ts';
import { EffectWriter } from '../../../../runtime/pipeline/effect-writer.ts';
import { MapZnodes } from '../../../support/map-znodes.ts';
import { assert, suite } from '../../../support/suite.ts';

const writer = suite('runtime/pipeline/effect-writer');

const log = { info: () => {}, warn: () => {} };
/** Waits are over at once: what matters here is the order of things. */
const clock = {
  now: () => 0,
  wait: (_ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => setImmediate(() => (signal.aborted ? reject(signal.reason) : resolve()))),
};
const seams = { clock, random: () => 0.5, log };

function open(znodes: MapZnodes, run = 'run'): EffectWriter {
  return new EffectWriter({ znodes, pipeline: 'p', run, frameBytesMax: 10_000, seams });
}

function add(value: number, path = '/a/count'): readonly ZnodeEffect[] {
  return [{ type: 'combine', path, fields: { count: { by: 'sum', value } } }];
}

writer('creates parents, folds values, and marks its transactions', async () => {
  const znodes = new MapZnodes();
  const effects = open(znodes);
  await effects.apply(add(1, '/a/b/c'));
  await effects.apply([...add(2, '/a/b/c'), { type: 'put', path: '/text', data: 'hello' }]);
  assert.equal(znodes.json('/a/b/c'), { count: 3 });
  assert.is(znodes.text('/text'), 'hello');
  assert.equal(znodes.json('/threadkeeper/pipelines/p'), { run: 'run', commit: 2 });
  await effects.apply([{ type: 'delete', path: '/text' }]);
  assert.is(znodes.text('/text'), null);
});

writer('what gathers while a transaction is under way goes in one', async () => {
  const znodes = new MapZnodes();
  const effects = open(znodes);
  await Promise.all(Array.from({ length: 50 }, () => effects.apply(add(1))));
  assert.equal(znodes.json('/a/count'), { count: 50 });
  assert.is(znodes.commits, 2);
});

writer('a lost reply does not count an event twice, a lost request not never', async () => {
  for (const fault of ['reply lost', 'request lost'] as const) {
    const znodes = new MapZnodes();
    znodes.faultOf = (commit) => (commit === 2 ? fault : 'none');
    const effects = open(znodes);
    await effects.apply(add(1));
    await effects.apply(add(10));
    await effects.apply(add(100));
    assert.equal(znodes.json('/a/count'), { count: 111 }, fault);
  }
});

writer('however replies, requests and other writers fall, every delta counts once', async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const znodes = new MapZnodes();
    let state = seed;
    const chance = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    znodes.faultOf = () => {
      const draw = chance();
      return draw < 0.2 ? 'reply lost' : draw < 0.4 ? 'request lost' : 'none';
    };
    let intruded = 0;
    znodes.beforeCommit = () => {
      if (chance() > 0.2 || znodes.text('/a/count') === null) return;
      intruded += 1;
      const { count } = znodes.json('/a/count') as { readonly count: number };
      znodes.put('/a/count', JSON.stringify({ count: count + 1000 }));
    };
    const effects = open(znodes);
    for (let round = 0; round < 20; round += 1) await effects.apply(add(1));
    assert.equal(znodes.json('/a/count'), { count: 20 + 1000 * intruded }, `seed ${seed}`);
  }
});

writer('a znode that somebody deleted is begun anew', async () => {
  const znodes = new MapZnodes();
  const effects = open(znodes);
  await effects.apply(add(5));
  znodes.remove('/a/count');
  znodes.remove('/a');
  await effects.apply(add(1));
  assert.equal(znodes.json('/a/count'), { count: 1 });
});

writer('one refused effect does not take its neighbours along, and is told why', async () => {
  const znodes = new MapZnodes();
  znodes.put('/broken', 'not json');
  const effects = open(znodes);
  const results = await Promise.allSettled([
    effects.apply(add(1)),
    effects.apply(add(1, '/broken')),
    effects.apply(add(2)),
  ]);
  assert.equal(
    results.map((result) => (result.status === 'rejected' ? String(result.reason.message) : 'applied')),
    ['applied', '/broken: the znode does not hold JSON', 'applied'],
  );
  assert.equal(znodes.json('/a/count'), { count: 3 });
  assert.is(znodes.text('/broken'), 'not json');
});

writer('effects too large for one request are refused at once, and smaller neighbours are applied', async () => {
  const znodes = new MapZnodes();
  const effects = open(znodes);
  const large = effects.apply([{ type: 'put', path: '/large', data: 'x'.repeat(20_000) }]);
  const small = effects.apply(add(1));
  await assert.rejects(large, /4 znodes need 2\d{4} bytes, more than 10000/);
  await small;
  assert.equal(znodes.json('/a/count'), { count: 1 });
});

writer('a second process of the same name does not mistake the first one’s marker for its own', async () => {
  const znodes = new MapZnodes();
  const first = open(znodes, 'one');
  const second = open(znodes, 'two');
  await first.apply(add(1));
  znodes.faultOf = (commit) => (commit === 2 ? 'request lost' : 'none');
  await second.apply(add(10));
  await first.apply(add(100));
  assert.equal(znodes.json('/a/count'), { count: 111 });
});

writer('closing ends the wait for an ensemble that is away', async () => {
  const znodes = new MapZnodes();
  znodes.faultOf = () => 'request lost';
  const effects = open(znodes);
  const waiting = effects.apply(add(1));
  effects.close();
  await assert.rejects(waiting, /pipeline p was closed/);
  await assert.rejects(effects.apply(add(1)), /pipeline p was closed/);
});

writer.run();
