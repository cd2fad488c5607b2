/** A plugin that cannot be loaded, applied, made or started is its own failure, named; nothing is left running. */

import { PluginError } from '../../core/errors.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPipelines, testPlugin } from '../support/pipelines.ts';
import { assert, suite } from '../support/suite.ts';

const loading = suite('faults/plugin-loading', { timeoutMs: 20_000 });

async function failureOf(config: unknown): Promise<PluginError> {
  return await assert.rejects(startTestPipelines(config), PluginError);
}

const FLOW = { name: 'p', topic: 't', handler: { use: testPlugin('faulty-handler') } };

loading('a module that does not exist', async () => {
  const { plugin, hook } = await failureOf({ plugins: ['./nowhere.js'] });
  assert.equal([plugin, hook], ['./nowhere.js', 'load']);
  assert.is((await failureOf({ plugins: ['no-such-package-of-ours'] })).plugin, 'no-such-package-of-ours');
});

loading('a module that exports no plugin', async () => {
  const { hook, message } = await failureOf({ plugins: [testPlugin('no-plugin')] });
  assert.is(hook, 'load');
  assert.match(message, /expected \{ name, apply\(host\) \}/);
});

loading('a plugin whose apply throws', async () => {
  const { plugin, hook, message } = await failureOf({ plugins: [testPlugin('throws-on-apply')] });
  assert.equal([plugin, hook], ['throws-on-apply', 'apply']);
  assert.match(message, /apply went wrong/);
});

loading('two plugins of one name', async () => {
  const twice = testPlugin('faulty-lifecycle');
  const { plugin, hook } = await failureOf({ plugins: [twice, twice] });
  assert.equal([plugin, hook], ['faulty-lifecycle', 'load']);
});

loading('a step whose create throws', async () => {
  const plugins = [[testPlugin('faulty-lifecycle'), []]];
  const { plugin, hook } = await failureOf({ plugins, pipelines: [{ ...FLOW, generator: { use: 'never' } }] });
  assert.equal([plugin, hook], ['faulty-lifecycle', 'generator never']);
});

loading('a throw in init or start', async () => {
  for (const stage of ['init', 'start']) {
    const { plugin, hook } = await failureOf({
      plugins: [[testPlugin('faulty-lifecycle'), [stage]]],
      pipelines: [FLOW],
    });
    assert.equal([plugin, hook], ['faulty-lifecycle', stage]);
  }
});

loading('a throw in drain, stop or an observing hook is told and stops nothing', async () => {
  const { pipelines, lines } = await startTestPipelines({
    plugins: [[testPlugin('faulty-lifecycle'), ['drain', 'stop', 'handled']]],
    pipelines: [{ ...FLOW, handler: { ...FLOW.handler, threads: 0 } }],
  });
  await pipelines.publish('t', [{ type: 'x', data: {} }]);
  await eventually(() => pipelines.status().pipelines[0]?.handled === 1);
  await pipelines.drain();
  await pipelines.close();
  for (const hook of ['handled', 'drain', 'stop']) {
    assert.ok(lines.includes(`plugin faulty-lifecycle failed in ${hook}: ${hook} went wrong`), hook);
  }
});

loading('a throw in the generated hook makes dead letters of the batch and names the plugin', async () => {
  const { pipelines } = await startTestPipelines({
    plugins: [[testPlugin('faulty-lifecycle'), ['generated']]],
    pipelines: [{ ...FLOW, generator: { use: testPlugin('burst-generator'), options: { count: 3 } } }],
  });
  await eventually(() => pipelines.status().pipelines[0]?.deadLetters === 3);
  const [letter] = pipelines.deadLetters('p');
  assert.equal([letter?.cause.plugin, letter?.cause.hook], ['faulty-lifecycle', 'generated']);
  await pipelines.close();
});

loading.run();
