/** Who imports whom, on a project of a few files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  findCycles,
  listProjectFiles,
  reachableFrom,
  readSources,
  sourceOfCompiled,
} from '../../support/source-graph.ts';
import { assert, suite } from '../../support/suite.ts';
import { makeTemporaryDirectory } from '../../support/temporary-directory.ts';

const graph = suite('support/source-graph');
const root = makeTemporaryDirectory('graph');
graph.after(() => root.remove());

const project: Readonly<Record<string, string>> = {
  'core/a.ts': "import type { B } from './b.ts';\n",
  'core/b.ts': "import { c } from './deep/c.ts';\n",
  'core/deep/c.ts': "import { type A } from '../a.ts';\n",
  'core/alone.ts': 'export const alone = 1;\n',
  'runtime/pool.ts':
    "const url = new URL('./thread.js', import.meta.url);\nconst plugin = { log: 'handlers/log.js' };\n",
  'runtime/thread.ts': "import '../core/alone.ts';\n",
  'plugins/handlers/log.ts': '// none\n',
  'node_modules/x/index.ts': '// none\n',
};

graph.before(() => {
  for (const [path, text] of Object.entries(project)) {
    mkdirSync(dirname(join(root.path, path)), { recursive: true });
    writeFileSync(join(root.path, path), text);
  }
});

function sources() {
  return readSources(root.path, listProjectFiles(root.path));
}

graph('what was installed is not part of the project', () => {
  assert.not.ok(listProjectFiles(root.path).some((path) => path.startsWith('node_modules')));
});

graph('a cycle is found even where it consists of types', () => {
  assert.equal(findCycles(sources()), [['core/a.ts', 'core/b.ts', 'core/deep/c.ts', 'core/a.ts']]);
});

graph('a thread and a plugin are reached by the names of their compiled files', () => {
  assert.equal([...reachableFrom(sources(), ['runtime/pool.ts'])].sort(), [
    'core/alone.ts',
    'plugins/handlers/log.ts',
    'runtime/pool.ts',
    'runtime/thread.ts',
  ]);
});

graph('a compiled file leads back to its source', () => {
  assert.is(sourceOfCompiled('./dist/runtime/index.d.ts'), 'runtime/index.ts');
  assert.is(sourceOfCompiled('dist/runtime/cli/main.js'), 'runtime/cli/main.ts');
});

graph.run();
