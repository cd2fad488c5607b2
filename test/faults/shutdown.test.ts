/** An orderly end: SIGTERM and SIGINT drain, sync and end with 0, and the next start finds everything that was acknowledged. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../runtime/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { testPlugin } from '../support/pipelines.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';
import { assertSameTrees } from '../support/tree-text.ts';

const t = suite('faults/shutdown', { timeoutMs: 60_000 });
let directory: TemporaryDirectory;
let running: ThreadkeeperProcess | null = null;

t.before.each(() => {
  directory = makeTemporaryDirectory('shutdown');
});
t.after.each(async () => {
  await running?.kill9();
  running = null;
  directory.remove();
});

async function start(args: readonly string[]): Promise<ThreadkeeperProcess> {
  running = await startThreadkeeper(args, { cwd: directory.path, env: { THREADKEEPER_CLIENT_PORT: '0' } });
  return running;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t(
    `${signal} under load ends with 0, and the next start finds every acknowledged write on every replica`,
    async () => {
      const first = await start(['--no-pipelines']);
      const client = connect(first.connectString);
      const member = await client.create('/member', 'me', { mode: 'ephemeral' });
      const writer = new RecordedWriter({ client, root: '/writer' });
      await writer.start();
      await eventually(() => writer.acknowledged > 50, { withinMs: 20_000 });
      assert.is(await first.signal(signal), 0, first.stderr);
      assert.match(first.stderr, `threadkeeper: ${signal}, draining`);
      const session = client.detach();
      await writer.stop();
      assert.ok(session);

      const second = await start(['--no-pipelines']);
      assert.not.match(second.stderr, /unfinished write/, 'an orderly end tears no log');
      const again = connect(second.connectString, { session });
      await writer.check(again);
      assert.equal((await again.exists(member))?.ephemeralOwner, session.id, 'the session has not lived on');
      await again.close();
      await assertSameTrees(second.clientPorts.map((port) => `127.0.0.1:${port}`));
    },
  );
}

t('SIGTERM drains the pipelines: what was generated is handled, and shows after the next start', async () => {
  const total = 300;
  const config = {
    pipelines: [
      {
        name: 'burst',
        topic: 'burst',
        generator: { use: testPlugin('burst-generator'), options: { count: total, keys: 7 } },
        handler: { use: testPlugin('slow-handler'), options: { delayMs: 20 }, batchMax: 10 },
      },
    ],
  };
  writeFileSync(join(directory.path, '.threadkeeperrc.json'), JSON.stringify(config));
  const first = await start([]);
  const client = connect(first.connectString);
  // The generator is far ahead of the handler: its events are in the pipeline when the signal comes.
  await eventually(() => client.exists('/slow/burst'), { withinMs: 20_000 });
  assert.is(await first.signal('SIGTERM'), 0, first.stderr);
  client.detach();

  const second = await start(['--no-pipelines']);
  const reader = connect(second.connectString);
  const { data } = await reader.getData('/slow/burst');
  assert.equal(JSON.parse(Buffer.from(data ?? []).toString()), { count: total });
  await reader.close();
});

t('a signal before it is ready is obeyed as soon as it is', async () => {
  const early = await start(['--no-pipelines', '--in-memory']);
  // Twice, as an impatient supervisor does.
  const ended = early.signal('SIGTERM');
  void early.signal('SIGTERM');
  assert.is(await ended, 0, early.stderr);
});

t.run();
