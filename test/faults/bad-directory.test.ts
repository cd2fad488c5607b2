/**
 * A data directory or a port that cannot be had: a clear error and exit code 2, and whatever was there is as it was. Damage
 * that only reading finds is mended from the other replicas, and refused where no majority is left to mend it from.
 */

import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startTestEnsemble } from '../../runtime/testing.ts';
import { findFreePortRun } from '../support/free-port-run.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { type Ended, runThreadkeeper, startThreadkeeper } from '../support/threadkeeper-process.ts';
import { readTree } from '../support/tree-text.ts';

const t = suite('faults/bad directory', { timeoutMs: 60_000 });
const root = makeTemporaryDirectory('bad-directory');
const FREE_PORTS = { THREADKEEPER_CLIENT_PORT: '0' };
let count = 0;
t.after(() => root.remove());

function freshPath(): string {
  return join(root.path, `data-${++count}`);
}

/** Every file below a path, with its content. */
function contentsOf(path: string): Record<string, string> {
  if (!existsSync(path) || !statSync(path).isDirectory()) return {};
  const paths = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
  const files = paths.filter((file) => statSync(file).isFile());
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'latin1')]));
}

async function refused(dataDir: string, args: readonly string[] = []): Promise<Ended> {
  const before = contentsOf(dataDir);
  const options = { cwd: root.path, env: FREE_PORTS };
  const ended = await runThreadkeeper(['start', '--no-pipelines', '--data-dir', dataDir, ...args], options);
  assert.is(ended.exitCode, 2, ended.stdout + ended.stderr);
  assert.is(ended.stdout, '');
  assert.equal(contentsOf(dataDir), before, 'something was touched');
  return ended;
}

/** A data directory with an ensemble's history: 40 znodes below /kept. */
async function writtenDirectory(replicas: number): Promise<string> {
  const dataDir = freshPath();
  const ensemble = await startTestEnsemble({ replicas, inMemory: false, dataDir });
  const client = ensemble.client();
  await client.create('/kept');
  await Promise.all(Array.from({ length: 40 }, (_, index) => client.create(`/kept/${index}`, 'z'.repeat(100))));
  await ensemble.close();
  return dataDir;
}

/** Changes bytes in the middle of the newest log: acknowledged records, which no crash damages. */
function damageLog(replicaPath: string): void {
  const directory = join(replicaPath, 'version-2');
  const name = readdirSync(directory)
    .filter((file) => file.startsWith('log.'))
    .sort()
    .at(-1);
  assert.ok(name, `${directory} has no log`);
  const bytes = readFileSync(join(directory, name));
  writeFileSync(join(directory, name), bytes.fill(0xee, 2000, 2040));
}

t('a port in use: named, and no data directory is made', async () => {
  const first = await findFreePortRun(3);
  const holder = createServer().listen(first + 1, '127.0.0.1');
  await once(holder, 'listening');
  try {
    const dataDir = freshPath();
    const { stderr } = await refused(dataDir, ['--client-port', String(first)]);
    assert.match(
      stderr,
      `ensemble.clientPort: expected free ports for all replicas, found 127.0.0.1:${first + 1}, which is in use`,
    );
    assert.not(existsSync(dataDir));
  } finally {
    await once(holder.close(), 'close');
  }
});

t('a data directory in use by a process that lives: its id is named, and it goes on undisturbed', async () => {
  const dataDir = freshPath();
  const options = { cwd: root.path, env: FREE_PORTS };
  const holder = await startThreadkeeper(['--no-pipelines', '--data-dir', dataDir], options);
  try {
    const second = await runThreadkeeper(['start', '--no-pipelines', '--data-dir', dataDir], options);
    assert.is(second.exitCode, 2, second.stderr);
    assert.match(second.stderr, `data directory ${dataDir} is in use by process ${holder.pid}`);
  } finally {
    assert.is(await holder.signal('SIGTERM'), 0, holder.stderr);
  }
  const third = await startThreadkeeper(['--no-pipelines', '--data-dir', dataDir], options);
  await third.kill9();
  // A killed holder is no holder.
  const fourth = await startThreadkeeper(['--no-pipelines', '--data-dir', dataDir], options);
  await fourth.kill9();
});

t('a path that cannot be a directory, or cannot be written', async () => {
  const file = freshPath();
  writeFileSync(file, 'I am a file');
  assert.match((await refused(file)).stderr, `data directory ${file}: it is not a directory`);
  assert.match((await refused(join(file, 'below'))).stderr, /below: it cannot be .*\(ENOTDIR/);
  // Nobody, not even root, makes a directory there.
  assert.match((await refused('/proc/threadkeeper')).stderr, /\/proc\/threadkeeper: it cannot be .*\(E[A-Z]+/);
});

t('a directory with the files of others', async () => {
  const dataDir = freshPath();
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'thesis.txt'), 'four years of work');
  assert.match((await refused(dataDir)).stderr, 'it is not empty and holds no ensemble (found thesis.txt)');
});

t('files with our names that are not ours', async () => {
  for (const name of ['log.1', 'snapshot.0', 'currentEpoch']) {
    const dataDir = freshPath();
    mkdirSync(join(dataDir, '2', 'version-2'), { recursive: true });
    const path = join(dataDir, '2', 'version-2', name);
    writeFileSync(path, 'nothing of ours at all');
    assert.match((await refused(dataDir)).stderr, path);
  }
});

t('the directory of another server, or of another number of servers', async () => {
  const single = await writtenDirectory(1);
  assert.match((await refused(single)).stderr, 'it holds a single server, not an ensemble');
  const ensemble = await writtenDirectory(3);
  assert.match((await refused(ensemble, ['--replicas', '1'])).stderr, 'it holds an ensemble (replicas 1, 2, 3)');
  writeFileSync(join(ensemble, '2', 'myid'), '7\n');
  assert.match((await refused(ensemble)).stderr, 'its myid is "7", but it is to serve 2');
});

t('one of three logs damaged in the middle: put aside, and the replica gets its history from the others', async () => {
  const dataDir = await writtenDirectory(3);
  damageLog(join(dataDir, '2'));
  const ensemble = await startTestEnsemble({ inMemory: false, dataDir });
  const [healthy, mended] = [1, 2].map((replica) => ensemble.client({ replica }));
  assert.ok(healthy && mended);
  await Promise.all([healthy.sync('/'), mended.sync('/')]);
  assert.is((await mended.getChildren('/kept')).children.length, 40);
  assert.fixture(await readTree(mended), await readTree(healthy));
  await ensemble.close();
  assert.ok(existsSync(join(dataDir, '2', 'version-2.damaged-1')), 'the damaged files are gone');
});

t('two of three logs damaged: nobody can know what was acknowledged, so it does not start, and says why', async () => {
  const dataDir = await writtenDirectory(3);
  const backup = freshPath();
  cpSync(dataDir, backup, { recursive: true });
  damageLog(join(dataDir, '1'));
  damageLog(join(dataDir, '3'));
  const options = { cwd: root.path, env: FREE_PORTS };
  const { exitCode, stderr } = await runThreadkeeper(['start', '--no-pipelines', '--data-dir', dataDir], options);
  assert.is(exitCode, 2, stderr);
  assert.match(stderr, /threadkeeper: of 3 replicas 1, 3 lost acknowledged writes, .* restore .* from a backup/);
  // What the message advises is enough.
  rmSync(join(dataDir, '1'), { recursive: true });
  cpSync(join(backup, '1'), join(dataDir, '1'), { recursive: true });
  const mended = await startTestEnsemble({ inMemory: false, dataDir });
  assert.is((await mended.client().getChildren('/kept')).children.length, 40);
  await mended.close();
});

t('the log of a single server damaged: refused, with nothing touched', async () => {
  const dataDir = await writtenDirectory(1);
  damageLog(dataDir);
  const before = contentsOf(join(dataDir, 'version-2'));
  const options = { cwd: root.path, env: FREE_PORTS };
  const args = ['start', '--no-pipelines', '--replicas', '1', '--data-dir', dataDir];
  const { exitCode, stderr } = await runThreadkeeper(args, options);
  assert.is(exitCode, 2, stderr);
  assert.match(stderr, /txn log .*\/log\.[0-9a-f]+ is damaged at byte \d+: the checksum of a record is wrong/);
  assert.equal(contentsOf(join(dataDir, 'version-2')), before);
});

t.run();
