// timeout: 120s
/**
 * The classic command lines, as typed: Kafka's way to start a server, Apache's shell and server script, from the package's
 * own folder or through a symbolic link, with a configuration as it comes with Kafka or with ZooKeeper.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';
import { findFreePortRun } from '../support/free-port-run.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));
const t = suite('scenario/bin scripts', { timeoutMs: 60_000 });
let root: TemporaryDirectory;
let port: number;

t.before.each(async () => {
  root = makeTemporaryDirectory('bin-scripts');
  port = await findFreePortRun(1);
});
t.after.each(() => root.remove());

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const options = { cwd: root.path, encoding: 'utf8', timeout: 50_000, env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(script, args, options);
  return { status, stdout, stderr };
}

/** config/zookeeper.properties as Kafka ships it, but for directory and port. */
function writeProperties(): void {
  mkdirSync(join(root.path, 'config'));
  const text = `# the directory where the snapshot is stored.\ndataDir=${root.path}/zookeeper\n# the port at which the clients will connect\nclientPort=${port}\n# disable the per-ip limit on the number of connections since this is a non-production config\nmaxClientCnxns=0\nadmin.enableServer=false\n`;
  writeFileSync(join(root.path, 'config/zookeeper.properties'), text);
}

t('bin/zookeeper-server-start.sh config/zookeeper.properties, then bin/zkCli.sh, through links', async () => {
  writeProperties();
  // A link to a link, one of them relative.
  symlinkSync(join(BIN, 'zookeeper-server-start.sh'), join(root.path, 'start.sh'));
  symlinkSync('start.sh', join(root.path, 'zookeeper-server-start.sh'));
  const server = spawn('./zookeeper-server-start.sh', ['config/zookeeper.properties'], { cwd: root.path });
  try {
    let told = '';
    for await (const line of createInterface({ input: server.stdout })) {
      told += line;
      if (line.startsWith('ready ')) break;
    }
    assert.match(told, `ready ports=${port} `);
    const created = run(join(BIN, 'zkCli.sh'), ['-server', `127.0.0.1:${port}`, 'create', '/typed', 'hello']);
    assert.is(created.status, 0, created.stderr);
    const { stdout } = run(join(BIN, 'zkCli.sh'), ['-server', `127.0.0.1:${port}`, 'get', '/typed']);
    assert.match(stdout, /^hello$/m);
    assert.ok(existsSync(join(root.path, 'zookeeper/version-2/snapshot.0')));
  } finally {
    // The script became the server: no shell stands between it and the signal.
    server.kill('SIGTERM');
    const [code] = await once(server, 'exit');
    assert.is(code, 0);
  }
});

t('bin/zkServer.sh start, status, stop with a zoo.cfg in conf, as Apache does it', () => {
  mkdirSync(join(root.path, 'conf'));
  writeFileSync(
    join(root.path, 'conf/zoo.cfg'),
    `tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir=${root.path}/zk\nclientPort=${port}\nadmin.enableServer=false\n`,
  );
  const env = { ZOOCFGDIR: join(root.path, 'conf'), ZOO_LOG_DIR: join(root.path, 'logs') };
  const script = join(BIN, 'zkServer.sh');
  const pidFile = join(root.path, 'zk/zookeeper_server.pid');
  const before = run(script, ['status'], env);
  assert.is(before.status, 1);
  assert.match(before.stdout, 'Error contacting service. It is probably not running.');
  const started = run(script, ['start'], env);
  try {
    assert.is(started.status, 0, started.stderr);
    assert.match(started.stdout, 'Starting zookeeper ... STARTED');
    assert.is(run(script, ['start'], env).status, 1);
    const status = run(script, ['status'], env);
    assert.is(status.status, 0, status.stderr);
    assert.match(status.stdout, `Client port found: ${port}.`);
    assert.match(status.stdout, 'leading');
  } finally {
    const stopped = run(script, ['stop'], env);
    assert.match(stopped.stdout, 'Stopping zookeeper ... STOPPED');
    assert.not(existsSync(pidFile));
  }
});

t('bin/zookeeper-server-start.sh -daemon returns at once, and says where its output goes by LOG_DIR', async () => {
  writeProperties();
  const logs = join(root.path, 'logs');
  const args = ['-daemon', 'config/zookeeper.properties'];
  const started = run(join(BIN, 'zookeeper-server-start.sh'), args, { LOG_DIR: logs });
  assert.is(started.status, 0, started.stderr);
  const listing = run(join(BIN, 'zkCli.sh'), ['-server', `127.0.0.1:${port}`, '-waitforconnection', 'ls', '/']);
  try {
    assert.match(listing.stdout, '[zookeeper]');
  } finally {
    const lock = JSON.parse(readFileSync(join(root.path, 'zookeeper/threadkeeper.lock.1'), 'utf8'));
    process.kill(lock.pid, 'SIGTERM');
    await eventually(() => !isAlive(lock.pid), { withinMs: 20_000 });
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

t('bin/zkCleanup.sh -n COUNT removes what is old from the directories of the zoo.cfg', () => {
  mkdirSync(join(root.path, 'conf'));
  const [data, logs] = [join(root.path, 'data'), join(root.path, 'logs')];
  for (const path of [data, logs]) mkdirSync(join(path, 'version-2'), { recursive: true });
  writeFileSync(join(root.path, 'conf/zoo.cfg'), `dataDir=${data}\ndataLogDir=${logs}\nclientPort=${port}\n`);
  for (let zxid = 1; zxid <= 5; zxid++) {
    writeFileSync(join(data, `version-2/snapshot.${zxid}`), Buffer.from(`5a4b534e${'0'.repeat(24)}000000012f`, 'hex'));
    writeFileSync(join(logs, `version-2/log.${zxid}`), '');
  }
  const { status, stdout, stderr } = run(join(BIN, 'zkCleanup.sh'), ['-n', '3'], {
    ZOOCFGDIR: join(root.path, 'conf'),
  });
  assert.is(status, 0, stderr);
  assert.is(stdout.trim().split('\n').length, 4);
  assert.equal(readdirSync(join(data, 'version-2')).sort(), ['snapshot.3', 'snapshot.4', 'snapshot.5']);
  assert.equal(readdirSync(join(logs, 'version-2')).sort(), ['log.3', 'log.4', 'log.5']);
  assert.is(run(join(BIN, 'zkCleanup.sh'), ['-n', '2'], { ZOOCFGDIR: join(root.path, 'conf') }).status, 2);
});

t('what is missing is said: a configuration, Node.js, an argument', () => {
  assert.is(run(join(BIN, 'zookeeper-server-start.sh'), []).status, 1);
  assert.is(run(join(BIN, 'zookeeper-server-start.sh'), ['gone.properties']).status, 2);
  assert.is(run(join(BIN, 'zkServer.sh'), ['start'], { ZOOCFGDIR: root.path }).status, 2);
  const without = run(join(BIN, 'zkCli.sh'), ['ls', '/'], { NODE: '/nowhere/node' });
  assert.is(without.status, 127);
  assert.match(without.stderr, 'Node.js is missing');
});

t.run();
