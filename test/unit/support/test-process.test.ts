/** What the runner says about files that end in ways the ledger inside them cannot report. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../../support/suite.ts';
import { makeTemporaryDirectory } from '../../support/temporary-directory.ts';
import { runTestFile } from '../../support/test-process.ts';

const runner = suite('support/test-process', { timeoutMs: 30_000 });
const directory = makeTemporaryDirectory('runner');
runner.after(() => directory.remove());

const LEDGER = "console.log('ledger: 2 registered, 2 passed, 0 failed, 0 unfinished');";

function runSource(name: string, source: string, timeoutMs = 20_000) {
  const compiled = join(directory.path, `${name}.mjs`);
  writeFileSync(compiled, source);
  return runTestFile({ name, compiled, timeoutMs }, directory.path);
}

runner('a file counts as its last ledger line says', async () => {
  const { passed, failed, problems } = await runSource('good', LEDGER);
  assert.equal({ passed, failed, problems }, { passed: 2, failed: 0, problems: [] });
});

runner('an unfinished test is a failed one', async () => {
  const ledger = "console.log('ledger: 3 registered, 1 passed, 1 failed, 1 unfinished'); process.exitCode = 1;";
  const { passed, failed } = await runSource('unfinished', ledger);
  assert.equal({ passed, failed }, { passed: 1, failed: 2 });
});

runner('a file without a ledger fails, whatever its exit code', async () => {
  const { failed, problems } = await runSource('silent', '');
  assert.equal([failed, ...problems], [1, 'printed no ledger and ended with 0']);
});

runner('a bad exit code fails a file with a clean ledger', async () => {
  const { passed, failed, problems } = await runSource('exit-code', `${LEDGER} process.exitCode = 7;`);
  assert.equal([passed, failed, ...problems], [2, 1, 'ended with 7']);
});

runner('a file that never ends is killed when its time is up', async () => {
  const { failed, problems } = await runSource('endless', 'for (;;);', 300);
  assert.equal([failed, ...problems], [2, 'did not end within 0.3 s', 'printed no ledger and ended with SIGKILL']);
});

runner('a child process left behind is named and killed', async () => {
  const { failed, problems, output } = await runSource(
    'child',
    `import { spawn } from 'node:child_process';
     const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
     child.unref();
     console.log('child ' + child.pid);
     ${LEDGER}`,
  );
  const pid = Number(/child (\d+)/.exec(output)?.[1]);
  assert.is(failed, 1);
  assert.match(problems.join(), new RegExp(`^left child processes running: ${pid} `));
});

runner('a file that was not compiled fails', async () => {
  const compiled = join(directory.path, 'absent.mjs');
  const { failed, problems } = await runTestFile({ name: 'absent', compiled, timeoutMs: 1000 }, directory.path);
  assert.equal([failed, ...problems], [1, `${compiled} is missing: build first`]);
});

runner.run();
