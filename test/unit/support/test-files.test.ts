/** Which files a run consists of. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, suite } from '../../support/suite.ts';
import { makeTemporaryDirectory } from '../../support/temporary-directory.ts';
import { findTestFiles } from '../../support/test-files.ts';

const finding = suite('support/test-files');
const root = makeTemporaryDirectory('find');
finding.before(() => {
  put('test/unit/core/zxid.test.ts', '/** zxids */\n');
  put('test/faults/long.test.ts', '// timeout: 300s\n/** long */\n');
  put('test/interop/zk-cli.test.ts', '');
  put('test/support/suite.ts', '');
  put('dist/test/unit/left-over.test.js', '');
});
finding.after(() => root.remove());

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root.path, path)), { recursive: true });
  writeFileSync(join(root.path, path), text);
}

function names(...filters: string[]): string[] {
  return findTestFiles(root.path, filters).map((file) => file.name);
}

finding('a plain run takes every test source but interop, and no output without a source', () => {
  assert.equal(names(), ['faults/long.test.ts', 'unit/core/zxid.test.ts']);
});

finding('a filter takes the files whose path contains it, interop included', () => {
  assert.equal(names('interop'), ['interop/zk-cli.test.ts']);
  assert.equal(names('zxid', 'zk-cli'), ['interop/zk-cli.test.ts', 'unit/core/zxid.test.ts']);
  assert.equal(names('left-over'), []);
});

finding('the first line of a source may give the file more time than the usual two minutes', () => {
  const timeouts = findTestFiles(root.path, []).map((file) => file.timeoutMs);
  assert.equal(timeouts, [300_000, 120_000]);
});

finding('a source is paired with its output under dist', () => {
  const [file] = findTestFiles(root.path, ['zxid']);
  assert.is(file?.compiled, join(root.path, 'dist/test/unit/core/zxid.test.js'));
});

finding.run();
