// timeout: 240s
/** Python's client, kazoo (Debian's python3-kazoo), against our ports; what it does is in kazoo_client.py, one claim a process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';

const SCRIPT = fileURLToPath(new URL('../../../test/interop/kazoo_client.py', import.meta.url));

/** Debian's own: another one on the path would not have Debian's packages. */
const PYTHON = '/usr/bin/python3';

const t = suite('interop/kazoo against us', { timeoutMs: 90_000 });
let ensemble: TestEnsemble;

t.before(async () => {
  ensemble = await startTestEnsemble();
});
t.after(() => ensemble.close());

function startClaim(name: string) {
  const child = spawn(PYTHON, [SCRIPT, ensemble.connectString, name], { stdio: 'pipe', timeout: 80_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  return {
    output: () => output,
    async finish(): Promise<void> {
      child.stdin.end();
      await ended;
      assert.is(child.exitCode, 0, output);
    },
  };
}

for (const [name, claim] of [
  ['znodes', 'creates, reads, changes and deletes znodes, and is refused as it expects'],
  ['ephemerals', 'sequential ephemerals belong to its session and go with it'],
  ['watches', 'one-shot watches fire once each, for creation, change and children'],
  ['data_watch', 'a DataWatch sees the last state, and none twice or out of order'],
  ['lock', 'a lock is held by one of four at a time'],
  ['transaction', 'a transaction happens whole, or not at all with the reason'],
] as const) {
  t(claim, () => startClaim(name).finish());
}

t('its session, ephemeral and writes outlive two leaders', async () => {
  const writing = startClaim('survives');
  await eventually(() => writing.output().includes('writing'), { withinMs: 30_000 });
  for (let round = 0; round < 2; round++) {
    await ensemble.kill('leader');
    await ensemble.settled();
  }
  await writing.finish();
  assert.match(writing.output(), /wrote \d+/);
});

t.run();
