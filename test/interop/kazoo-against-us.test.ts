// timeout: 400s
/**
 * Python's client, kazoo (Debian's python3-kazoo), against our ports: its operations (kazoo_client.py) and its recipes
 * (kazoo_recipes.py), one claim a process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';

type Script = 'kazoo_client.py' | 'kazoo_recipes.py';

/** Debian's own: another one on the path would not have Debian's packages. */
const PYTHON = '/usr/bin/python3';
const CLAIM_MS_MAX = 80_000;

const t = suite('interop/kazoo against us', { timeoutMs: 90_000 });
let ensemble: TestEnsemble;

t.before(async () => {
  ensemble = await startTestEnsemble();
});
t.after(() => ensemble.close());

function startClaim(script: Script, name: string) {
  const path = fileURLToPath(new URL(`../../../test/interop/${script}`, import.meta.url));
  // -B: nothing of it is left in the sources' folder.
  const args = ['-B', path, ensemble.connectString, name];
  const child = spawn(PYTHON, args, { stdio: 'pipe', timeout: CLAIM_MS_MAX });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  return {
    output: () => output,
    /** Once the claim has said a word, it waits for us. */
    said: (word: string) => eventually(() => output.includes(word) || child.exitCode !== null, { withinMs: 30_000 }),
    async finish(): Promise<void> {
      child.stdin.end('\n');
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
  ['transaction', 'a transaction happens whole, or not at all with the reason'],
] as const) {
  t(claim, () => startClaim('kazoo_client.py', name).finish());
}

for (const [name, claim] of [
  ['read_write_locks', 'read locks are shared, write locks are not'],
  ['semaphore', 'a semaphore of two leases is held by two of four at a time'],
  ['barriers', 'a barrier opens for all, a double barrier for three together'],
  ['queues', 'a queue gives by priority and age, a locking queue each entry once'],
  ['watchers', 'ChildrenWatch and DataWatch see every last state, in order'],
  ['tree_cache', 'a TreeCache follows a subtree'],
  ['counters', 'three count to sixty together'],
  ['parties', 'parties know their members, and forget who left or closed'],
  ['partitioner', 'three workers share a set without overlap'],
] as const) {
  t(claim, () => startClaim('kazoo_recipes.py', name).finish());
}

for (const [script, name, claim] of [
  ['kazoo_client.py', 'auth', 'what a digest guards is open to its user, and stays so while the leader dies'],
  ['kazoo_recipes.py', 'lock', 'a lock is held by one of four at a time, while the leader dies'],
  ['kazoo_recipes.py', 'lock_held', 'a lock that is held outlives the leader, and so does the line before it'],
  [
    'kazoo_recipes.py',
    'election',
    'an election has one leader at a time and each candidate once, while the leader dies',
  ],
  [
    'kazoo_recipes.py',
    'watches_survive',
    'watches of data and children outlive the leader, and nothing goes back in time',
  ],
] as const) {
  t(claim, async () => {
    const running = startClaim(script, name);
    await running.said('working');
    await ensemble.kill('leader');
    await ensemble.settled();
    await running.finish();
  });
}

t('its session, ephemeral and writes outlive two leaders', async () => {
  const writing = startClaim('kazoo_client.py', 'survives');
  await writing.said('writing');
  for (let round = 0; round < 2; round++) {
    await ensemble.kill('leader');
    await ensemble.settled();
  }
  await writing.finish();
  assert.match(writing.output(), /wrote \d+/);
});

t.run();
