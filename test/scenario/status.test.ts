/** A running process can be asked for its status and be hurt on purpose, from another process of the same user. */

import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';
import { runThreadkeeper, startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';

const status = suite('status', { timeoutMs: 60_000 });

let running: ThreadkeeperProcess;

status.before(async () => {
  running = await startThreadkeeper(['--in-memory', '--client-port', '0', '--no-pipelines']);
});

status.after(async () => {
  await running.kill9();
});

interface Status {
  readonly replicas: readonly {
    readonly id: number;
    readonly role: { readonly state: string; readonly active: boolean };
  }[];
}

function firstPort(): string {
  return String(running.clientPorts[0]);
}

async function readStatus(): Promise<Status> {
  const { exitCode, stdout } = await runThreadkeeper(['status', '--json', '--client-port', firstPort()]);
  assert.is(exitCode, 0);
  return JSON.parse(stdout) as Status;
}

function leaderOf({ replicas }: Status): number | undefined {
  return replicas.find(({ role }) => role.state === 'leading' && role.active)?.id;
}

status('names every replica with its role, as a table and as JSON', async () => {
  const { stdout } = await runThreadkeeper(['status', '--client-port', firstPort()]);
  const [head, ...rows] = stdout.trim().split('\n');
  assert.match(head ?? '', /^replica +role +port +zxid +lag +znodes/);
  assert.is(rows.length, 3);
  assert.is((await readStatus()).replicas.length, 3);
});

status('debug kill leader ends the leader, another one leads, and the killed replica comes back', async () => {
  const before = leaderOf(await readStatus());
  const killed = await runThreadkeeper(['debug', 'kill', 'leader', '--client-port', firstPort()]);
  assert.is(killed.stdout.trim(), `killed replica ${before}`);
  await eventually(
    async () => {
      const now = await readStatus();
      const leader = leaderOf(now);
      const isWhole = now.replicas.length === 3 && now.replicas.every(({ role }) => role.active);
      return isWhole && leader !== undefined && leader !== before;
    },
    { withinMs: 40_000 },
  );
});

status('a replica that there is not is refused by name', async () => {
  const { exitCode, stderr } = await runThreadkeeper(['debug', 'kill', '9', '--client-port', firstPort()]);
  assert.is(exitCode, 1);
  assert.match(stderr, /there is no replica 9/);
});

status('without a running process it says which port it looked for, and ends with 3', async () => {
  const { exitCode, stderr } = await runThreadkeeper(['status', '--client-port', '1']);
  assert.is(exitCode, 3);
  assert.match(stderr, /no threadkeeper of yours is running with client port 1/);
});

status.run();
