/**
 * The disk becomes full under a running ensemble: writes are refused with an error, reads go on, nothing acknowledged is
 * lost, and once there is room again writes work, those included that were under way. A real process; its disk is full for
 * the calls of its storage (support/full-disk.ts).
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnsembleError } from '../../core/errors.ts';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';
import { assertSameTrees } from '../support/tree-text.ts';

const PRELOAD = fileURLToPath(new URL('../support/full-disk.js', import.meta.url));
const RECOVERY = { withinMs: 20_000 };

const t = suite('faults/full disk', { timeoutMs: 60_000 });
let directory: TemporaryDirectory;
let threadkeeper: ThreadkeeperProcess;
let clients: ObservableClient[] = [];

t.before.each(() => {
  directory = makeTemporaryDirectory('full-disk');
});

t.after.each(async () => {
  await Promise.all(clients.map((client) => client.detach()));
  clients = [];
  await threadkeeper.kill9();
  directory.remove();
});

/** @param full  what fills up, below the data directory: all replicas, or one */
async function start(full = ''): Promise<readonly ObservableClient[]> {
  const env = {
    THREADKEEPER_CLIENT_PORT: '0',
    FULL_DISK_MARKER: join(directory.path, 'full'),
    FULL_DISK_DIRECTORY: join(directory.path, 'data', full),
  };
  threadkeeper = await startThreadkeeper(['--no-pipelines'], {
    cwd: directory.path,
    env,
    nodeArgs: ['--import', PRELOAD],
  });
  for (const client of clients) client.detach();
  clients = threadkeeper.clientPorts.map((port) => connect(`127.0.0.1:${port}`));
  await Promise.all(clients.map((client) => client.connected()));
  return clients;
}

function fill(): void {
  writeFileSync(join(directory.path, 'full'), '');
}

function makeRoom(): void {
  rmSync(join(directory.path, 'full'), { force: true });
}

async function untilRefusing(replica: number): Promise<void> {
  const line = new RegExp(
    `ERROR \\[replica ${replica}\\] txn log .* cannot be written \\(ENOSPC\\).*; writes are refused`,
  );
  await eventually(() => line.test(threadkeeper.stderr), RECOVERY);
}

async function untilWriting(replica: number): Promise<void> {
  await eventually(() => threadkeeper.stderr.includes(`[replica ${replica}] the log takes writes again`), RECOVERY);
}

async function assertRefused(client: ObservableClient, path: string): Promise<void> {
  await assert.rejects(
    client.create(path),
    (error: unknown) => error instanceof EnsembleError && error.code === 'SYSTEM_ERROR',
  );
}

async function textAt(client: ObservableClient, path: string): Promise<string> {
  return Buffer.from((await client.getData(path)).data ?? []).toString();
}

t('all disks full: writes are refused, reads go on, and writes work again when there is room', async () => {
  const [one, two, three] = await start();
  assert.ok(one && two && three);
  await one.create('/before', 'kept');
  const states: string[] = [];
  for (const client of [two, three]) client.onState((state) => states.push(state));

  fill();
  const underWay = one.create('/under-way', 'asked before it was known');
  for (const replica of [1, 2, 3]) await untilRefusing(replica);
  for (const [index, client] of [two, three].entries()) {
    await assertRefused(client, `/refused-${index}`);
    assert.is(await textAt(client, '/before'), 'kept');
    assert.is(await client.exists('/under-way'), null, 'visible before a quorum has it');
  }

  makeRoom();
  assert.is(await underWay, '/under-way');
  for (const replica of [1, 2, 3]) await untilWriting(replica);
  await two.create('/after', 'kept');
  assert.is(await two.exists('/refused-0'), null);
  assert.is(await two.exists('/refused-1'), null);
  assert.equal(states, [], 'a session lost its connection');
  await assertSameTrees(threadkeeper.clientPorts.map((port) => `127.0.0.1:${port}`));
});

t('killed while the disk is full: everything acknowledged before is there, and nothing that was refused', async () => {
  const [one, two] = await start();
  assert.ok(one && two);
  for (let index = 0; index < 50; index++) await one.create(`/kept-${index}`, String(index));
  fill();
  const underWay = one.create('/under-way');
  // It fails when the process does.
  underWay.catch(() => undefined);
  await untilRefusing(2);
  await assertRefused(two, '/refused');
  await threadkeeper.kill9();

  makeRoom();
  const [again] = await start();
  assert.ok(again);
  for (let index = 0; index < 50; index++) assert.is(await textAt(again, `/kept-${index}`), String(index));
  assert.is(await again.exists('/refused'), null);
  await again.create('/after');
});

// One of the three leads.
for (const replica of [1, 2, 3]) {
  t(`one disk full, of replica ${replica}: the others go on writing, and it has all once there is room`, async () => {
    const all = await start(String(replica));
    const refusing = all[replica - 1];
    const writing = all[replica % 3];
    assert.ok(refusing && writing);
    await writing.create('/before');

    fill();
    for (let index = 0; index < 20; index++) await writing.create(`/during-${index}`);
    await untilRefusing(replica);
    await assertRefused(refusing, '/refused');
    assert.ok(await refusing.exists('/before'));
    await writing.create('/during-the-refusal');

    makeRoom();
    await untilWriting(replica);
    await refusing.create('/after');
    assert.ok(await refusing.exists('/during-the-refusal'));
    await assertSameTrees(threadkeeper.clientPorts.map((port) => `127.0.0.1:${port}`));
  });
}

t.run();
