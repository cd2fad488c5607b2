/**
 * Who may take over a session: its client, also after a restart of the whole process, and nobody who only knows its id,
 * which every Stat of an ephemeral znode tells.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { zookeeperPassword } from '../../core/server/sessions/session-password.ts';
import { connect, type SessionTicket } from '../../runtime/client/index.ts';
import { Conversation } from '../support/conversation.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { runThreadkeeper, startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';

const t = suite('faults/session secret', { timeoutMs: 60_000 });
const directory = makeTemporaryDirectory('session-secret');
let running: ThreadkeeperProcess | null = null;

t.after.each(async () => {
  await running?.kill9();
  running = null;
});
t.after(() => directory.remove());

async function start(...args: readonly string[]): Promise<ThreadkeeperProcess> {
  running = await startThreadkeeper(['--no-pipelines', ...args], {
    cwd: directory.path,
    env: { THREADKEEPER_CLIENT_PORT: '0' },
  });
  return running;
}

/** What the server says to whoever claims this session by that password. */
async function claim(port: number, { id }: SessionTicket, password: Uint8Array): Promise<string> {
  const connection = await RawConnection.open(port);
  const conversation = new Conversation();
  connection.sendFrame((writer) => writer.writeBytes(conversation.connectRequest({ session: id, password })));
  const [answer] = await connection.untilFrames(1);
  if (answer !== undefined) conversation.onPayload(answer);
  connection.close();
  await connection.closed;
  return conversation.take().join();
}

for (const where of [[], ['--in-memory']] as const) {
  const what = where.length === 0 ? 'on disk' : 'in memory';
  t(`an ensemble ${what}: knowing the id of a session is not enough to take it over`, async () => {
    const { clientPorts, connectString } = await start('--data-dir', directory.path, ...where);
    const client = connect(connectString);
    await client.create('/member', null, { mode: 'ephemeral' });
    const session = client.detach();
    assert.ok(session);
    const { id } = session;
    for (const port of clientPorts) {
      assert.is(await claim(port, session, zookeeperPassword(id)), 'refused');
      assert.is(await claim(port, session, new Uint8Array(16)), 'refused');
      assert.match(await claim(port, session, session.password), /^connected/);
    }
  });
}

t(
  'a session outlives the process: its client takes it up again, whichever replica it meets, and nobody else can',
  async () => {
    const first = await start('--data-dir', directory.path);
    const client = connect(first.connectString);
    await client.create('/wanderer', null, { mode: 'ephemeral' });
    const session = client.detach();
    assert.ok(session);
    await first.kill9();
    const { clientPorts, connectString } = await start('--data-dir', directory.path);
    for (const port of clientPorts) {
      assert.is(await claim(port, session, zookeeperPassword(session.id)), 'refused');
      assert.match(await claim(port, session, session.password), /^connected/);
    }
    const again = connect(connectString, { session });
    assert.equal((await again.exists('/wanderer'))?.ephemeralOwner, session.id);
    await again.close();
  },
);

t('the secret is in its file and nowhere that people look', async () => {
  const threadkeeper = await start('--data-dir', directory.path);
  const { key } = JSON.parse(readFileSync(join(directory.path, 'threadkeeper.session-secret'), 'utf8'));
  const printed = await runThreadkeeper(['config', 'print', '--origins'], { cwd: directory.path });
  assert.match(printed.stdout, 'sessionPasswords');
  await threadkeeper.signal('SIGTERM');
  for (const text of [printed.stdout, printed.stderr, threadkeeper.stdout, threadkeeper.stderr]) {
    assert.not.match(text, key);
  }
});

t.run();
