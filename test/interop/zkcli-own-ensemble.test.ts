// timeout: 300s
/** Apache ZooKeeper's own command line (zkCli.sh of Debian's ZooKeeper 3.8) against the ports of our replicas. */

import { spawn } from 'node:child_process';
import { startTestEnsemble, type TestEnsemble } from 'threadkeeper/testing';
import { zkCli } from '../support/apache-zookeeper.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';

const cli = suite('zkCli.sh against our ensemble', { timeoutMs: 90_000 });

let ensemble: TestEnsemble;

cli.before(async () => {
  ensemble = await startTestEnsemble({ inMemory: false });
});

cli.after(async () => {
  await ensemble.close();
});

function server(replica: number): string {
  return ensemble.servers[replica - 1] ?? '';
}

/** Runs commands in one shell, hence in one session; standard output without the greetings. */
async function shell(replica: number, lines: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return await zkCli(server(replica), [], `${lines.join('\n')}\n`);
}

cli('creates, gets, sets, lists, stats and deletes, over each replica', async () => {
  for (const replica of [1, 2, 3]) {
    const path = `/cli-${replica}`;
    const { stdout, stderr } = await shell(replica, [
      `create ${path} hello`,
      `get ${path}`,
      `set ${path} changed`,
      `get ${path}`,
      'ls /',
      `stat ${path}`,
      `delete ${path}`,
      `get ${path}`,
    ]);
    assert.match(stderr + stdout, new RegExp(`Created ${path}`));
    assert.match(stdout, /hello/);
    assert.match(stdout, /changed/);
    assert.match(stdout, new RegExp(`\\[.*cli-${replica}.*zookeeper.*\\]`));
    assert.match(stdout, /dataVersion = 1/);
    assert.match(stdout, /dataLength = 7/);
    assert.match(stderr + stdout, new RegExp(`Node does not exist: ${path}`));
  }
});

cli('what one replica took, the others give, with zkCli’s exit codes', async () => {
  assert.is((await zkCli(server(1), ['create', '/shared', 'one'])).exitCode, 0);
  await ensemble.client({ replica: 3 }).sync('/shared');
  const read = await zkCli(server(3), ['get', '/shared']);
  assert.is(read.exitCode, 0);
  assert.match(read.stdout, /\none\n?$/);
  assert.is((await zkCli(server(2), ['get', '/absent'])).exitCode, 1);
});

cli('an ephemeral lives as long as its session, and bears its id', async () => {
  const { stdout } = await shell(1, ['create -e /ephemeral mine', 'stat /ephemeral', 'ls /', 'quit']);
  assert.match(stdout, /ephemeralOwner = 0x[1-9a-f][0-9a-f]*/);
  assert.match(stdout, /\[.*ephemeral.*\]/);
  const client = ensemble.client();
  await eventually(async () => (await client.exists('/ephemeral')) === null, { withinMs: 60_000 });
});

cli('sequential znodes are numbered by their parent', async () => {
  const { stdout, stderr } = await shell(2, [
    'create /numbered',
    'create -s /numbered/n-',
    'create -s /numbered/n-',
    'create -s -e /numbered/n-',
  ]);
  for (const number of ['0000000000', '0000000001', '0000000002']) {
    assert.match(stderr + stdout, new RegExp(`Created /numbered/n-${number}`));
  }
});

cli('a watch that a shell left fires when another client changes the znode', async () => {
  const client = ensemble.client();
  await client.create('/watched', 'before');
  const child = spawn('/usr/share/zookeeper/bin/zkCli.sh', ['-server', server(3)], { stdio: 'pipe' });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    child.stdin.write('get -w /watched\n');
    await eventually(() => output.includes('before'), { withinMs: 60_000 });
    await client.setData('/watched', 'after');
    await eventually(() => /WatchedEvent state:SyncConnected type:NodeDataChanged path:\/watched/.test(output), {
      withinMs: 60_000,
    });
  } finally {
    child.kill('SIGKILL');
  }
});

cli.run();
