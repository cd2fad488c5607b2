// timeout: 240s
/**
 * Ten thousand idle clients on one process: they are kept alive by their pings for more than two session timeouts, a
 * neighbour that reads and writes does not notice them, and their sessions end when they say so. The clients are raw
 * sockets in a process of their own (support/crowd-process.ts), spread over three replicas.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connect } from '../../runtime/client/index.ts';
import type { CrowdOrder, CrowdReport } from '../support/crowd-process.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';

const t = suite('faults/idle connections', { timeoutMs: 200_000 });
const CROWD = fileURLToPath(new URL('../support/crowd-process.js', import.meta.url));
const COUNT = 10_000;
/** Descriptors of a process beside its connections. */
const OTHER_FILES = 200;
const SESSION_MS = 8000;
/** Three within each timeout: more than two timeouts. */
const PINGS = 7;
/** Sockets of Node.js, sessions in three trees, and what three collectors have not collected yet. */
const BYTES_PER_CONNECTION_MAX = 64 * 1024;
const PATIENCE = { withinMs: 120_000, everyMs: 250 };

const directory = makeTemporaryDirectory('idle-connections');
let running: ThreadkeeperProcess | null = null;
let crowd: ChildProcess | null = null;

t.after(async () => {
  crowd?.kill('SIGKILL');
  await running?.kill9();
  directory.remove();
});

async function ask(order: CrowdOrder): Promise<CrowdReport> {
  assert.ok(crowd);
  const answer = once(crowd, 'message');
  crowd.send(order);
  const [report] = (await answer) as [CrowdReport];
  return report;
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

function requireDescriptors(): void {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '0';
  const isEnough = hard === 'unlimited' || Number(hard) >= COUNT + OTHER_FILES;
  assert.ok(isEnough, `this test needs ${COUNT + OTHER_FILES} open files a process; the hard limit is ${hard}`);
}

/** Reads and writes one after another. @returns how long each took, when told to stop */
function neighbourOf(connectString: string): { stop(): Promise<{ readonly ms: number[]; readonly states: string[] }> } {
  const client = connect(connectString);
  const states: string[] = [];
  const ms: number[] = [];
  let isOver = false;
  const work = (async () => {
    await client.create('/neighbour', '0');
    client.onState((state) => states.push(state));
    for (let count = 1; !isOver; count++) {
      const startedMs = performance.now();
      await client.setData('/neighbour', String(count));
      assert.is((await client.getData('/neighbour')).data?.toString(), String(count));
      ms.push(performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await work;
      await client.close();
      return { ms, states: states.filter((state) => state !== 'closed') };
    },
  };
}

t(
  `${COUNT} idle sessions live on by their pings, cost little memory, disturb nobody, and end when they are closed`,
  async () => {
    requireDescriptors();
    running = await startThreadkeeper(['--no-pipelines', '--in-memory'], {
      cwd: directory.path,
      env: {
        THREADKEEPER_CLIENT_PORT: '0',
        THREADKEEPER_MAX_CLIENT_CONNECTIONS: '0',
        THREADKEEPER_TICK_TIME_MS: '1000',
        // A busy machine may keep a thread waiting for longer than the two seconds of the default.
        THREADKEEPER_HEARTBEAT_TIMEOUT_MS: '60000',
      },
    });
    const { pid, clientPorts, connectString } = running;
    const neighbour = neighbourOf(connectString);
    const before = residentBytes(pid);

    crowd = fork(CROWD, [String(COUNT), String(SESSION_MS), ...clientPorts.map(String)]);
    await eventually(async () => (await ask('report')).established === COUNT, PATIENCE);
    const goal = (await ask('report')).pingsMin + PINGS;
    await eventually(async () => (await ask('report')).pingsMin >= goal, PATIENCE);
    const bytes = (residentBytes(pid) - before) / COUNT;
    assert.is((await ask('report')).lost, 0);
    assert.ok(bytes < BYTES_PER_CONNECTION_MAX, `${Math.round(bytes)} bytes a connection`);

    const { ms, states } = await neighbour.stop();
    assert.equal(states, [], 'the neighbour has kept its connection');
    await ask('close');
    await eventually(async () => (await ask('report')).closed === COUNT, PATIENCE);
    const median = ms.sort((a, b) => a - b)[Math.floor(ms.length / 2)] ?? 0;
    const kibibytes = (bytes / 1024).toFixed(1);
    console.log(
      `    ${kibibytes} KiB a connection; a write and a read beside them ${median.toFixed(1)} ms in the median`,
    );
    assert.is(await running.signal('SIGTERM'), 0, running.stderr);
    assert.not.match(running.stderr, /WARN|ERROR/);
  },
);

t.run();
