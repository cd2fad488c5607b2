/** The guard, guarded: every way in which a test file can be wrong without saying so ends in a failure. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert, suite } from '../../support/suite.ts';

const guard = suite('support/suite', { timeoutMs: 30_000 });

function runFixture(name: string, ...parameters: string[]) {
  const file = fileURLToPath(new URL(`../../fixtures/guard/${name}.js`, import.meta.url));
  return spawnSync(process.execPath, ['--enable-source-maps', file, ...parameters], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}

guard('a good file passes, and its last line says so', () => {
  const { status, stdout } = runFixture('good');
  assert.is(status, 0, stdout);
  assert.match(stdout, /\nledger: 3 registered, 3 passed, 0 failed, 0 unfinished\n$/);
});

/** The case in fixtures/guard/bad.ts, and what its output has to name. */
const bad: readonly (readonly [name: string, ...expected: (string | RegExp)[]])[] = [
  [
    'assertion',
    'compares',
    '"zxid":·1',
    '"zxid":·2',
    'deeply equal',
    'guard/bad.ts:',
    '2 registered, 1 passed, 1 failed',
  ],
  ['throws-undefined', 'threw something that is no Error: undefined', '1 failed'],
  ['throws-string', "threw something that is no Error: 'a plain string'", '1 failed'],
  ['throws-frozen', 'frozen', 'the root cause', '1 failed'],
  ['before', 'before of guard/bad failed: Error: on purpose', '1 registered, 0 passed, 1 failed, 1 unfinished'],
  ['before-hangs', 'before of guard/bad did not end within 200 ms', '1 unfinished'],
  ['before-each', 'on purpose', '0 passed, 1 failed'],
  ['after', 'after of guard/bad failed: Error: on purpose', '1 passed, 1 failed'],
  ['after-each', 'on purpose', '0 passed, 1 failed'],
  ['hangs', '"hangs" did not end within 200 ms', '1 passed, 1 failed'],
  ['late-rejection', '"guard/bad: forgets a promise" was still running when the process ended', '1 unfinished'],
  ['exits', '"guard/bad: ends the process" was still running when the process ended', '1 unfinished'],
  ['no-rejection', 'expected a rejection, but the promise was fulfilled with 5', '1 failed'],
  ['wrong-class', 'expected an error that matches RangeError; got Error: on purpose', '1 failed'],
  ['missing-run', '"guard/bad: is never run" never ran', '1 unfinished'],
  ['after-run', '"guard/bad: comes too late" never ran', '1 passed, 0 failed, 1 unfinished'],
  ['empty-suite', 'suite "guard/bad" ran without a test', '1 passed, 1 failed'],
  ['no-suite', 'the file has no tests', '0 registered, 0 passed, 1 failed'],
  ['top-level', 'the file has no tests', '1 failed'],
  ['leaked-timer', 'still open', '1 × Timeout', '1 passed, 1 failed'],
  ['leaked-server', 'still open', '1 × TCPServerWrap', '1 failed'],
  ['leaked-port', 'still open', '1 × MessagePort', '1 failed'],
  ['leaked-worker', 'still open', '1 × Worker', '1 failed'],
];

for (const [name, ...expected] of bad) {
  guard(`a file fails and names the cause: ${name}`, () => {
    const { status, stdout, stderr } = runFixture('bad', name);
    assert.is(status, 1, `exit code ${status}\n${stdout}${stderr}`);
    for (const part of expected) assert.match(stdout, part);
    assert.match(stdout, /\nledger: [^\n]*\n$/, 'the ledger is not the last line');
  });
}

guard.run();
