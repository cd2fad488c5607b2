// timeout: 300s
/**
 * The process is killed with SIGKILL while a client writes, and started again on the same data directory: fifty times, with
 * snapshots under way. After some of the kills the end of one replica's log is torn, as a crash of the machine would.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type SessionTicket } from '../../runtime/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';
import { TEARS, type Tear, tearNewestLog } from '../support/torn-tail.ts';
import { assertSameTrees } from '../support/tree-text.ts';

const ROUNDS = 50;
const REPLICAS = 3;
/** Acknowledged in each round before the kill, at the least. */
const WRITES_MIN = 40;

const t = suite('faults/process kill', { timeoutMs: 280_000 });
const directory = makeTemporaryDirectory('process-kill');
let running: ThreadkeeperProcess | null = null;

t.after(async () => {
  await running?.kill9();
  directory.remove();
});

async function start(): Promise<ThreadkeeperProcess> {
  // Few txns between snapshots, so that kills meet them as well.
  const env = { THREADKEEPER_CLIENT_PORT: '0', THREADKEEPER_SNAP_COUNT: '100' };
  running = await startThreadkeeper(['--no-pipelines', '--data-dir', directory.path], { cwd: directory.path, env });
  return running;
}

interface Torn {
  readonly replica: number;
  readonly tear: Tear;
}

/** Every third round, another replica and another kind of damage. */
function tearAfter(round: number): Torn | null {
  const count = round / 3;
  const tear = TEARS[count % TEARS.length];
  if (tear === undefined) return null;
  const replica = (Math.floor(count / TEARS.length) % REPLICAS) + 1;
  tearNewestLog(join(directory.path, String(replica)), tear);
  return { replica, tear };
}

t(`after each of ${ROUNDS} kills every acknowledged write is there once, and torn log tails are cut`, async () => {
  let session: SessionTicket | null = null;
  let torn: Torn | null = null;
  let cutCount = 0;
  const writers: RecordedWriter[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const threadkeeper = await start();
    if (torn !== null) {
      const cut = new RegExp(`\\[replica ${torn.replica}\\] cut \\d+ bytes of an unfinished write`);
      assert.match(threadkeeper.stderr, cut, `round ${round}: no trace of the ${torn.tear}`);
      cutCount++;
    }
    const client = connect(threadkeeper.connectString, session === null ? {} : { session });
    if (session === null) await client.create('/member', 'me', { mode: 'ephemeral' });
    await client.sync('/');
    await writers.at(-1)?.check(client);

    const writer = new RecordedWriter({ client, root: `/round-${round}` });
    writers.push(writer);
    await writer.start();
    await eventually(() => writer.acknowledged >= WRITES_MIN, { withinMs: 30_000, everyMs: 1 });
    // Otherwise the kill would always meet the same moment between two syncs.
    await delay(round % 10);
    await threadkeeper.kill9();
    session = client.detach();
    await writer.stop();
    torn = tearAfter(round);
  }

  const threadkeeper = await start();
  const client = connect(threadkeeper.connectString, session === null ? {} : { session });
  await client.sync('/');
  for (const writer of writers) await writer.check(client);
  assert.equal((await client.exists('/member'))?.ephemeralOwner, session?.id, 'the session has not outlived the kills');
  await client.close();
  await assertSameTrees(threadkeeper.clientPorts.map((port) => `127.0.0.1:${port}`));
  assert.is(await threadkeeper.signal('SIGTERM'), 0, threadkeeper.stderr);
  const writes = writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  console.log(`    ${ROUNDS} kills, ${writes} acknowledged writes, ${cutCount} torn tails cut`);
});

t.run();
