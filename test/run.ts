/**
 * The test runner: `node dist/test/run.js [filter …] [--jobs N]`. Runs each test file in its own process, a few at a time,
 * prints a line for each and the whole output of those that failed, and closes with `N passed, N failed, N skipped`.
 * Without a filter it runs everything but test/interop. A run in which no test passed is a failed run.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTestFiles, type TestFile } from './support/test-files.ts';
import { type FileResult, killRunning, runTestFile } from './support/test-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) } },
});
const jobs = Number(values.jobs);
if (!Number.isInteger(jobs) || jobs < 1) {
  console.error(`--jobs takes a count from 1, not "${values.jobs}"`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    killRunning();
    process.exit(1);
  });
}

const queue = findTestFiles(root, filters);
if (queue.length === 0) console.error(`no test file matches ${filters.join(' ') || 'test/**/*.test.ts'}`);
const total = { passed: 0, failed: 0 };

async function work(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const result = await runTestFile(file, root);
    total.passed += result.passed;
    total.failed += result.failed;
    console.log(describeResult(file, result));
  }
}

function describeResult(file: TestFile, { passed, failed, problems, output, tookMs }: FileResult): string {
  const seconds = `${(tookMs / 1000).toFixed(1)} s`;
  if (failed === 0) return `ok    ${file.name}  (${passed}, ${seconds})`;
  // Quoted, so that a failed file's output is never taken for the closing line of this run.
  const quoted = output.trimEnd().replaceAll(/^/gm, '  | ');
  return [`FAIL  ${file.name}  (${passed} passed, ${failed} failed, ${seconds})`, quoted, ...problems].join('\n      ');
}

await Promise.all(Array.from({ length: jobs }, work));
if (total.passed === 0 && total.failed === 0) console.error('not a single test ran');
console.log(`${total.passed} passed, ${total.failed} failed, 0 skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
