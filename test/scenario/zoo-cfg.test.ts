// timeout: 180s
/** `threadkeeper start zoo.cfg`, as a user types it who has one: servers become replicas, settings hold, mistakes are told. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../runtime/client/index.ts';
import { findFreePortRun } from '../support/free-port-run.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { runThreadkeeper, startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';

const t = suite('scenario/zoo.cfg', { timeoutMs: 60_000 });
let root: TemporaryDirectory;
let running: ThreadkeeperProcess | null = null;
t.before.each(() => {
  root = makeTemporaryDirectory('zoo-cfg');
});
t.after.each(async () => {
  await running?.kill9();
  running = null;
  root.remove();
});

function write(text: string): string {
  const path = join(root.path, 'zoo.cfg');
  writeFileSync(path, text);
  return path;
}

async function rolesAt(port: number): Promise<readonly string[]> {
  const { stdout } = await runThreadkeeper(['status', '--client-port', String(port), '--json']);
  const { replicas }: { readonly replicas: readonly { readonly role: { readonly state: string } }[] } =
    JSON.parse(stdout);
  return replicas.map(({ role }) => role.state).sort();
}

t('three servers and an observer: four replicas, each in its folder, with the logs apart', async () => {
  const port = await findFreePortRun(4);
  const file = write(`
    tickTime=2000
    initLimit=10
    syncLimit=5
    dataDir=${root.path}/data
    dataLogDir=${root.path}/logs
    clientPort=${port}
    clientPortAddress=127.0.0.1
    admin.enableServer=false
    autopurge.purgeInterval=1
    4lw.commands.whitelist=*
    server.1=localhost:2888:3888
    server.2=localhost:2889:3889
    server.3=localhost:2890:3890
    server.7=localhost:2891:3891:observer;127.0.0.1:${port + 3}
  `);
  running = await startThreadkeeper([file]);
  assert.equal(running.clientPorts, [port, port + 1, port + 2, port + 3]);
  assert.equal(await rolesAt(port), ['following', 'following', 'leading', 'observing']);
  const client = connect(running.connectString);
  await client.create('/there', 'x');
  const { data } = await client.getData('/zookeeper/config');
  assert.match(Buffer.from(data ?? '').toString(), `server.7=127.0.0.1:2894:3894:observer;127.0.0.1:${port + 3}`);
  await client.close();
  assert.is(await running.signal('SIGTERM'), 0, running.stderr);
  assert.equal(
    readdirSync(join(root.path, 'data')).filter((name) => /^\d+$/.test(name)),
    ['1', '2', '3', '7'],
  );
  assert.ok(readdirSync(join(root.path, 'logs/7/version-2')).every((name) => name.startsWith('log.')));
  assert.not(/WARN/.test(running.stderr), running.stderr);

  running = await startThreadkeeper([file]);
  const again = connect(`127.0.0.1:${port + 3}`);
  assert.ok(await again.exists('/there'));
  await again.close();
});

t('what gives up safety is a warning at the start, what cannot be is exit code 2 with file, line and key', async () => {
  const port = await findFreePortRun(1);
  const base = `dataDir=${root.path}/data\nclientPort=${port}\nadmin.enableServer=false\n`;
  running = await startThreadkeeper([write(`${base}forceSync=no\ncnxTimeout=5\n`)]);
  assert.match(running.stderr, 'zoo.cfg:4: forceSync = no: acknowledged writes may be lost');
  assert.match(running.stderr, 'zoo.cfg:5: cnxTimeout is ignored');
  await running.kill9();
  running = null;

  const bad = await runThreadkeeper([
    'start',
    write(`dataDir=${root.path}/other\nclientPort=${port}\ntickTime=fast\nserver.x=a\n`),
  ]);
  assert.is(bad.exitCode, 2);
  assert.match(bad.stderr, 'zoo.cfg:3: tickTime: expected a whole number of 10 to 60000, found "fast"');
  assert.match(bad.stderr, 'zoo.cfg:4: server.x: expected a server number of 1 to 254');
  assert.not(existsSync(join(root.path, 'other')));
});

t('one server’s data is not made an ensemble’s by mistake', async () => {
  const port = await findFreePortRun(3);
  const single = `dataDir=${root.path}/data\nclientPort=${port}\nadmin.enableServer=false\n`;
  running = await startThreadkeeper([write(single)]);
  const client = connect(running.connectString);
  await client.create('/precious');
  await client.close();
  await running.signal('SIGTERM');
  running = null;
  const servers = [1, 2, 3].map((id) => `server.${id}=localhost:${2887 + id}:${3887 + id}\n`).join('');
  const { exitCode, stderr } = await runThreadkeeper(['start', write(single + servers)]);
  assert.is(exitCode, 2);
  assert.match(stderr, /zoo\.cfg:1: dataDir: expected a directory with a folder for each of the servers 1, 2, 3/);
});

t.run();
