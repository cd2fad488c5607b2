import { PluginError } from '../../../../core/errors.ts';
import { HookTable } from '../../../../core/hooks/plugin-hooks.ts';
import { assert, suite } from '../../../support/suite.ts';

const hooks = suite('core/hooks');

const INFO = { pipelines: ['p'] };
const BATCH = { pipeline: 'p', topic: 't' };

function table(): { readonly table: HookTable; readonly reported: PluginError[] } {
  const reported: PluginError[] = [];
  return { table: new HookTable((error) => reported.push(error)), reported };
}

function isFrom(plugin: string, hook: string): (error: unknown) => boolean {
  return (error) => error instanceof PluginError && error.plugin === plugin && error.hook === hook;
}

hooks('a tap after loading ended is refused by name of plugin and hook', () => {
  const { table: sealed } = table();
  const taps = sealed.tapsFor('late');
  sealed.seal();
  assert.throws(() => taps.start.tap(() => {}), /plugin late taps start after loading ended/);
  assert.throws(() => taps.handler.for('x').tap(() => ({ create: () => ({}) })), /plugin late taps handler x/);
});

hooks('a plugin gets the tap side only', () => {
  const { table: all } = table();
  const { generated, handler } = all.tapsFor('p');
  assert.equal(Object.keys(generated), ['tap']);
  assert.equal(Object.keys(handler.for('x')), ['tap']);
});

hooks('a second maker of a name is refused, and both plugins are named', () => {
  const { table: all } = table();
  all
    .tapsFor('one')
    .handler.for('x')
    .tap(() => ({ create: () => ({}) }));
  assert.throws(
    () =>
      all
        .tapsFor('two')
        .handler.for('x')
        .tap(() => ({ create: () => ({}) })),
    /handler x is already made by plugin one/,
  );
  assert.is(all.handler.pluginOf('x'), 'one');
});

hooks('a throw in init or start stops the start and names plugin and hook', async () => {
  const { table: all } = table();
  all.tapsFor('bad').start.tap(async () => {
    throw new Error('no');
  });
  await assert.rejects(all.run('start', INFO), isFrom('bad', 'start'));
});

hooks('a throw in stop is reported and the next plugin still stops', async () => {
  const { table: all, reported } = table();
  let stopped = false;
  all.tapsFor('bad').stop.tap(() => {
    throw new Error('no');
  });
  all.tapsFor('good').stop.tap(() => {
    stopped = true;
  });
  await all.run('stop', INFO);
  assert.ok(stopped);
  assert.equal(
    reported.map(({ plugin, hook }) => [plugin, hook]),
    [['bad', 'stop']],
  );
});

hooks('lifecycle taps run one after another, in load order', async () => {
  const { table: all } = table();
  const seen: string[] = [];
  all.tapsFor('one').init.tap(async () => {
    await Promise.resolve();
    seen.push('one');
  });
  all.tapsFor('two').init.tap(() => void seen.push('two'));
  await all.run('init', INFO);
  assert.equal(seen, ['one', 'two']);
});

hooks('generated is a waterfall whose throw is attributed', () => {
  const { table: all } = table();
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't' } as const;
  all.tapsFor('drop').generated.tap((events) => events.slice(1));
  assert.equal(all.generated.call([event, event], BATCH), [event]);
  all.tapsFor('bad').generated.tap(() => {
    throw new Error('no');
  });
  assert.throws(() => all.generated.call([event], BATCH), isFrom('bad', 'generated'));
});

hooks('a throw in an observing hook is reported and goes no further', () => {
  const { table: all, reported } = table();
  all.tapsFor('bad').handled.tap(() => {
    throw new Error('no');
  });
  all.handled.call([], BATCH);
  assert.is(reported.length, 1);
  assert.is(reported[0]?.message, 'plugin bad failed in handled: no');
});

hooks.run();
