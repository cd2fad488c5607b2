/**
 * Threads that stand still without ending: a replica's is found by its missing pulse and replaced, while the others go on;
 * the main thread's costs nobody a session.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { testPlugin } from '../support/pipelines.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';
import { assertSameTrees } from '../support/tree-text.ts';

const t = suite('faults/standstill', { timeoutMs: 60_000 });
const PATIENCE = { withinMs: 30_000 };
const SESSION_MS = 2000;
let ensemble: TestEnsemble | null = null;
let running: ThreadkeeperProcess | null = null;
const directory = makeTemporaryDirectory('standstill');

t.after.each(async () => {
  await ensemble?.close();
  ensemble = null;
  await running?.kill9();
  running = null;
});
t.after(() => directory.remove());

async function underLoad(lines: string[]) {
  ensemble = await startTestEnsemble({
    inMemory: false,
    heartbeatTimeoutMs: 1000,
    log: (_level, message) => lines.push(message),
  });
  const writers: RecordedWriter[] = [];
  for (const replica of [1, 2, 3]) {
    const client = ensemble.client({ replica });
    await client.create(`/member-${replica}`, null, { mode: 'ephemeral' });
    const writer = new RecordedWriter({ client, root: `/writer-${replica}`, lanes: 2, pauseMs: 2 });
    await writer.start();
    writers.push(writer);
  }
  return { ensemble, writers };
}

for (const who of ['the leader', 'a follower'] as const) {
  t(
    `${who} freezes for good: it is replaced, writes go on, nothing acknowledged is lost, no session ends`,
    async () => {
      const lines: string[] = [];
      const { ensemble: trio, writers } = await underLoad(lines);
      const { leader } = trio;
      assert.ok(leader);
      const victim = who === 'the leader' ? leader : (leader % 3) + 1;
      const frozen = trio.freeze(victim, 3_600_000);
      const others = writers.filter((_, index) => index + 1 !== victim);
      const goals = others.map((writer) => writer.acknowledged + 20);
      await eventually(() => others.every((writer, index) => writer.acknowledged > (goals[index] ?? 0)), PATIENCE);
      await frozen;
      await eventually(() => lines.some((line) => line.includes(`replica ${victim} is down`)), PATIENCE);
      assert.match(lines.join('\n'), /its thread has not moved for 1000 ms/);
      await trio.settled();
      const victimGoal = (writers[victim - 1]?.acknowledged ?? 0) + 5;
      await eventually(() => (writers[victim - 1]?.acknowledged ?? 0) > victimGoal, PATIENCE);

      await Promise.all(writers.map((writer) => writer.stop()));
      const reader = trio.client();
      await reader.sync('/');
      for (const writer of writers) await writer.check(reader);
      for (const replica of [1, 2, 3]) assert.ok(await reader.exists(`/member-${replica}`));
      await assertSameTrees(trio.servers);
    },
  );
}

t('a replica that freezes for a moment is left alone', async () => {
  const lines: string[] = [];
  const { ensemble: trio, writers } = await underLoad(lines);
  await trio.freeze('leader', 300);
  await trio.settled();
  const goals = writers.map((writer) => writer.acknowledged + 10);
  await eventually(() => writers.every((writer, index) => writer.acknowledged > (goals[index] ?? 0)), PATIENCE);
  await Promise.all(writers.map((writer) => writer.stop()));
  const reader = trio.client();
  await reader.sync('/');
  for (const writer of writers) await writer.check(reader);
  assert.is(
    writers.reduce((sum, { unanswered }) => sum + unanswered, 0),
    0,
  );
});

t('a main thread blocked for several session timeouts costs clients of other processes nothing', async () => {
  const config = {
    ensemble: { clientPort: 0, inMemory: true, tickTimeMs: 500 },
    pipelines: [
      {
        name: 'blocked',
        topic: 'blocked',
        generator: { use: 'interval', options: { everyMs: 10 } },
        // Inline: it is the main thread that stands still, nearly all the time.
        handler: { use: testPlugin('blocking-handler'), options: { blockMs: 4 * SESSION_MS }, threads: 0, batchMax: 1 },
      },
    ],
  };
  const file = join(directory.path, 'blocked.json');
  writeFileSync(file, JSON.stringify(config));
  running = await startThreadkeeper([file], { cwd: directory.path });
  const client = connect(running.connectString, { sessionTimeoutMs: SESSION_MS });
  const states: string[] = [];
  await client.connected();
  assert.is(client.sessionTimeoutMs, SESSION_MS);
  client.onState((state) => states.push(state));
  await client.create('/member', null, { mode: 'ephemeral' });
  const idle = connect(running.connectString, { sessionTimeoutMs: SESSION_MS });
  await idle.create('/idle', null, { mode: 'ephemeral' });
  const writer = new RecordedWriter({ client, root: '/writer', lanes: 1, pauseMs: 20 });
  await writer.start();
  const until = performance.now() + 2.5 * SESSION_MS;
  await eventually(() => performance.now() > until, { withinMs: 10 * SESSION_MS, everyMs: 50 });
  await writer.stop();
  await writer.check(client);
  assert.ok(await client.exists('/member'));
  assert.ok(await client.exists('/idle'));
  assert.equal([states, writer.unanswered], [[], 0]);
  await Promise.all([client.close(), idle.close()]);
});

t('a client inside the process keeps its session, however long its own thread is blocked', async () => {
  const trio = await startTestEnsemble({ tickTimeMs: 500 });
  ensemble = trio;
  const client = trio.client({ carrier: 'bus', sessionTimeoutMs: 1000 });
  await client.create('/member', null, { mode: 'ephemeral' });
  assert.is(client.sessionTimeoutMs, 1000);
  const states: string[] = [];
  client.onState((state) => states.push(state));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
  assert.equal((await client.exists('/member'))?.ephemeralOwner, client.sessionId);
  assert.equal(states, []);
});

t.run();
