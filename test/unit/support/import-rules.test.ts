/** The table of import directions, tried from both sides: what each part may do, and what it must not. */
import { importProblem } from '../../support/import-rules.ts';
import { resolvePath } from '../../support/source-graph.ts';
import { assert, suite } from '../../support/suite.ts';

const rules = suite('support/import-rules');

const good = [
  'core/jute/txn.ts ../zxid.ts',
  'core/zab/peer.ts ../jute/quorum.ts',
  'core/server/replica.ts ../zab/peer.ts',
  'core/server/replica.ts ../tree/data-tree.ts',
  'core/hooks/index.ts ../events/envelope.ts',
  'core/hooks/index.ts tapable',
  'core/hooks/index.ts type:rxjs',
  'runtime/bus/ring-link.ts ../../core/zxid.ts',
  'runtime/bus/ring-link.ts node:worker_threads',
  'runtime/pipeline/observe.ts rxjs',
  'runtime/cli/main.ts ../index.ts',
  'runtime/cli/main.ts commander',
  'plugins/handlers/log.ts ../../core/hooks/index.ts',
  'plugins/handlers/log.ts threadkeeper/plugin',
  'plugins/handlers/aggregate/index.ts ./totals.ts',
  'examples/01-hello-znode.ts threadkeeper/client',
  'test/unit/core/zxid.test.ts ../../../core/zxid.ts',
];

const bad = [
  'core/jute/txn.ts ../tree/data-tree.ts',
  'core/zab/peer.ts ../tree/data-tree.ts',
  'core/tree/data-tree.ts ../zab/peer.ts',
  'core/tree/data-tree.ts node:fs',
  'core/tree/data-tree.ts rxjs',
  'core/hooks/index.ts rxjs',
  'core/hooks/index.ts ../../runtime/index.ts',
  'core/server/replica.ts ../../runtime/clock.ts',
  'core/zxid.ts ./tree/path.ts',
  'runtime/pipeline/loader.ts ../../plugins/handlers/log.ts',
  'runtime/pipeline/loader.ts ../cli/main.ts',
  'runtime/pipeline/loader.ts left-pad',
  'runtime/pipeline/loader.ts ../../test/support/suite.ts',
  'runtime/pipeline/loader.ts threadkeeper/plugin',
  'plugins/handlers/log.ts ../../runtime/index.ts',
  'plugins/handlers/log.ts ../../core/zxid.ts',
  'plugins/handlers/log.ts ./znode-aggregate.ts',
  'plugins/handlers/log.ts threadkeeper',
  'examples/01-hello-znode.ts ../runtime/index.ts',
  'examples/01-hello-znode.ts threadkeeper/core/zxid.js',
];

function problemOf(line: string): string | undefined {
  const [from = '', name = ''] = line.split(' ');
  const specifier = name.replace('type:', '');
  const target = specifier.startsWith('.') ? resolvePath(from, specifier) : undefined;
  return importProblem(from, { specifier, typeOnly: specifier !== name, target }, ['commander', 'rxjs']);
}

rules('what belongs together may be imported', () => {
  assert.equal(
    good.map(problemOf),
    good.map(() => undefined),
  );
});

for (const line of bad) {
  rules(`refused: ${line.replace(' ', ' imports ')}`, () => {
    assert.match(problemOf(line) ?? 'no problem', 'may not import');
  });
}

rules.run();
